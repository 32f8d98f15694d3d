"""What is read is what was written: random documents whose every token is known, in every format.

A fixed seed and a new one for each run. When the new one fails, the message has the command that repeats it, with the
documents and the texts.
"""

from __future__ import annotations

import random
from functools import cache
from math import ceil

import pytest

from ingest.parse import parse
from testing.fidelity.compare import WRONG, Comparison, Finding, compare
from testing.fidelity.formats import KINDS, make

FIXED_SEED = 1
NEW_SEED = random.SystemRandom().randrange(1_000_000)
DOCUMENTS = 2
# Raised text of a PDF is only smaller and higher: a reader has to guess, so that it is measured and not promised.
NOT_PROMISED = {"pdf": {"superscripts"}}
TOKENS_PER_FAULT = 10_000


@cache
def read(kind: str, seed: int) -> Comparison:
    """The comparison of a few documents with their readings."""
    total = Comparison()
    for number in range(DOCUMENTS):
        made = make(kind, seed + number)
        total += compare(parse(made.content, made.name).text, made.pieces)
    return total


def promised(kind: str, findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.construct not in NOT_PROMISED.get(kind, ())]


@pytest.mark.parametrize("seed", [pytest.param(FIXED_SEED, id="fixed"), pytest.param(NEW_SEED, id="new")])
@pytest.mark.parametrize("kind", KINDS)
def test_every_word_number_and_cell_is_read_as_it_was_written(kind: str, seed: int) -> None:
    comparison = read(kind, seed)

    wrong = [finding for finding in promised(kind, comparison.findings) if finding.fault in (*WRONG, "escaped")]
    # A new document may have a case that nobody met yet: the limit, rounded up, is one token of a sample of this size.
    allowed = ceil(comparison.tokens.total() / TOKENS_PER_FAULT) if seed == NEW_SEED else 0
    shown = "\n".join(map(str, wrong[:20]))
    again = (
        f"python -m benchmarks.fidelity --formats {kind} --documents {DOCUMENTS} --seed {seed} --show 50 --keep texts"
    )
    assert len(wrong) <= allowed, f"{shown}\nRepeat it: {again}"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_hidden_or_deleted_is_not_read(kind: str) -> None:
    findings = read(kind, FIXED_SEED).findings

    assert [str(finding) for finding in findings if finding.fault == "leaked"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_added(kind: str) -> None:
    findings = promised(kind, read(kind, FIXED_SEED).findings)

    assert [str(finding) for finding in findings if finding.fault == "added"] == []
