"""Words come together to lines by their baselines, and a line is written with its blanks and superscripts."""

from __future__ import annotations

import pytest

from ingest.parse.pdf.geometry import Word
from ingest.parse.pdf.lines import lines_of
from testing.pages import words


def small(text: str, left: float, baseline: float) -> Word:
    width = 3.0 * len(text)
    return Word(text, left, baseline - 4.5, left + width, baseline + 1.2, baseline, 6.0, blank=False)


def text(*found: Word) -> list[str]:
    return [line.text for line in lines_of(found)]


def test_words_on_one_baseline_are_a_line_whatever_their_order() -> None:
    drawn = words("The second word\nThe next line")

    assert text(*reversed(drawn)) == ["The second word", "The next line"]


def test_a_line_keeps_cells_that_are_drawn_a_little_higher() -> None:
    label, value = words("Total 5,000")

    assert text(label, value._replace(baseline=value.baseline - 3.5)) == ["Total 5,000"]


@pytest.mark.parametrize(
    ("before", "raised", "written"),
    [
        pytest.param("10", "6", "10^6", id="a power"),
        pytest.param("m", "2", "m²", id="a unit"),
        pytest.param("days", "1", "days[^1]", id="a reference to a note"),
        pytest.param("21", "st", "21st", id="an ordinal"),
        pytest.param("Groundwork", "TM", "Groundwork™", id="a trade mark"),
        pytest.param("10", "-9", "10^-9", id="a power with a sign"),
    ],
)
def test_small_raised_characters_are_superscripts(before: str, raised: str, written: str) -> None:
    (base,) = words(before)

    assert text(base, small(raised, base.right, base.baseline - 4)) == [written]


def test_the_parts_of_one_superscript_are_one() -> None:
    (base,) = words("10")
    minus = small("-", base.right, base.baseline - 4)

    assert text(base, minus, small("9", minus.right, base.baseline - 4)) == ["10^-9"]


def test_a_superscript_may_follow_another() -> None:
    (base,) = words("iPhone")
    mark = small("®", base.right, base.baseline - 4)

    assert text(base, mark, small("1", mark.right, base.baseline - 4.6)) == ["iPhone®[^1]"]


def test_small_lowered_digits_are_subscripts() -> None:
    hydrogen, oxygen = words("H O")
    two = small("2", hydrogen.right, hydrogen.baseline + 2)

    assert text(hydrogen, two, oxygen._replace(left=two.right, right=two.right + 5, blank=False)) == ["H₂O"]


def test_letters_that_are_set_with_equal_distances_are_words() -> None:
    assert text(*words("A N N U A L    R E P O R T   2 0 2 5")) == ["ANNUAL REPORT 2 0 2 5"]


def test_letters_with_unequal_distances_stay_letters() -> None:
    assert text(*words("A     B  C        D")) == ["A B C D"]


def test_only_distances_wider_than_a_blank_are_gaps() -> None:
    (line,) = lines_of(words("one two     four"))

    assert line.gaps == ((35.0, 60.0),)
