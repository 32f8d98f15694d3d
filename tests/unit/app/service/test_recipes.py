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


def test_beside_a_release_the_recipe_of_the_domain_has_an_id_of_its_own() -> None:
    released = Recipe(name="release-0123", top_k=2)
    recipes = Recipes({"default": released, "brief": BRIEF}, of_domain=DEFAULT)
    assert recipes.model_ids == ("groundwork", "groundwork:brief", "groundwork:default")
    assert recipes.find(None) is recipes.find("groundwork") is released
    assert recipes.find("groundwork:default") is DEFAULT


def test_a_recipe_is_found_by_the_name_that_answers_have() -> None:
    released = Recipe(name="release-0123", top_k=2)
    recipes = Recipes({"default": released, "brief": BRIEF}, of_domain=DEFAULT)
    assert recipes.by_name == {"release-0123": released, "default": released, "brief": BRIEF}
    assert RECIPES.by_name == {"default": DEFAULT, "brief": BRIEF}


@pytest.mark.parametrize("model", ["", "brief", "gpt-4o", "groundwork:", "groundwork:none", "groundwork:groundwork"])
def test_an_unknown_model_is_rejected_with_the_list_of_models(model: str) -> None:
    with pytest.raises(NotFound, match="Models: groundwork, groundwork:brief") as raised:
        RECIPES.find(model)
    assert raised.value.code == "model_not_found"
