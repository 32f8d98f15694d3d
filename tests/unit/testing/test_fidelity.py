"""The comparison of a reading with a document: each fault is found, and the notations of tools are no faults."""

from __future__ import annotations

import pytest

from testing.fidelity.compare import Comparison, compare, tokens_of
from testing.fidelity.formats import KINDS, make
from testing.fidelity.model import Piece

PIECES = (Piece("text", "fabemo 1,234.50 golipa. R&D"), Piece("tables", "nufira tosuke"))


def faults(text: str, pieces: tuple[Piece, ...] = PIECES) -> list[tuple[str, str]]:
    return [(finding.fault, finding.expected or finding.read) for finding in compare(text, pieces).findings]


def test_a_faithful_reading_has_no_findings() -> None:
    assert faults("# fabemo 1,234.50\n\ngolipa. R&D\n\n| nufira | tosuke |\n|---|---|\n") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("fabemo golipa. R&D nufira tosuke", [("lost", "1,234.50")]),
        ("fabemo 1,234.50 golipa. RD nufira tosuke", [("altered", "R&D")]),
        ("fabemo 1,234.50 golipa. R&D nufiratosuke", [("glued", "nufira"), ("glued", "tosuke")]),
        ("fabemo 1,234.50 goli pa. R&D nufira tosuke", [("split", "golipa.")]),
        ("nufira tosuke fabemo 1,234.50 golipa. R&D", [("reordered", "nufira"), ("reordered", "tosuke")]),
        ("fabemo 1,234.50 golipa. R\\&D nufira tosuke", [("escaped", "R&D")]),
        ("fabemo 1,234.50 golipa. R&amp;D nufira tosuke", [("escaped", "R&D")]),
        ("fabemo 1,234.50 golipa. R&D nufira tosuke xylo", [("added", "xylo")]),
    ],
)
def test_each_fault_is_named(text: str, found: list[tuple[str, str]]) -> None:
    assert faults(text) == found


def test_text_that_must_not_be_read_is_leaked() -> None:
    assert faults("fabemo verborge", (Piece("hidden", "fabemo", absent="verborge"),)) == [("leaked", "verborge")]


@pytest.mark.parametrize("text", ["10^6", "10⁶", "10<sup>6</sup>", "10^{6}", "10^6^"])
def test_every_notation_of_a_superscript_is_the_same(text: str) -> None:
    assert tokens_of(text) == ["10^6"]


@pytest.mark.parametrize("text", ["25 [^1] days", "25[^1] days", "25[[1]](#footnote-1) days", "25¹ days"])
def test_every_notation_of_a_note_s_mark_is_right(text: str) -> None:
    assert faults(text, (Piece("notes", "25^note days"),)) == []


def test_a_mark_that_joins_its_number_is_wrong() -> None:
    assert faults("251 days", (Piece("notes", "25^note days"),)) == [("altered", "25^note")]


def test_cells_of_merged_columns_may_come_twice() -> None:
    assert faults("nufira nufira tosuke", (Piece("merged", "nufira tosuke", repeats=True),)) == []


def test_the_share_is_of_the_expected_tokens() -> None:
    assert Comparison().per_10000(["lost"]) == 0
    assert compare("fabemo", PIECES).per_10000(["lost"]) == 10_000 * 5 / 6


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_makes_the_same_document_again(kind: str) -> None:
    assert make(kind, 7).pieces == make(kind, 7).pieces
    assert make(kind, 7).pieces != make(kind, 8).pieces
