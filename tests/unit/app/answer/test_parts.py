from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.parts import Part, PartStream, split_parts
from testing.properties import tried

words = (
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "a",
    "B",
    "Every",
    "days",
    ".",
    "!",
    "?",
    "e.g.",
    "Dr.",
    "May 2024",
    "。",
    "x" * 55,
)
marks = (
    "[",
    "]",
    "[1]",
    " [2]",
    "[1, 2]",
    "(see [1])",
    "([3])",
    "(",
    "[0, 100]",
    "](https://x.org)",
    "=",
    ":",
    "0",
    ",",
)
code = ("`", "``", "```", "```python\n", "~~~\n", "- ", "1. ", "# ", "| ", "|", "**", '"')
control = ("<", "<|im_end|>", "</s>", "<|", "[INST]")
fragments = st.sampled_from([*words, *marks, *code, *control])
texts = st.lists(fragments, max_size=25).map("".join)


def pieces_of(text: str, places: list[int]) -> list[str]:
    ends = sorted({min(place, len(text)) for place in places})
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


def joined(parts: list[Part]) -> list[list[object]]:
    """The parts, those of the same kind that follow each other as one."""
    whole: list[list[object]] = []
    for part in parts:
        if whole and part.kind in ("words", "code") and whole[-1][:2] == [part.kind, part.unit]:
            whole[-1][2] = f"{whole[-1][2]}{part.text}"
        else:
            whole.append([part.kind, part.unit, part.text, part.numbers])
    return whole


def markers(text: str) -> list[str]:
    return [part.text.strip() for part in split_parts(text) if part.kind == "marker"]


def units(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    words = ""
    for part in split_parts(text):
        words += part.text
        if part.kind == "end":
            found.append((part.unit, words.strip()))
            words = ""
    return found


@tried(400)
@given(texts, st.lists(st.integers(0, 120), max_size=9))
def test_an_answer_has_the_same_parts_however_it_arrives(text: str, places: list[int]) -> None:
    stream = PartStream()
    parts = [part for piece in pieces_of(text, places) for part in stream.feed(piece)]
    assert joined([*parts, *stream.end()]) == joined(split_parts(text))


@tried(400)
@given(texts)
def test_the_parts_together_are_the_answer(text: str) -> None:
    assert "".join(part.text for part in split_parts(text)) == text


def test_words_are_given_out_as_they_come() -> None:
    stream = PartStream()
    assert [part.text for part in stream.feed("Every")] == ["Every"]
    assert [part.text for part in stream.feed(" colleague has")] == [" colleague has"]


@pytest.mark.parametrize(
    "text",
    [
        "Read `values[0]` and `m[1]` first.",
        "```python\nm = [1, 2]\nm[1]\n```\nDone.",
        "~~~\n[1]\n~~~",
        "1. ```bash\n   echo [1]\n   ```",
        "The range is [0, 100].",
        "The interval [1, 5] is open.",
        "See [7](https://example.org/7).",
        "Set `dp[1][0]` to 1, then a[1] = 5 and m[0].",
        "A footnote[^1] and a year [2023].",
        "[1]: https://example.org",
    ],
)
def test_brackets_that_cite_nothing_are_no_markers(text: str) -> None:
    assert markers(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("25 days [1]. More [1, 2].", ["[1]", "[1, 2]"]),
        ("25 days. [1][2] More.", ["[1]", "[2]"]),
        ("25 days[3].", ["[3]"]),
        ("25 days (see [4]). More ([5]).", ["(see [4])", "([5])"]),
        ("- Lunch: 18 EUR [1]\n- Dinner [2].", ["[1]", "[2]"]),
        ("- ```\n  x\n  ```\n- Dinner [2].\n- ```y``` is it [3].", ["[2]", "[3]"]),
        ("| Lunch | 18 EUR [1] |\n| Dinner | 30 EUR | [2]", ["[1]", "[2]"]),
    ],
)
def test_markers_are_found_wherever_models_write_them(text: str, found: list[str]) -> None:
    assert markers(text) == found


def test_the_units_of_an_answer_are_its_sentences_items_rows_headings_and_code_blocks() -> None:
    text = (
        "# Leave\n\nAsk Dr. Falk, e.g. by mail. [1] Then wait.\n\n- one. Two.\n- three\n\n"
        "| a | b |\n|---|---|\n```\nx. y\n```"
    )
    assert units(text) == [
        ("heading", "# Leave"),
        ("prose", "Ask Dr. Falk, e.g. by mail. [1]"),
        ("prose", "Then wait."),
        ("item", "- one. Two."),
        ("item", "- three"),
        ("row", "| a | b |"),
        ("row", "|---|---|"),
        ("code", "```\nx. y\n```"),
    ]


def test_a_wrapped_line_goes_on_in_the_next_one() -> None:
    line = "Every colleague who has worked here for more than one year"
    assert units(f"{line}\nhas 25 days.") == [("prose", f"{line}\nhas 25 days.")]


@pytest.mark.parametrize(("token", "ends"), [("<|im_end|>", True), ("</s>", True), ("<|reserved_1|>", False)])
def test_control_tokens_are_parts_of_their_own(token: str, ends: bool) -> None:
    (control,) = [part for part in split_parts(f"25 days.{token}") if part.kind == "control"]
    assert (control.text, control.ends_turn) == (token, ends)


@pytest.mark.parametrize("beginning", ["[1," + "\n" * 5000, "[" + "1," * 5000, "<|" + "a" * 5000, "`" + "a" * 5000])
def test_what_only_begins_like_something_does_not_stop_the_stream(beginning: str) -> None:
    stream = PartStream()
    shown = sum(len(part.text) for part in stream.feed(f"Yes {beginning}"))
    assert len(beginning) - shown < 400
