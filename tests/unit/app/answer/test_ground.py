"""An answer is compared with the passages and their headings."""

import pytest

from app.answer.ground import Grounder
from app.answer.types import Passage
from core.types import Chunk

REFUSAL = "I could not find this in the handbook. Please ask your manager."


def grounder(text: str, section: str = "How much", question: str = "leave?") -> Grounder:
    chunk = Chunk("leave.md", "Annual leave", "s", "h", 0, text, 0, len(text), (section,))
    return Grounder(question, [Passage(1, chunk, 0.5)], REFUSAL)


def test_evidence_is_counted_in_the_text_of_the_passage() -> None:
    text = "Everybody has 27 days of leave a year."
    report = grounder(text).report("Everybody has 31 days of leave a year.")
    assert report is not None
    evidence = report.flags[0].evidence
    assert evidence is not None
    assert text[evidence.start : evidence.end] == evidence.text
    assert evidence.text.startswith("27")


EARNED = "You earn 2.25 days of annual leave for each full month between your start and December."
TABLE = "The leave year begins in January.\n\n| Service | Days a year |\n|---|---|\n| Under 3 years | 27 |\n"


def evidence_in(text: str, written: dict[str, list[int]]) -> tuple[int, str] | None:
    """The position of the passage with the first flag's evidence, and its words; the passages are numbered 1 and 4."""
    chunks = [Chunk("leave.md", "Leave", "s", "h", n, text, 0, len(text)) for n, text in enumerate((EARNED, TABLE))]
    passages = [Passage(number, chunk, 0.5) for number, chunk in zip((1, 4), chunks, strict=True)]
    report = Grounder("How much annual leave do I get?", passages, REFUSAL).report(text, lambda: written)
    assert report is not None
    evidence = report.flags[0].evidence
    if evidence is None:
        return None
    assert passages[evidence.context].chunk.text[evidence.start : evidence.end] == evidence.text
    return evidence.context, evidence.text


@pytest.mark.parametrize(
    "answer", ["You get 25 days of annual leave a year [4].", "You get 25 days of annual leave. [4]"]
)
def test_evidence_comes_from_the_passage_that_the_sentence_cites(answer: str) -> None:
    assert evidence_in(answer, {}) == (1, "27")


def test_evidence_comes_from_the_passage_that_the_model_cited_where_its_marker_is_not_shown() -> None:
    written = {"You get 25 days of annual leave a year.": [4], "Something else is cited here.": [1]}
    assert evidence_in("You get 25 days of annual leave a year.", written) == (1, "27")
    assert evidence_in("You get 25 days of annual leave a year.", {}) == (0, "2.25")


def test_a_number_that_names_no_passage_cites_nothing() -> None:
    assert evidence_in("You get 25 days of annual leave a year [7].", {}) == (0, "2.25")


def test_evidence_in_a_heading_is_omitted() -> None:
    report = grounder("Everybody has days of leave.", section="The 27 days").report("Everybody has 31 days of leave.")
    assert report is not None
    (flag,) = report.flags
    assert flag.text.startswith("31")
    assert flag.evidence is None


def test_a_word_of_the_heading_supports_an_answer() -> None:
    report = grounder("There are 27 days.", question="").report("Annual leave: 27 days.")
    assert report is not None
    assert report.supported


def test_a_streamed_answer_has_its_evidence_in_the_text_of_the_passage_too() -> None:
    text = "Everybody has 27 days of leave a year."
    grounding = grounder(text)
    (sentence,) = grounding.stream().feed("Everybody has 31 days of leave a year." + " Everybody has leave." * 9)[:1]
    evidence = grounding.relocated(sentence.report).flags[0].evidence
    assert evidence is not None
    assert text[evidence.start : evidence.end] == evidence.text


def test_a_refusal_is_not_judged() -> None:
    assert grounder("27 days").report(REFUSAL) is None


def test_a_refusal_is_recognised_in_other_punctuation_but_not_inside_an_answer() -> None:
    grounding = grounder("27 days")
    assert grounding.is_refusal("I could not find this in the handbook! Please ask your manager")
    assert not grounding.is_refusal("You get 27 days. I could not find this in the handbook for part-timers.")


def answering(refusal: str) -> Grounder:
    return Grounder("leave?", [], refusal)


@pytest.mark.parametrize(
    "text",
    [
        REFUSAL,
        f"  {REFUSAL.upper()}\n",
        "I could not find this in the handbook [1]. Please ask your manager [2, 3]!",
        "**I could not find this in the handbook.**\n\nPlease ask your manager.",
        "I could not find this in the handbook.",
        "i could not find this in the handbook",
    ],
)
def test_the_whole_refusal_and_its_first_sentence_are_refusals(text: str) -> None:
    assert answering(REFUSAL).is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        "Please ask your manager.",
        "I could not find this",
        f"{REFUSAL} But there are 27 days of leave.",
        f"{REFUSAL} {REFUSAL}",
        "I could not find this in the handbook. There are 27 days of leave.",
        "I could not find this in the handbook of the other team. Please ask your manager.",
    ],
)
def test_a_refusal_with_anything_added_or_missing_is_an_answer(text: str) -> None:
    assert not answering(REFUSAL).is_refusal(text)


@pytest.mark.parametrize("text", ["No.", "no", "No [1]."])
def test_a_refusal_of_one_word_is_recognised(text: str) -> None:
    assert answering("No.").is_refusal(text)


@pytest.mark.parametrize(
    "text", ["No. You get 27 days.", "No, there are 27 days of leave.", "No one gets more.", "Not found.", "N", "no no"]
)
def test_an_answer_that_begins_with_a_refusal_of_one_word_is_checked(text: str) -> None:
    grounding = answering("No.")
    assert not grounding.is_refusal(text)
    assert grounding.report(text) is not None


def test_a_refusal_in_another_script_is_compared_with_its_vowel_signs() -> None:
    grounding = answering("यह नहीं मिला।")
    assert grounding.is_refusal("यह नहीं मिला")
    assert not grounding.is_refusal("यह नहीं मिली")


@pytest.mark.parametrize("sentence", ["I could not find this in the handbook!", " Please ask your manager."])
def test_each_sentence_of_the_refusal_is_recognised(sentence: str) -> None:
    assert grounder("27 days").is_sentence_of_refusal(sentence)


@pytest.mark.parametrize("sentence", ["", "Your manager.", "Please ask your manager for 77 days.", REFUSAL * 2])
def test_words_out_of_the_refusal_are_no_sentence_of_it(sentence: str) -> None:
    assert not grounder("27 days").is_sentence_of_refusal(sentence)
