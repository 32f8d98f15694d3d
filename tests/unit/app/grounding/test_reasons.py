"""The reasons of flags are defined once; everything that presents them is compared with that table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from app.grounding.reasons import CONTRADICTED, REASONS, FlagReason, evidence_words, reason_words

ROOT = Path(__file__).resolve().parents[4]
INTERFACE = (ROOT / "app" / "ui" / "src" / "state" / "flags.ts").read_text(encoding="utf-8")


def test_every_reason_of_the_type_is_in_the_table_and_no_other() -> None:
    assert tuple(REASONS) == get_args(FlagReason)


def test_the_documentation_lists_every_reason_once() -> None:
    documentation = (ROOT / "docs" / "grounding.md").read_text(encoding="utf-8")
    table = documentation.split("| reason | severity | example", 1)[1].split("\n\n", 1)[0]
    listed = re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE)
    assert sorted(listed) == sorted(REASONS)


def test_the_interface_knows_the_same_reasons_as_contradicted() -> None:
    block = INTERFACE.split("const CONTRADICTED", 1)[1].split("]);", 1)[0]
    assert set(re.findall(r'^ *"([a-z_]+)",', block, re.MULTILINE)) == CONTRADICTED


@pytest.mark.parametrize("reason", REASONS)
def test_the_evidence_of_a_contradiction_is_introduced_as_what_the_source_has(reason: FlagReason) -> None:
    words = "the source has" if reason in CONTRADICTED else "nearest in the sources"
    assert evidence_words(reason) == words
    assert reason_words(reason) == REASONS[reason].words


def test_an_unknown_reason_is_shown_by_its_name() -> None:
    assert reason_words("colour_mismatch") == "colour mismatch"
    assert evidence_words("colour_mismatch") == "nearest in the sources"
