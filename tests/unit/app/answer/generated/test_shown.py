"""What is shown of a model's answer while it is written: loops, echoes, cut answers and control tokens are not."""

from __future__ import annotations

from typing import Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.citations import CitationWriter
from app.answer.generated.degenerate import EchoWatch, echo_watch
from app.answer.generated.shown import Hold, ShownText
from app.grounding.support import Support
from testing.passages import passages
from testing.properties import tried

HOLDS: tuple[Hold, ...] = get_args(Hold)
GOOD = "Every colleague has 25 days of annual leave a year."
EXPIRE = "Unused days of leave expire on 31 March of the next year."
BOOK = "Book your holiday in the calendar at least two weeks ahead."
RULES = "You answer questions from the numbered sources.\n\nRules:\n- Use only what the sources say, please."
REQUEST = "Sources:\n\n[1] Annual leave\nEvery colleague has 25 days of leave.\n-----\n\nQuestion: How many days?"


def nothing_claimed(_: str) -> Support:
    return Support(claims=False, is_comparable=True, statements=())


def show(
    *pieces: str, hold: Hold = "nothing", reason: Literal["stop", "length"] = "stop", echo: EchoWatch | None = None
) -> tuple[str, str | None]:
    """What is shown of an answer, and the reason of its fault."""
    text = ShownText(CitationWriter(passages(3), nothing_claimed), echo or EchoWatch([], []), hold)
    shown = "".join(map(text.feed, pieces)) + text.end(reason)
    return shown, text.fault.reason if text.fault else None


def loop(period: str, times: int = 40) -> str:
    return period * times


# Loops


@pytest.mark.parametrize("hold", HOLDS)
@pytest.mark.parametrize(
    "period",
    [f" {EXPIRE}", f" {EXPIRE} {BOOK}", f"\n- {EXPIRE}", f"\n1. {EXPIRE} {BOOK}", f" {EXPIRE} [1]", f"\n\n{EXPIRE}"],
)
def test_a_good_answer_is_cut_before_the_first_sentence_that_repeats(period: str, hold: Hold) -> None:
    shown, reason = show(*f"{GOOD}{loop(period)}", hold=hold)
    assert reason == "looping"
    assert shown.strip().removesuffix("-").removesuffix("1.").strip() == f"{GOOD}{period}".replace(" [1]", "").strip()


def test_the_number_of_an_item_is_no_part_of_what_repeats() -> None:
    steps = "".join(f"\n{number}. Do step {chr(55 + number)} of the form." for number in range(10, 14))
    shown, reason = show(f"{steps}\n", "".join(f"\n{number}. {BOOK}" for number in range(14, 30)))
    assert reason == "looping"
    assert shown.count(BOOK) == 1


def test_items_that_begin_with_different_numbers_do_not_repeat() -> None:
    items = [f"- {hours} hours before the meeting you get a message with its agenda." for hours in range(1, 9)]
    assert show("\n".join(items)) == ("\n".join(items), None)


@pytest.mark.parametrize(
    "period", ["the leave is ", "no ", "25 days, 25 days of ", "\n", ". ", "[1] ", "| ", "é", "年間"]
)
def test_a_loop_inside_of_a_sentence_is_recognised(period: str) -> None:
    shown, reason = show(*f"{GOOD} So {loop(period, 400)}")
    assert reason == "looping"
    assert len(shown) < 700


@pytest.mark.parametrize("period", ["the leave is ", "no ", f"{EXPIRE} "])
def test_of_an_answer_that_loops_from_its_beginning_nothing_is_shown_when_units_are_held(period: str) -> None:
    shown, reason = show(*loop(period, 200), hold="every unit")
    assert reason == "looping"
    assert shown in ("", EXPIRE)


def test_a_loop_in_the_first_sentence_is_not_shown_where_units_are_held() -> None:
    assert show(*loop("the leave is ", 100), hold="every unit") == ("", "looping")


def test_nothing_is_read_after_a_loop_was_recognised() -> None:
    text = ShownText(CitationWriter([], nothing_claimed), EchoWatch([], []), "nothing")
    text.feed(loop(f" {EXPIRE}"))
    assert text.is_over
    assert text.feed(BOOK) == text.end("stop") == ""


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(
            f"- You can take {days} days of leave in {month}." for days, month in enumerate(["May", "June", "July"])
        ),
        "| Day | Open |\n|---|---|\n" + "\n".join(f"| {day} | yes | yes | no | no |" for day in "abcdefghij"),
        "```python\n" + "print('hello')\n" * 6 + "x = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n```",
        '{"mon": {"open": "closed"}, "tue": {"open": "closed"}, "wed": {"open": "closed"}, "thu": {"open": "closed"}}',
        "No smoking, no food, no drinks, no pets, no music, no ball games, no bikes, no skates, and no drones.",
        "No. No. No. Never.",
        f"{GOOD} {EXPIRE} In short: 25 days. {GOOD}",
        "Call 030 111 111 111 or 030 111 111 112.",
        "A very, very, very, very long time ago.",
        "Contents ............................ 3\nLeave .................. 4",
    ],
)
@pytest.mark.parametrize("hold", HOLDS)
def test_legitimate_repetition_is_shown_whole(text: str, hold: Hold) -> None:
    assert show(*text, hold=hold) == (text, None)


