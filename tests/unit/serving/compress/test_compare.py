"""The figures of a check."""

from __future__ import annotations

import json
import math
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from core.errors import ConfigurationError
from serving.accuracy import read_check
from serving.compress.answers import Answer, Asked, Scored
from serving.compress.compare import compare, share_before_difference, shared_prefix
from serving.compress.console import print_result
from serving.compress.result import CompressionResult

RESULT = CompressionResult(
    model="tiny", source="/models/tiny", scheme="w8a8", recipe="", versions={}, calibration={}, parameters=10,
    bytes_before=20, bytes_after=10, bits_per_weight=8.0, seconds=1.0, peak_memory_bytes=1, date="2026-11-27",
)  # fmt: skip
SAME: tuple[Answer, ...] = (("a", "b", "<stop>"), ("c", "<stop>"))


def score(ids: list[int], right: int, logprob: float = -1.0) -> Scored:
    """A prompt of which the first `right` tokens after the shared one were predicted."""
    ranks = (1, *(1 for _ in range(right)), *(7 for _ in range(len(ids) - 1 - right)))
    return Scored(tuple(ids), tuple(logprob for _ in ids), ranks)


def asked(text: list[Scored], answers: tuple[Answer, ...]) -> Asked:
    """A model that gives the same answers when it is asked again."""
    return Asked(tuple(text), answers, answers)


def test_a_model_compared_with_itself_lost_nothing() -> None:
    reads = [score([9, 1, 2], 1), score([9, 3, 4], 2)]
    check = compare(RESULT, asked(reads, SAME), asked(reads, SAME))
    assert check.recovered is not None
    for figure in (check.recovered, check.perplexity_ratio, check.agreement, check.agreement_itself, check.same_words):
        assert (figure.value, figure.low, figure.high) == (1.0, 1.0, 1.0)
    assert check.perplexity_original.value == pytest.approx(math.e)


def test_what_was_lost_is_counted_after_the_prefix_that_all_prompts_share() -> None:
    before = [score([9, 1, 2], 2), score([9, 3, 4], 2)]
    after = [score([9, 1, 2], 1, -2.0), score([9, 3, 4], 2, -2.0)]
    changed = (("a", "x", "y", "<stop>"), ("c", "<stop>"))
    check = compare(RESULT, asked(before, SAME), asked(after, changed))
    assert check.tokens == 4
    assert (check.accuracy_original.value, check.accuracy_compressed.value) == (1.0, 0.75)
    assert check.recovered is not None
    assert check.recovered.value == 0.75
    assert check.recovered.low == 0.5
    assert check.perplexity_ratio.value == pytest.approx(math.e)
    assert (check.agreement.value, check.agreement_itself.value) == (0.5, 1.0)
    assert check.same_words.value == pytest.approx((0.25 + 1.0) / 2)


def test_the_planner_reads_the_check(tmp_path: Path) -> None:
    reads = [score([9, 1, 2], 1), score([9, 3, 4], 2)]
    check = compare(RESULT, asked(reads, SAME), asked(reads, SAME))
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


def test_a_model_that_predicts_nothing_right_gets_a_sentence_and_no_figure() -> None:
    reads = [score([9, 1, 2], 0), score([9, 3, 4], 0)]
    check = compare(RESULT, asked(reads, SAME), asked(reads, SAME))
    assert check.recovered is None
    assert json.loads(json.dumps(check.to_dict(), allow_nan=False))["recovered"] is None
    printed = StringIO()
    print_result(RESULT, check, Console(file=printed, width=200))
    assert "the share that the compressed model keeps cannot be stated" in printed.getvalue()
    assert "nan" not in printed.getvalue()


def test_the_planner_is_not_given_a_share_that_is_not_known(tmp_path: Path) -> None:
    reads = [score([9, 1, 2], 0), score([9, 3, 4], 0)]
    file = tmp_path / "check.json"
    file.write_text(json.dumps(compare(RESULT, asked(reads, SAME), asked(reads, SAME)).to_dict()), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="the original predicts too little right to say what is kept"):
        read_check(file)


def test_a_share_that_only_some_prompts_have_is_not_stated() -> None:
    # Among the draws of prompts are some without the one that has a token right.
    reads = [score([9, 1, 2], 1), score([9, 3, 4], 0)]
    assert compare(RESULT, asked(reads, SAME), asked(reads, SAME)).recovered is None
