"""An answer that is checked while it is written."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grounding import ContextIndex, Report, check
from app.grounding.stream import AnswerStream, CheckedSentence, report_on
from testing.properties import tried

CONTEXT = (
    "Every colleague has 25 days of annual leave a year. Unused days expire on 31 March of the next year. "
    "Dr. Falk answers within 3.5 hours, e.g. by telephone. The limit for lunch is 18 EUR and for dinner 30 EUR."
)
INDEX = ContextIndex.build([CONTEXT])
FILLER = (
    " Unused days expire on 31 March of the next year, as every colleague of the team knows by heart, and as the "
    "calendar says in red."
)

WORDS = st.sampled_from(
    "Every colleague has 25 77 days of leave. Leave? Yes! e.g. Dr. Falk 3.5 hours 18 EUR “Unused days” (expire) on 31 "
    "March 5. März [1] [1, 2] [Source: page 3. Leave] **Note:** Note. \n \n\n - * 1. | a | |---| ``` ~~~ ```python "
    "x = 1. 年休は25日です。 次の年まで！ … ... \u200b é \r\n \t <b> http://a.example/b. A. B.".split(" ")
)
TEXT = st.one_of(
    st.lists(WORDS, max_size=40).map(" ".join), st.lists(WORDS, max_size=40).map("".join), st.text(max_size=200)
)
examples = tried(150)


def streamed(pieces: Sequence[str], question: str | None = None) -> list[CheckedSentence]:
    stream = AnswerStream(INDEX, question)
    complete = [sentence for piece in pieces for sentence in stream.feed(piece)]
    return [*complete, *stream.finish()]


def texts(pieces: Sequence[str]) -> list[str]:
    return [sentence.text for sentence in streamed(pieces)]


@examples
@given(text=TEXT, data=st.data())
def test_the_same_answer_makes_the_same_sentences_however_it_arrives(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    whole = streamed([text])
    assert streamed(pieces) == whole
    assert streamed(text) == whole
    assert "".join(sentence.text for sentence in whole) == text


@examples
@given(text=TEXT)
def test_every_offset_is_one_of_the_whole_answer(text: str) -> None:
    for sentence in streamed([text]):
        assert text[sentence.start : sentence.end] == sentence.text
        report = sentence.report
        spans = [(flag.start, flag.end) for flag in report.flags]
        spans += [(one.start, one.end) for one in report.sentences]
        spans += [(one.start, one.end) for one in report.unjudged]
        assert all(sentence.start <= start < end <= sentence.end for start, end in spans)
        assert all(text[flag.start : flag.end] == flag.text for flag in sentence.report.flags)


@pytest.mark.parametrize(
    "sentences",
    [
        ["Every colleague has 25 days.", " Unused days expire."],
        ["Dr. Falk answers within 3.5 hours.", " She is quick."],
        ["Send proof, e.g. a receipt, to Dr. Falk.", " She answers."],
        ["He said: “Unused days expire.”", " Nobody objected."],
        ["Every colleague has 25 days. [1]", " Unused days expire [1, 2].", " That is all."],
        ["Every colleague has 25 days [Source: page 3. Leave].", " Unused days expire."],
        ["Limits:", "\n- lunch 18 EUR", "\n- dinner 30 EUR", "\n\nNothing else is paid."],
        ["1. Lunch is 18 EUR.", "\n2. Dinner is 30 EUR."],
        ["# Leave", "\n\nEvery colleague has 25 days."],
        [
            "A long line that an editor has wrapped in the middle of it goes on\nin the next one.",
            " Unused days expire.",
        ],
        ["年休は25日です。", "次の年まで。", "はい。"],
        ["Run this:", "\n\n```python\nx = 1. \n\n# Unused days. They expire.\n```", "\n\nThat is all."],
        ["Run this:", "\n~~~\nOne. Two. Three.\n\n```\nFour. Five."],
        ["A call of ```x``` is code.", " ```Y``` is, too."],
        [
            "The limits:",
            "\n\n| Meal | Limit |\n|---|---|\n| Lunch | 18 EUR |\n| Dinner. | 30 EUR |",
            "\n\nThat is all.",
        ],
        ["Is it 25 days?", " It is!", " Every day…", " Really."],
        ["Every colleague has 25 days.\n\n---", "\n\nUnused days expire."],
        ["Every colleague has 25 days. [1][2]", "\n\n[3] Unused days expire."],
        ["Every colleague has 25 days.", "\n[3] says so."],
        [" \n"],
    ],
)
@pytest.mark.parametrize("more", ["", FILLER])
def test_sentences_end_where_a_reader_would_end_them(sentences: list[str], more: str) -> None:
    """Also when much follows: then they are given out before the end."""
    expected = sentences
    if more and sentences[-1].strip() and "~~~" not in sentences[1]:
        expected = [*sentences, "\n\n" + more.strip()]
    assert texts("".join(expected)) == expected


def test_a_sentence_leaves_as_soon_as_nothing_can_move_its_end() -> None:
    stream = AnswerStream(INDEX)
    arrived = [stream.feed(character) for character in "Every colleague has 25 days." + FILLER]
    given_out = [(position, sentences) for position, sentences in enumerate(arrived) if sentences]
    ((position, (sentence,)),) = given_out
    assert sentence.text == "Every colleague has 25 days."
    assert position < len("Every colleague has 25 days.") + 120
    assert [last.text for last in stream.finish()] == [FILLER]


@pytest.mark.parametrize("answer", ["", "Every colleague"])
def test_nothing_is_given_out_twice_and_nothing_lost_at_the_end(answer: str) -> None:
    assert "".join(texts([answer])) == answer
    assert len(texts([answer])) == bool(answer)


def test_each_sentence_has_its_own_verdict() -> None:
    good, bad, last = streamed(["Every colleague has 25 days. Lunch is 77 EUR [1]. Dinner is 30 EUR."])
    assert (good.supported, bad.supported, last.supported) == (True, False, True)
    assert [flag.text for flag in bad.report.flags] == ["77 EUR"]
    assert bad.report.flags[0].evidence is not None


def test_a_greeting_and_a_question_to_the_reader_claim_nothing() -> None:
    assert all(sentence.supported for sentence in streamed(["Hello! How can I help you today?"]))


def test_words_of_the_question_are_known() -> None:
    (sentence,) = streamed(["Sabbaticals are unused days."], "What about sabbaticals?")
    assert [span.reason for span in sentence.report.unjudged] == ["from_question"]


@examples
@given(st.lists(st.sampled_from([*CONTEXT.split(". "), "Lunch is 77 EUR", "Boris Krone knows"]), max_size=6))
def test_prose_is_judged_as_the_whole_answer_is(sentences: list[str]) -> None:
    answer = " ".join(f"{sentence.rstrip('.')}." for sentence in sentences)
    whole, report = check(answer, INDEX), report_on(streamed([answer]))
    assert report.flags == whole.flags
    assert report.sentences == whole.sentences
    assert report.unjudged == whole.unjudged
    assert report.supported == whole.supported
    assert report.score == pytest.approx(whole.score)


def test_the_report_on_nothing_says_that_nothing_is_wrong() -> None:
    assert report_on(streamed([""])) == Report(True, 1.0, (), (), ())


def test_a_sentence_can_be_moved_to_where_it_is_shown() -> None:
    _, bad = streamed(["Every colleague has 25 days.\n\nLunch is 77 EUR."])
    moved = bad.moved(10, " ")
    assert (moved.start, moved.text) == (10, " Lunch is 77 EUR.")
    shown = "0123456789" + moved.text
    assert [shown[flag.start : flag.end] for flag in moved.report.flags] == ["77 EUR"]
    assert [shown[one.start : one.end] for one in moved.report.sentences] == ["Lunch is 77 EUR."]


@pytest.mark.parametrize(
    "shape", ["Lunch is 18 EUR. ", "e.g. ", "a", "```\n", "| a |\n", "\n", "\u200b", "[source ", "…", "。"]
)
def test_eight_times_the_answer_takes_about_eight_times_the_time(shape: str) -> None:
    def seconds(length: int) -> float:
        text = (shape * length)[:length]
        pieces = [text[start : start + 4] for start in range(0, length, 4)]
        return min(_timed(pieces) for _ in range(3))

    # Time that grows with the square would grow 64 times. A busy machine has doubled single measurements.
    assert seconds(48_000) < 24 * seconds(6_000) + 0.02


def _timed(pieces: Sequence[str]) -> float:
    """The seconds of the processor; the cycle collector, whose time depends on other tests, waits."""
    gc.disable()
    try:
        began = time.process_time()
        streamed(pieces)
        return time.process_time() - began
    finally:
        gc.enable()
