"""The reasons of flags are defined once; everything that presents them is compared with that table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from app.grounding.reasons import CONTRADICTED, REASONS, FlagReason, flag_words
from app.grounding.report import UnjudgedReason

ROOT = Path(__file__).resolve().parents[4]
INTERFACE = (ROOT / "app" / "ui" / "src" / "words" / "en.ts").read_text(encoding="utf-8")
SCHEMA = (ROOT / "app" / "ui" / "src" / "api" / "schema.ts").read_text(encoding="utf-8")
DOCUMENTATION = (ROOT / "docs" / "grounding.md").read_text(encoding="utf-8")


def texts_of_the_interface(table: str) -> dict[str, str]:
    """Return the keys of a table of the English texts, each with the rest of its line."""
    block = INTERFACE.split(f"\n  {table}: {{\n", 1)[1].split("\n  }", 1)[0]
    return dict(re.findall(r"^    ([a-z_]+): (.*)", block, re.MULTILINE))


def documented(heading: str) -> set[str]:
    """Return the names in the first column of the table with a heading; a row can have several."""
    rows = DOCUMENTATION.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return {name for row in rows for name in re.findall(r"`([a-z_]+)`", row.split("|")[1])}


def in_the_schema(schema: str) -> set[str]:
    """Return the reasons of one schema of the OpenAPI document, as the interface has them."""
    properties = SCHEMA.split(f"\n        readonly {schema}: {{\n", 1)[1].split("\n        };", 1)[0]
    (reasons,) = re.findall(r"readonly reason: (.*);", properties)
    return set(re.findall(r'"([a-z_]+)"', reasons))


def test_every_reason_of_the_type_is_in_the_table_and_no_other() -> None:
    assert tuple(REASONS) == get_args(FlagReason)


def test_the_documentation_lists_every_reason() -> None:
    assert documented("reason | severity") == set(REASONS)
    assert documented("not judged because") == set(get_args(UnjudgedReason))


def test_the_interface_has_a_text_for_every_reason() -> None:
    assert set(texts_of_the_interface("reasons")) == set(REASONS)
    assert set(texts_of_the_interface("unjudged")) == set(get_args(UnjudgedReason))


def test_the_types_of_the_interface_have_every_reason() -> None:
    assert in_the_schema("Flag") == set(REASONS)
    assert in_the_schema("Unjudged") == set(get_args(UnjudgedReason))


def test_the_interface_knows_the_same_reasons_as_contradicted() -> None:
    quoting = {reason for reason, text in texts_of_the_interface("reasons").items() if text.startswith("{")}
    assert quoting == CONTRADICTED


@pytest.mark.parametrize("reason", REASONS)
def test_the_evidence_is_quoted_where_the_sources_contradict_and_else_named_as_the_nearest(reason: FlagReason) -> None:
    words = flag_words(reason, "27 {days}")
    assert "27 {days}" in words
    assert ("nearest there: “27 {days}”" in words) != (reason in CONTRADICTED)
    assert flag_words(reason, None) == REASONS[reason].words


def test_a_reason_of_a_newer_service_is_shown_by_its_name() -> None:
    assert flag_words("colour_mismatch", None) == "colour mismatch"
    assert flag_words("colour_mismatch", "red") == "colour mismatch; nearest there: “red”"
