"""What a sentence claims, token by token, and whether the contexts support it."""

from __future__ import annotations

import pytest

from app.grounding import ContextIndex
from app.grounding.read import Reading, read_answer

CONTEXT = (
    "The Harbour Skills Fund pays for the home office. Set max_retries to three. It runs on node.js. "
    "The colour of the gate was chosen by Mira Holt. Logs are in /var/log/tarn."
)


def read(answer: str, *contexts: str, question: str | None = None) -> Reading:
    _, readings = read_answer(answer, ContextIndex.build(contexts), question)
    (reading,) = readings
    return reading


def lacking(answer: str, *contexts: str) -> dict[str, str]:
    found = read(answer, *contexts).findings
    return {answer[finding.start : finding.end]: finding.reason for finding in found if finding.claim}


@pytest.mark.parametrize(
    "answer",
    [
        "Gates of colours choose.",
        "A color was a choice.",
        "The homeoffice is paid.",
        "Set max retries.",
        "Use maxRetries.",
        "Logs: `/var/log/tarn`.",
        "Use Node.js.",
    ],
)
def test_a_claim_is_supported_in_another_form(answer: str) -> None:
    assert lacking(answer, CONTEXT) == {}


@pytest.mark.parametrize(
    ("answer", "context"),
    [
        ("The FCA fees rise", "Our FCA¹ fees¹² rise."),
        ("FCA¹ fees¹² rise", "Our FCA and its fees rise."),
        ("FCA1 fees12 rise", "Our FCA¹ and its fees¹² rise."),
        ("FCA¹", "FCA¹"),
        ("A room of 30 m2", "The room has 30 m²."),
    ],
)
def test_the_mark_of_a_note_behind_a_word_is_no_part_of_it(answer: str, context: str) -> None:
    assert lacking(answer, context) == {}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("It is purple", "term_absent"),
        ("It is by Quillon", "entity_absent"),
        ("Set max_workers", "entity_absent"),
        ("Look into /var/mail", "entity_absent"),
        ("Write to a@b.example", "entity_absent"),
        ("It costs 17", "number_absent"),
        ("It costs $17", "number_absent"),
        ("It opens at 3 pm", "number_absent"),
        ("It was on 5 March 2024", "date_absent"),
        ("It was on Monday", "date_absent"),
    ],
)
def test_an_absent_claim_has_the_reason_of_what_it_is(answer: str, reason: str) -> None:
    assert reason in lacking(answer, CONTEXT).values()


def test_stop_words_claim_nothing() -> None:
    reading = read("It is what it was and will be.", CONTEXT)
    assert (reading.supported, reading.findings) == (0, ())


def test_the_claims_that_are_stated_are_counted() -> None:
    assert read("Gates of purple colours choose.", CONTEXT).supported == 3


def test_a_value_is_one_claim() -> None:
    assert lacking("It took two hundred thousand bricks.", "It took bricks.") == {
        "two hundred thousand": "number_absent"
    }


def test_a_unit_behind_a_number_is_a_claim_of_its_own() -> None:
    assert lacking("It took 25 fortnights", "It took 25 days") == {"fortnights": "unit_mismatch"}
    assert lacking("It took many fortnights", "It took 25 days") == {"fortnights": "term_absent"}


@pytest.mark.parametrize("answer", ["5. Set it", "5) Set it", "5"])
def test_the_number_of_a_list_item_claims_nothing(answer: str) -> None:
    assert lacking(answer, "Set it up.") == {}


def test_what_only_the_question_has_is_skipped() -> None:
    reading = read("Quillon pays.", CONTEXT, question="Does Quillon pay?")
    assert reading.findings == ()
    assert [part.reason for part in reading.skipped] == ["from_question"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("Отпуск", "other_language"),
        ("Отпуск Harbour Skills Fund", "unsupported_script"),
        ("Harbour Skills Fund วันลาพักร้อน", "unsupported_script"),
        ("Gli uffici della azienda sono aperti ogni giorno e non di notte", "other_language"),
    ],
)
def test_what_cannot_be_judged_is_skipped(answer: str, reason: str) -> None:
    reading = read(answer, CONTEXT)
    assert reading.findings == ()
    assert {part.reason for part in reading.skipped} == {reason}


def test_ideographs_are_stated_by_half_of_their_pairs() -> None:
    assert lacking("有給休日", "有給休暇です") == {}
    assert lacking("出張手当", "有給休暇です") == {"出張手当": "term_absent"}
