from __future__ import annotations

import pytest

from app.service.recipes import Recipes
from core.errors import NotFound
from core.recipe import Recipe

DEFAULT, BRIEF = Recipe(), Recipe(name="brief", top_k=4)
RECIPES = Recipes({"default": DEFAULT, "brief": BRIEF})


def test_every_recipe_is_a_model_and_the_default_one_has_the_plain_name() -> None:
    assert RECIPES.model_ids == ("groundwork", "groundwork:brief")


@pytest.mark.parametrize(
    ("model", "recipe"),
    [(None, DEFAULT), ("groundwork", DEFAULT), ("groundwork:default", DEFAULT), ("groundwork:brief", BRIEF)],
)
def test_a_model_id_names_a_recipe(model: str | None, recipe: Recipe) -> None:
    assert RECIPES.find(model) is recipe


@pytest.mark.parametrize("model", ["", "brief", "gpt-4o", "groundwork:", "groundwork:none", "groundwork:groundwork"])
def test_an_unknown_model_is_rejected_with_the_list_of_models(model: str) -> None:
    with pytest.raises(NotFound, match="Models: groundwork, groundwork:brief") as raised:
        RECIPES.find(model)
    assert raised.value.code == "model_not_found"
