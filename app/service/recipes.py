"""The domain's recipes, under the model ids of the HTTP API: `groundwork` and `groundwork:<recipe>`."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import NotFound
from core.recipe import Recipe

MODEL_ID = "groundwork"
"""The model id of the default recipe."""


class Recipes:
    """Finds a recipe by its model id."""

    def __init__(self, recipes: Mapping[str, Recipe]) -> None:
        self._by_id = {MODEL_ID if name == "default" else f"{MODEL_ID}:{name}": recipes[name] for name in recipes}

    @property
    def model_ids(self) -> tuple[str, ...]:
        """Every model id, that of the default recipe first."""
        return tuple(self._by_id)

    def find(self, model: str | None) -> Recipe:
        """Return the recipe of a model id, the default one for None and `groundwork:default`. Raises NotFound."""
        recipe = self._by_id.get(MODEL_ID if model is None or model == f"{MODEL_ID}:default" else model)
        if recipe is None:
            raise NotFound(
                f"There is no model '{model}'. Models: {', '.join(self._by_id)}.",
                code="model_not_found",
            )
        return recipe
