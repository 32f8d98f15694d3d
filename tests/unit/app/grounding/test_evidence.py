"""Which value of the sources is shown beside one that they lack."""

from __future__ import annotations

import pytest

from app.grounding import ContextIndex, Evidence, check
from app.grounding.stream import AnswerStream

EARNED = "Your first year\nYou earn 2.25 days of annual leave for each full month between your start and December."
TABLE = (
    "How much you have\nThe leave year runs from 1 January to 31 December. Public holidays come on top.\n\n"
    "| Length of service | Days a year, full time |\n|---|---|\n"
    "| Under 3 years | 27 |\n| 3 years, but under 5 | 28 |\n| 8 years and more | 30 |\n"
)
MONTHS = "Notice\nThe notice period is 2 months. It is 14 days in the first 6 months."
CONTEXTS = [EARNED, TABLE, MONTHS]


def evidence(answer: str, *cited: int, contexts: list[str] | None = None) -> Evidence | None:
    report = check(answer, contexts or CONTEXTS, "How many days of annual leave do I get?", lambda _: cited)
    return next(flag.evidence for flag in report.flags if flag.reason != "sentence_unsupported")


@pytest.mark.parametrize(
    ("answer", "row"),
    [
        ("You get 25 days of annual leave a year.", "27"),
        ("In your first three years you get 25 days a year.", "27"),
        ("Colleagues with under 3 years of service get 25 days a year.", "27"),
        ("With 8 years and more you get 35 days a year.", "30"),
    ],
)
def test_the_row_of_the_cited_passage_comes_before_a_sentence_of_another_one(answer: str, row: str) -> None:
    found = evidence(answer, 1)
    assert found is not None
    assert (found.context, found.text) == (1, row)
    assert TABLE[found.start : found.end] == row


def test_without_a_citation_the_most_similar_sentence_has_the_evidence() -> None:
    found = evidence("You get 25 days of annual leave for each full month.")
    assert found is not None
    assert (found.context, found.text) == (0, "2.25")


def test_a_cited_passage_without_a_comparable_value_is_passed_over() -> None:
    found = evidence("You get 25 days of annual leave for each full month.", 1, contexts=[EARNED, "Leave is paid."])
    assert found is not None
    assert found.context == 0


def test_a_cited_value_with_no_word_in_common_is_passed_over() -> None:
    contexts = [EARNED, "The lift holds 8 persons."]
    found = evidence("You get 25 days of annual leave for each full month.", 1, contexts=contexts)
    assert found is not None
    assert found.context == 0


def test_a_contradicted_row_stays_the_evidence_though_another_passage_is_cited() -> None:
    found = evidence("| Length of service | Days |\n|---|---|\n| Under 3 years | 25 |", 0)
    assert found is not None
    assert (found.context, found.text) == (1, "27")


def test_a_contradiction_has_its_evidence_from_the_cited_of_two_equal_sentences() -> None:
    contexts = ["The desk closes at 18:00 on Fridays.", "The desk closes at 17:00 on Fridays."]
    for cited in (0, 1):
        found = evidence("The desk closes at 20:00 on Fridays.", cited, contexts=contexts)
        assert found is not None
        assert found.context == cited


def test_a_value_that_the_sentence_states_elsewhere_is_not_its_evidence() -> None:
    found = evidence("The notice period is 3 days in the first 6 months.", 2)
    assert found is not None
    assert found.text == "14"


def test_a_sentence_is_given_with_the_markers_behind_it_also_while_it_is_written() -> None:
    seen: list[str] = []

    def cites(sentence: str) -> tuple[int, ...]:
        seen.append(sentence)
        return (1,)

    answer = "You get 25 days of annual leave a year. [2]"
    whole = check(answer, CONTEXTS, None, cites)
    stream = AnswerStream(ContextIndex.build(CONTEXTS), None, cites)
    streamed = [flag for sentence in (*stream.feed(answer), *stream.finish()) for flag in sentence.report.flags]
    assert set(seen) == {answer}
    assert [flag.evidence for flag in streamed] == [flag.evidence for flag in whole.flags]
