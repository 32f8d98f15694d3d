"""A training in a few lines: what it will take, what it took, and what it changed."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from serving.compress.estimate import duration
from serving.distill.result import DistillationResult
from serving.distill.run import Prepared

_ROWS = (
    ("loss", "loss, held-out examples"),
    ("f1", "F1 of words, answers"),
    ("cited", "same citation"),
    ("refused", "wanted refusals given"),
    ("overrefused", "wrongly refused"),
    ("loops", "answers without an end"),
)


def expectation(prepared: Prepared) -> str:
    """Return the line that is printed before it begins."""
    expected, request = prepared.estimate, prepared.request
    takes = "an unknown time" if expected.seconds is None else duration(expected.seconds)
    budget = request.budget_seconds
    limit = "" if budget is None else f", ended after {duration(budget).removeprefix('about ')}"
    method = "all weights" if prepared.method == "full" else f"adapters of rank {request.lora_rank}"
    return (
        f"{prepared.checkpoint.name}, {method}, on {expected.examples} examples of about {expected.tokens:,} tokens "
        f"({expected.computed_tokens:,} with common beginnings computed once): {takes} for {request.epochs:g} epochs"
        f"{limit}, {_gigabytes(expected.memory)} of memory, {_gigabytes(expected.disk)} of disk."
    )


def print_result(result: DistillationResult, console: Console) -> None:
    """Print what the training changed, on its own held-out examples, and what it took."""
    before, after = result.first, result.best
    if before and after:
        table = Table(box=box.SIMPLE_HEAD)
        for title in ("", "before", f"step {result.best_step}"):
            table.add_column(title)
        for name, label in _ROWS:
            table.add_row(label, _figure(before[name]), _figure(after[name]))
        console.print(table)
    ended = f" It ended early: {result.stopped}." if result.stopped else ""
    left_out = f" {len(result.too_long)} examples were too long and left out." if result.too_long else ""
    console.print(
        f"Took {result.seconds:.0f} s and {_gigabytes(result.peak_memory_bytes)} of memory: {result.steps} steps, "
        f"{result.examples_seen} examples seen, {result.tokens_a_second:.0f} tokens a second.{ended}{left_out}",
        soft_wrap=True,
    )


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.1f} GB"
