"""The examples of docs/grounding.md are flagged as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.grounding import check
from app.grounding.reasons import CONTRADICTED, FlagReason, flag_words

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "grounding.md").read_text(encoding="utf-8")
SOURCE = re.sub(r"\s+", " ", PAGE.split("Source of the examples: *", 1)[1].split("*\n", 1)[0])
ROW = re.compile(r"^\| `([a-z_]+)` \| ([a-z, ]+) \| (.+?) \| (.+?) \|$", re.MULTILINE)
ROWS = ROW.findall(PAGE.split("| reason | severity |", 1)[1].split("\n\n", 1)[0])


@pytest.mark.parametrize(("reason", "severities", "example", "text"), ROWS)
def test_the_bold_words_of_an_example_are_flagged_as_the_row_says(
    reason: FlagReason, severities: str, example: str, text: str
) -> None:
    sentence = re.sub(r" \([^)]*\)$", "", example)
    report = check(sentence.replace("**", ""), [SOURCE])
    flags = [flag for flag in report.flags if flag.reason == reason]
    assert [flag.text for flag in flags] == re.findall(r"\*\*(.+?)\*\*", sentence)
    assert {flag.severity for flag in flags} <= set(severities.split(", "))
    evidence = flags[0].evidence.text if flags[0].evidence and reason in CONTRADICTED else None
    assert flag_words(reason, evidence).lower() == text.lower()
