"""Raised and lowered characters keep their meaning: a power, a unit or a reference never becomes another number."""

from __future__ import annotations

import pytest

from ingest.parse.inline import Position, clean, join_runs, power, subscript, superscript


@pytest.mark.parametrize(
    ("before", "raised", "after", "written"),
    [
        pytest.param("Dose 10", "6", " cells", "^6", id="a power of ten"),
        pytest.param("3×10", "-4", " m", "^-4", id="a negative power"),
        pytest.param("2", "8", "", "^8", id="a power of two"),
        pytest.param("5", "2", " = 25", "^2", id="a power in a formula"),
        pytest.param("10", "n", "", "^n", id="a power with a letter"),
        pytest.param("per 5 m", "2", ",", "²", id="a unit"),
        pytest.param("m·s", "-1", "", "⁻¹", id="a unit with a sign"),
        pytest.param("E=mc", "2", "", "²", id="a symbol in a formula"),
        pytest.param("E = mc", "2", "", "²", id="a symbol in a formula with blanks"),
        pytest.param("E = ½mv", "2", " + U", "²", id="a product in a formula with blanks"),
        pytest.param("price = fee", "2", "", "[^2]", id="a reference after a word in a formula of words"),
        pytest.param("U = kT", "1", "", "[^1]", id="nobody writes the power of one after a symbol"),
        pytest.param("(a+b)", "2", "", "²", id="after a bracket"),
        pytest.param("x", "2", " + y", "²", id="a letter"),
        pytest.param("Ca", "2+", "", "²⁺", id="a charge"),
        pytest.param("SO₄", "2-", " in water", "²⁻", id="a charge after a subscript"),
        pytest.param("Na", "+", "", "⁺", id="a single charge"),
        pytest.param("Leave is 25", "1", " days", "[^1]", id="a reference after a number"),
        pytest.param("1,000", "2", " EUR", "[^2]", id="a reference after a number with a separator"),
        pytest.param("25 days", "1", " a year", "[^1]", id="a reference after a word"),
        pytest.param("staff", "1,2", "", "[^1,2]", id="two references"),
        pytest.param("staff", "*", "", "[^*]", id="a star"),
        pytest.param("", "1", " Pro rata.", "[^1]", id="the mark before the note itself"),
        pytest.param("The 21", "st", " floor", "st", id="an ordinal"),
        pytest.param("Le 1", "er", " mai", "er", id="a French ordinal"),
        pytest.param("Acme", "TM", " pumps", "™", id="a trade mark"),
        pytest.param("word", "  ", "", "", id="blanks"),
        pytest.param("SO₄", "2-", " ions", "²⁻", id="the charge of an ion"),
        pytest.param("CO₂", "1", "", "[^1]", id="a reference after a formula"),
        pytest.param("", "14", "C dating", "¹⁴", id="an isotope"),
        pytest.param("5", "1", "/", " ¹", id="a fraction after a whole number"),
        pytest.param("5", "1/2", " cups", " 1/2", id="a fraction that is raised as a whole"),
        pytest.param("x", "1/2", "", "^(1/2)", id="a fraction as exponent"),
        pytest.param("e", "-kt", "", "^-kt", id="an exponent with a sign and letters"),
        pytest.param("2", "n+1", "", "^(n+1)", id="an exponent of two terms"),
        pytest.param("x", "n", "", "^n", id="a letter to the power of a letter"),
        pytest.param("cost $5", "99", "", ".99", id="cents"),
        pytest.param("25 ", "o", "C", "°", id="a degree that is written as a raised letter"),
        pytest.param("10", "1", " days", "[^1]", id="nobody writes ten to the power of one"),
        pytest.param("Class A", "1", "", "[^1]", id="nobody writes the power of one after a letter"),
        pytest.param("XIX", "e", " siècle", "e", id="an ordinal after Roman digits"),
        pytest.param("M", "me", " Roy", "me", id="an abbreviation"),
        pytest.param("text", "[12]", "", "[^12]", id="a reference in brackets"),
        pytest.param("text", "see below", "", " see below", id="a remark"),
    ],
)
def test_raised_text_is_a_power_a_unit_or_a_reference(before: str, raised: str, after: str, written: str) -> None:
    assert superscript(before, raised, after) == written


@pytest.mark.parametrize(
    ("before", "lowered", "written"),
    [("H", "2", "₂"), ("log", "2", "₂"), ("v", "max", "_max"), ("", "note", "note"), ("x", " ", "")],
)
def test_lowered_text_stays_apart_from_the_numbers_around_it(before: str, lowered: str, written: str) -> None:
    assert subscript(before, lowered) == written


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        pytest.param("Über\u00adstunden", "Überstunden", id="a soft hyphen"),
        pytest.param("3\u20115", "3-5", id="a hyphen that does not break"),
        pytest.param("5\u00a0000\u202fEUR", "5 000 EUR", id="blanks that do not break"),
        pytest.param("zero\u200bwidth\ufeff", "zerowidth", id="blanks of no width"),
        pytest.param("a\r\nb\rc", "a\nb\nc", id="line ends"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="a joiner of Persian spelling stays"),
    ],
)
def test_typography_becomes_plain_characters(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("runs", "line"),
    [
        pytest.param(
            [("10", ""), ("-", "super"), ("6", "super"), ("cells", "")], "10^-6 cells", id="an exponent apart"
        ),
        pytest.param([("m", ""), ("2 ", "super"), ("wide", "")], "m² wide", id="the blank after a raised digit"),
        pytest.param([("v", ""), ("max", "sub"), ("t", "")], "v_max t", id="an index apart"),
        pytest.param([("snake_case", ""), ("s", "")], "snake_cases", id="what the author wrote stays as it is"),
        pytest.param([("end", ""), (" ", "super"), ("5", "")], "end 5", id="a raised blank"),
    ],
)
def test_runs_become_one_line(runs: list[tuple[str, Position]], line: str) -> None:
    assert join_runs(runs) == line


@pytest.mark.parametrize(
    ("before", "raised", "written"),
    [("x", "2", "²"), ("10", "6", "^6"), ("45", "∘", "°"), ("e", "-(x+1)", "^(-(x+1))"), ("x", "", "")],
)
def test_an_exponent_of_an_equation_is_never_a_reference(before: str, raised: str, written: str) -> None:
    assert power(before, raised) == written
