"""A unit's text as it is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.extractive.text import is_heading_like, item_number, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('See [the page](https://a.example/x_(y).html "title") for more.', "See the page for more."),
        ("See [the page](<a b.md>).", "See the page."),
        ("Read ![a picture](a.png)the text.", "Read the text."),
        ("See [the page][ref].", "See the page."),
        ("A line<br>and the next.", "A line and the next."),
        ("It is <b>new</b>.", "It is new."),
        ("Replace <name> by yours.", "Replace <name> by yours."),
        ("<!-- hidden --> Shown.", "Shown."),
        ("A part of a comment --> Shown.", "Shown."),
        ("A heading with a name {#name}", "A heading with a name"),
        ("This is **bold.", "This is bold."),
        ("This is **bold** text.", "This is **bold** text."),
        ("The limit is high [2].", "The limit is high (2)."),
        ("Call `x[1]` or `a**b`.", "Call `x[1]` or `a**b`."),
        ("18[^1] EUR", "18 EUR"),
        (r"It matches `^[^/\\\s](.*[^/\s])?$`.", r"It matches `^[^/\\\s](.*[^/\s])?$`."),
        ("Change [`[widget]`](#texts) and [`a`][1].", "Change `[widget]` and `a`."),
        ('Post it in {% channel "help" %}.', "Post it in help."),
        ("- An item.", "An item."),
        ("12. An item.", "An item."),
        ("- [x] A task.", "A task."),
        ("> A quoted\n> line.", "A quoted line."),
        ("> [!NOTE] Mind this.", "Mind this."),
    ],
)
def test_markup_that_needs_its_document_is_left_out(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    "text", ["", " ", "**", "!!! note", "/// tip | Details", "///", "{* ../a.py hl[1] *}", "![a](b.png)"]
)
def test_nothing_but_markup_is_nothing(text: str) -> None:
    assert plain(text) == ""


@pytest.mark.parametrize("text", ["What is TOIL?", "**Deadlines**", "Tips for Employees", "**Where?**"])
def test_a_line_that_reads_as_a_heading_is_one(text: str) -> None:
    assert is_heading_like(text)


@pytest.mark.parametrize(
    "text", ["Ask your lead.", "Bring with you:", "The desk is open from eight in the morning on every working day"]
)
def test_a_sentence_is_no_heading(text: str) -> None:
    assert not is_heading_like(text)


def test_the_number_of_an_item_is_kept() -> None:
    assert [item_number(text) for text in ("2. Go", " 3) Go", "- Go", "2024 was good")] == ["2", "3", "", ""]


@given(st.text("ab 1[]()*_`<>!{}#\n-|é", max_size=60))
def test_any_text_can_be_shown(text: str) -> None:
    shown = plain(text)
    assert "\n" not in shown
    assert shown == shown.strip()