# Echoes of the prompt


@pytest.mark.parametrize("hold", HOLDS)
@pytest.mark.parametrize(
    "text",
    [
        REQUEST,
        "[1] Annual leave\nEvery colleague has 25 days of leave.",
        "You answer questions from the numbered sources.",
        "Rules:\n- Use only what the sources say, please.",
        "Question: How many days?\nAnswer: 25",
    ],
)
def test_an_answer_that_begins_like_its_prompt_is_an_echo_of_which_nothing_of_the_prompt_is_shown(
    text: str, hold: Hold
) -> None:
    shown, reason = show(*text, hold=hold, echo=echo_watch([RULES], REQUEST, "How many days?"))
    assert reason == "echo"
    assert shown.strip("\n -") in ("", "Rules:")


def test_a_prompt_that_is_repeated_behind_a_good_answer_is_cut_off() -> None:
    text = f"{GOOD}\n\nQuestion: How many days?\nAnswer: 25 days."
    shown, reason = show(*text, echo=echo_watch([RULES], REQUEST, "How many days?"))
    assert (shown.strip(), reason) == (GOOD, "echo")


@pytest.mark.parametrize(
    "text",
    [
        "You answer the phone.",
        "Sources: the handbook",
        "Every colleague has 25 days of leave.",
        "Not found.",
        "[1] Annual report.",
    ],
)
def test_an_answer_that_only_begins_like_the_prompt_is_shown(text: str) -> None:
    shown, reason = show(*text, echo=echo_watch([RULES], REQUEST, "How many days?"))
    assert reason is None
    assert shown.split()[-1] == text.replace("[1]", "").split()[-1]


# Cut answers, control tokens, empty answers


@pytest.mark.parametrize("end", [" Unused days of", "\n- Unused", "\n```\nx = 1\n"])
def test_an_answer_that_ends_in_the_middle_of_a_sentence_is_cut(end: str) -> None:
    assert show(*f"{GOOD}{end}", reason="length") == (f"{GOOD}{end}", "cut")
    assert show(*f"{GOOD}{end}", reason="length", hold="every unit")[0].strip() == GOOD


@pytest.mark.parametrize("end", ["", " [1]", "\n"])
def test_an_answer_that_reaches_the_limit_at_the_end_of_a_sentence_is_not_cut(end: str) -> None:
    assert show(*f"{GOOD}{end}", reason="length")[1] is None


def test_what_follows_the_end_of_the_turn_is_not_shown() -> None:
    assert show(*f"{GOOD}<|im_end|>\n<|im_start|>user\nAnd more?") == (GOOD, None)


@pytest.mark.parametrize("text", ["<s>", "<|im_start|>", "[INST]", " \n", "<|im_end|>"])
def test_an_answer_of_control_tokens_and_blanks_is_empty(text: str) -> None:
    assert show(text) == ("", None)


answers = (f"{GOOD} ", f"{EXPIRE} [1] ", f"\n- {BOOK}", "\n", "no ", "<|im_end|>", "[1]", "| a | b |\n", "```\n", "x. ")
echoes = ("Rules:", "\n\nYou answer questions from ", "the numbered sources.", "Question: How many days?", "and the ")
parts = st.sampled_from([*answers, *echoes])


@tried(150)
@given(
    st.lists(parts, max_size=30).map("".join),
    st.lists(st.integers(0, 900), max_size=8),
    st.sampled_from(HOLDS),
    st.sampled_from(["stop", "length"]),
)
def test_an_answer_is_shown_in_the_same_way_however_it_arrives(
    text: str, places: list[int], hold: Hold, reason: Literal["stop", "length"]
) -> None:
    def shown(*pieces: str) -> tuple[str, str | None]:
        return show(*pieces, hold=hold, reason=reason, echo=echo_watch([RULES], REQUEST, "How many days?"))

    ends = sorted({min(place, len(text)) for place in places})
    pieces = [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    assert shown(*pieces) == shown(text) == shown(*text)


# Answers without a word


@pytest.mark.parametrize("hold", HOLDS)
@pytest.mark.parametrize("reason", ["stop", "length"])
@pytest.mark.parametrize("marks", ["." * 100, "…", "] " * 50, "[1] [2].", "- \n- \n- ", "...<|im_end|>"])
def test_an_answer_of_marks_alone_is_empty_and_not_shown(
    marks: str, reason: Literal["stop", "length"], hold: Hold
) -> None:
    assert show(*marks, hold=hold, reason=reason) == ("", "empty")


def test_marks_in_front_of_the_first_word_are_shown_with_it() -> None:
    text = ShownText(CitationWriter(passages(3), nothing_claimed), EchoWatch([], []), "nothing")
    assert [text.feed("- **"), text.feed("25")] == ["", "- **25"]
