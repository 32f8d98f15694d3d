from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evals.cases.draft.propose import draft_by_templates
from evals.cases.leak import asks_whether, has_leak
from evals.cases.read import read_case
from evals.cases.write import case_row
from testing.properties import tried
from tests.unit.evals.cases.draft.documents import source

PARTS = (
    "If you lose your badge, call the front desk of the main office.",
    "You may work from abroad for up to 20 working days in a calendar year.",
    "Every colleague has 25 days of annual leave a year.",
    "**Travel** claims are approved by the [team lead](lead.md) of the project.",
    "The IT desk is open from 08:30 to 17:00 on working days.",
    "A field campaign is a visit of two or more days to install sensors.",
    "Report a lost laptop to the security desk within one hour.",
    "| Meal | Limit |\n|---|---|\n| Breakfast | €12 |\n| Lunch | €18 |\n| Dinner | €30 |",
    "## Requesting a parking permit\n\n1. Open the portal.\n2. Choose the car park.",
    "- You must return your laptop within two days.\n- Keep the receipt.",
    "```\nyou can run this\n```",
    "The travel insurance is valid in Europe. It costs nothing 😀.",
)
TEXTS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map(
    lambda parts: "# Rules\n\n" + "\n\n".join(parts) + "\n"
)


@tried(25)
@given(st.lists(TEXTS, min_size=1, max_size=3), st.integers(0, 5))
def test_drafts_quote_their_documents_word_for_word_and_have_no_answer_in_the_question(
    texts: list[str], seed: int
) -> None:
    sources = [source(text, f"Rules {number}", f"{number}.md") for number, text in enumerate(texts)]
    by_id = {one.id: one.text for one in sources}
    for draft in draft_by_templates(sources, 10, seed).drafts:
        case = draft.case
        for gold in case.gold:
            assert gold.quote in by_id[gold.document_id]
        if draft.origin.start is not None:
            assert by_id[draft.origin.document_id][draft.origin.start : draft.origin.end] == case.gold[0].quote
        if case.gold and not asks_whether(case.question):
            assert not has_leak(case.question, case.answer, [gold.quote for gold in case.gold])
        assert case.question.endswith("?")
        assert read_case("the draft", case_row(case)) == case


HANDBOOK = "# Badges\n\n" + "\n\n".join(PARTS)


def test_the_same_seed_drafts_the_same_and_another_one_others() -> None:
    sources = [source(HANDBOOK, f"Rules {number}", f"{number}.md") for number in range(1)]
    first = draft_by_templates(sources, 4, 1).drafts
    assert draft_by_templates(sources, 4, 1).drafts == first
    assert any(draft_by_templates(sources, 4, seed).drafts != first for seed in range(2, 6))


def test_drafts_are_spread_over_the_documents() -> None:
    things = ("badge", "laptop", "locker", "printer", "bicycle")
    sources = [
        source(
            f"# Rules on a {thing}\n\nIf you lose your {thing}, call the front desk of the main office.\n\n"
            f"You must return your {thing} within two days.\n\nTo request a new {thing}, open the portal.\n",
            f"The {thing}",
            f"{thing}.md",
        )
        for thing in things
    ]
    drafts = draft_by_templates(sources, 5, 1).drafts
    assert sorted(draft.origin.document_id for draft in drafts) == sorted(f"{thing}.md" for thing in things)


def test_a_question_that_two_documents_answer_is_not_drafted() -> None:
    text = "# Badges\n\nIf you lose your badge, call the front desk of the main office.\n"
    both = [source(text, "Badges", "one.md"), source(text, "Badges", "two.md")]
    asked = "What should I do if I lose my badge?"
    assert asked not in [draft.case.question for draft in draft_by_templates(both, 5, 1).drafts]
    assert asked in [draft.case.question for draft in draft_by_templates(both[:1], 5, 1).drafts]


def test_a_follow_up_of_a_table_comes_after_the_question_about_the_row_before() -> None:
    text = "# Meals\n\n| Kind | Limit |\n|---|---|\n| Breakfast | €12 |\n| Lunch | €18 |\n"
    (draft,) = [one for one in draft_by_templates([source(text, "Meals")], 20, 1).drafts if one.case.history]
    assert draft.case.question == "And for the Lunch kind?"
    assert [turn.content for turn in draft.case.history] == ["What is the limit for the Breakfast kind?", "€12"]
    assert draft.case.kind == "follow_up"


def test_an_unanswerable_question_is_drafted_only_if_no_document_says_it() -> None:
    text = "# Desk\n\nThe travel desk is open from 8 to 17 o'clock. We like the travel desk.\n"
    silent = [source(text, "Desk"), source("# Meals\n\nLunch is at noon. Call us.\n", "Meals", "meals.md")]
    saying = [silent[0], source("# Numbers\n\nThe phone of the travel desk is 7300.\n", "Numbers", "numbers.md")]
    asked = "What is the phone number of the travel desk?"
    assert asked in [draft.case.question for draft in draft_by_templates(silent, 20, 1).drafts]
    assert asked not in [draft.case.question for draft in draft_by_templates(saying, 20, 1).drafts]
