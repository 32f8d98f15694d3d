"""What was done, in the new folder: distillation.json for programs, README.md (the model card) for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from serving.result_file import read_result_file, write_result_file

FORMAT = "groundwork-distillation-1"
FILE = "distillation.json"
_SCORES = """
Scores are of greedy answers to a few held-out prompts, made during the training: they chose these weights, and are
no evaluation.
"""


@dataclass(frozen=True, slots=True)
class DistillationResult:
    """One training.

    base, base_sha256   the checkpoint that was trained, and the hash of its files
    data, data_sha256   the file of the examples, and its hash
    method              "full", "lora" (the folder holds adapters) or "lora+merge"
    hyperparameters     all that was chosen
    plan                what was decided before the first step, and why
    losses              step and mean loss of its answers' tokens
    points              the evaluations: the learning curve over steps, examples and tokens seen
    best_step           whose weights these are
    stopped             why it ended before its last step; empty where it did not
    too_long            lines of the data that were left out
    tokens_seen         of the examples, each counted whole
    tokens_computed     with common beginnings counted once
    seconds             of all runs, up to the last step; `training_seconds` of steps alone
    lineage             the steps that had made the base (serving/checkpoint/lineage.py)
    job                 a hash of everything that decided the result but the budget
    """

    base: str
    base_folder: str
    base_sha256: str
    data: str
    data_sha256: str
    method: str
    hyperparameters: Mapping[str, Any]
    budget_seconds: float | None
    plan: Mapping[str, Any]
    versions: Mapping[str, str]
    parameters: int
    trained_parameters: int
    losses: Sequence[Sequence[float]]
    points: Sequence[Mapping[str, Any]]
    steps: int
    best_step: int
    stopped: str
    train_examples: int
    validation_examples: int
    too_long: Sequence[int]
    examples_seen: int
    tokens_seen: int
    tokens_computed: int
    seconds: float
    training_seconds: float
    peak_memory_bytes: int
    date: str
    lineage: Sequence[Mapping[str, Any]]
    job: str
    estimate: Mapping[str, Any]

    @property
    def tokens_a_second(self) -> float:
        """Tokens of examples, no padding, each counted whole, in a second of the steps."""
        return self.tokens_seen / self.training_seconds if self.training_seconds else 0.0

    @property
    def best(self) -> Mapping[str, Any] | None:
        """The evaluation of these weights; None where there was none."""
        return next((point for point in self.points if point["step"] == self.best_step), None)

    @property
    def first(self) -> Mapping[str, Any] | None:
        """The evaluation of the base; None where there was none."""
        return next((point for point in self.points if point["step"] == 0), None)

    def to_dict(self) -> dict[str, Any]:
        """Return the object of distillation.json."""
        return {"format": FORMAT, **asdict(self), "tokens_a_second": round(self.tokens_a_second, 1)}


def write_result(folder: Path, result: DistillationResult, warnings: Sequence[str]) -> None:
    """Write both files."""
    write_result_file(folder / FILE, result.to_dict())
    (folder / "README.md").write_text(_card(result, warnings), encoding="utf-8")


def read_result(folder: Path) -> DistillationResult:
    """Read distillation.json. Raises ConfigurationError for a folder that is not a finished training."""
    return read_result_file(folder / FILE, FORMAT, DistillationResult, "training", derived="tokens_a_second")


def _card(result: DistillationResult, warnings: Sequence[str]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    notes = "".join(f"- {warning}\n" for warning in warnings)
    left_out = f" {len(result.too_long)} were too long and left out." if result.too_long else ""
    ended = f" It ended early: {result.stopped}." if result.stopped else ""
    library = "peft" if result.method == "lora" else "transformers"
    return f"""---
base_model: {result.base}
library_name: {library}
tags: [groundwork, distilled, {result.method}]
---

# {result.base}, taught on the documents of a domain

`{result.base}` trained by Groundwork to answer questions from numbered sources, with citations, as it is served.

- Data: {result.train_examples} examples, and {result.validation_examples} held out, of `{Path(result.data).name}`, \
SHA-256 `{result.data_sha256[:16]}…`.{left_out}
- Training: {result.method}, {result.steps} steps, {result.examples_seen} examples seen, {result.tokens_seen:,} tokens \
in {result.seconds:.0f} s with {result.peak_memory_bytes / 1e9:.1f} GB of memory.{ended} Made on {result.date}; \
{versions}.
- These are the weights of step {result.best_step}.
{notes}
{_curve(result.points)}
How good the answers are, `groundwork eval run` says.

## Use

    groundwork model serve FOLDER

The licence and the limits of the original apply.
"""


def _curve(points: Sequence[Mapping[str, Any]]) -> str:
    if not points:
        return ""
    columns = ("step", "examples", "tokens", "loss", "f1", "cited", "refused", "overrefused", "loops", "score")
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(_cell(point[name]) for name in columns) + " |" for point in points]
    return "\n".join(lines) + "\n" + _SCORES


def _cell(value: float | int | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}"
