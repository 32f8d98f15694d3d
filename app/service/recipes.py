"""The domain's recipes, under the model ids of the HTTP API: `groundwork` and `groundwork:<recipe>`."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import NotFound
from core.recipe import Recipe

MODEL_ID = "groundwork"
"""The model id of the default recipe."""


_OF_DOMAIN = f"{MODEL_ID}:default"


class Recipes:
    """Finds a recipe by its model id.

    `groundwork:default` is the recipe of domain.toml: another one than `groundwork` where a release is served. It is
    `of_domain` then, and listed among the ids.
    """

    def __init__(self, recipes: Mapping[str, Recipe], of_domain: Recipe | None = None) -> None:
        self._by_id = {MODEL_ID if name == "default" else f"{MODEL_ID}:{name}": recipes[name] for name in recipes}
        if of_domain is not None:
            self._by_id[_OF_DOMAIN] = of_domain

    @property
    def model_ids(self) -> tuple[str, ...]:
        """Every model id, that of the default recipe first."""
        return tuple(self._by_id)

    @property
    def hashes(self) -> Mapping[str, str]:
        """The hash of each recipe by its model id."""
        return {model: recipe.sha256 for model, recipe in self._by_id.items()}

    def written_by(self, default: str | None) -> Mapping[str, str | None]:
        """Return the language model of each recipe by its model id; `default` where the recipe names none."""
        return {model: recipe.model or default for model, recipe in self._by_id.items()}

    @property
    def by_name(self) -> Mapping[str, Recipe]:
        """The recipes by the names that answers have: that of a release is under its own, and under "default"."""
        default = self._by_id[MODEL_ID]
        named = {recipe.name: recipe for recipe in self._by_id.values()}
        return {**named, "default": default, default.name: default}

    def find(self, model: str | None) -> Recipe:
        """Return the recipe of a model id, the default one for None. Raises NotFound."""
        name = MODEL_ID if model is None else model
        recipe = self._by_id.get(MODEL_ID if name == _OF_DOMAIN and name not in self._by_id else name)
        if recipe is None:
            raise NotFound(
                f"There is no model '{model}'. Models: {', '.join(self._by_id)}.",
                code="model_not_found",
            )
        return recipe
