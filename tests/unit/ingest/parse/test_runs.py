"""The runs of a paragraph are joined without loss of what is raised or lowered."""

from __future__ import annotations

from ingest.parse.runs import Run, join_runs


def test_runs_are_joined_as_they_are() -> None:
    assert join_runs([Run("Over"), Run("time "), Run(""), Run("\tpay")]) == "Overtime \tpay"


def test_a_number_that_was_cut_into_runs_is_one_superscript() -> None:
    assert join_runs([Run("10"), Run("-", 1), Run("12", 1), Run(" m")]) == "10^-12 m"


def test_blanks_around_raised_text_stay() -> None:
    assert join_runs([Run("10"), Run("6 ", 1), Run("cells")]) == "10^6 cells"
    assert join_runs([Run("a"), Run(" ", 1), Run("b")]) == "a b"


def test_what_is_raised_belongs_to_its_own_line() -> None:
    assert join_runs([Run("10\n"), Run("1", 1), Run(" Pro rata")]) == "10\n[^1] Pro rata"


def test_lowered_text_stays_apart() -> None:
    assert join_runs([Run("H"), Run("2", -1), Run("O and x"), Run("max", -1)]) == "H₂O and x_max"
