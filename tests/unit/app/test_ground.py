"""An answer is compared with the passages and their headings."""

from app.ground import ground_answer, is_refusal
from app.types import Passage
from core.types import Chunk

REFUSAL = "I could not find this in the handbook. Please ask your manager."


def passage(text: str, section: str = "How much") -> Passage:
    return Passage(1, Chunk("leave.md", "Annual leave", "s", "h", 0, text, 0, len(text), (section,)), 0.5)


def test_evidence_is_counted_in_the_text_of_the_passage() -> None:
    text = "Everybody has 27 days of leave a year."
    report = ground_answer("leave?", "Everybody has 31 days of leave a year.", [passage(text)], refused=False)
    assert report is not None
    evidence = report.flags[0].evidence
    assert evidence is not None
    assert text[evidence.start : evidence.end] == evidence.text == "27"


def test_evidence_that_lies_in_a_heading_is_left_out() -> None:
    place = passage("Everybody has days of leave.", section="The 27 days")
    report = ground_answer("leave?", "Everybody has 31 days of leave.", [place], refused=False)
    assert report is not None
    assert [flag.text for flag in report.flags] == ["31"]
    assert report.flags[0].evidence is None


def test_a_word_of_the_heading_supports_an_answer() -> None:
    report = ground_answer("", "Annual leave: 27 days.", [passage("There are 27 days.")], refused=False)
    assert report is not None
    assert report.supported


def test_a_refusal_is_not_judged() -> None:
    assert ground_answer("leave?", REFUSAL, [passage("27 days")], refused=True) is None


def test_a_refusal_is_recognised_in_other_punctuation_but_not_inside_an_answer() -> None:
    assert is_refusal("I could not find this in the handbook! Please ask your manager", REFUSAL)
    assert not is_refusal("You get 27 days. I could not find this in the handbook for part-timers.", REFUSAL)
