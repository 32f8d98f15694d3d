from __future__ import annotations

from core.recipe import Recipe
from evals.migrate.candidate import Candidate, distinct
from tests.unit.evals.migrate.answers import PRESENT, candidate

BASE = Recipe(system_prompt="Old.", small_prompt="Old small.", top_k=4)


def test_a_candidate_is_a_recipe_of_its_own_with_the_refusal_filled_in() -> None:
    recipe = candidate("rule-short", "Short: {refusal}").recipe(BASE, "Not here.")
    assert (recipe.name, recipe.prompt, recipe.system_prompt) == ("rule-short", "standard", "Short: Not here.")
    assert recipe.top_k == 4


def test_a_candidate_for_small_models_changes_the_prompt_of_small_models() -> None:
    recipe = Candidate("s", "rule", "small", "Small: {refusal}", "").recipe(BASE, "Not here.")
    assert (recipe.prompt, recipe.small_prompt, recipe.system_prompt) == ("small", "Small: Not here.", "Old.")


def test_a_candidate_for_a_distilled_model_stays_without_the_example() -> None:
    recipe = Candidate("d", "rule", "distilled", "Short: {refusal}", "").recipe(BASE, "Not here.")
    assert (recipe.prompt, recipe.small_prompt) == ("distilled", "Short: Not here.")


def test_the_present_candidate_keeps_everything_but_the_name() -> None:
    recipe = PRESENT.recipe(BASE, "Not here.")
    assert (recipe.name, recipe.prompt, recipe.system_prompt) == ("present", "auto", "Old.")


def test_texts_that_differ_in_white_space_alone_are_one_candidate() -> None:
    assert distinct([candidate("a", "One  two"), candidate("b", "One\ntwo")]) == (candidate("a", "One  two"),)
