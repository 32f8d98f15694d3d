from __future__ import annotations

from core.recipe import Example
from evals.migrate.candidate import REFUSAL
from evals.migrate.rules import Templates, numbered, one_paragraph, rules_first, vary

STANDARD = f"You answer questions.\n\nRules:\n- Use the sources.\n- Cite them, like [1].\n- Else write: {REFUSAL}"
SMALL = f"Answer shortly, like [1]. Else write {REFUSAL}"
EXAMPLE = Example("Museum", "It opens at 10.", "When does it open?", "It opens at 10 [1].")


def test_the_present_prompt_comes_first_and_every_variation_keeps_the_refusal() -> None:
    candidates = vary(Templates("standard", STANDARD, SMALL, EXAMPLE))
    assert candidates[0].template == STANDARD
    assert [candidate.name for candidate in candidates] == [
        "present",
        "rule-small",
        "rule-short",
        "rule-numbered",
        "rule-one-paragraph",
        "rule-rules-first",
        "rule-reminder",
        "rule-answer-first",
        "rule-example",
    ]
    assert all(REFUSAL in candidate.template for candidate in candidates)


def test_a_small_model_is_offered_the_standard_prompt_and_changes_of_its_own() -> None:
    candidates = vary(Templates("small", STANDARD, SMALL, EXAMPLE))
    assert candidates[0].template == SMALL
    by_name = {candidate.name: candidate for candidate in candidates}
    assert by_name["rule-standard"].place == "standard"
    assert by_name["rule-reminder"].place == "small"
    assert "rule-example" not in by_name


def test_a_distilled_model_is_offered_both_other_prompts_and_changes_of_its_own() -> None:
    by_name = {candidate.name: candidate for candidate in vary(Templates("distilled", STANDARD, SMALL, EXAMPLE))}
    assert (by_name["present"].template, by_name["present"].place) == (SMALL, "distilled")
    assert (by_name["rule-standard"].place, by_name["rule-small"].place) == ("standard", "small")
    assert by_name["rule-reminder"].place == "distilled"
    assert "rule-example" not in by_name


def test_a_change_that_changes_nothing_is_no_candidate() -> None:
    names = {candidate.name for candidate in vary(Templates("small", STANDARD, SMALL, None))}
    # The small prompt has no list.
    assert not names & {"rule-numbered", "rule-one-paragraph", "rule-rules-first"}


def test_a_domain_without_a_small_prompt_gives_a_small_model_the_standard_one() -> None:
    assert vary(Templates("small", STANDARD, "", None))[0].template == STANDARD


def test_list_items_are_numbered_joined_or_put_first() -> None:
    assert numbered(STANDARD).splitlines()[3:5] == ["1. Use the sources.", "2. Cite them, like [1]."]
    assert (
        one_paragraph(STANDARD) == f"You answer questions. Use the sources. Cite them, like [1]. Else write: {REFUSAL}"
    )
    assert rules_first(STANDARD).splitlines()[0] == "- Use the sources."
    assert rules_first(STANDARD).splitlines()[-1] == "You answer questions."
