"""lm-eval's results by task and metric, with the standard errors that it computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_STDERR = "_stderr"


@dataclass(frozen=True, slots=True)
class TaskMetric:
    """A metric of a task; `filter` is lm-eval's name of how answers are read ("none": as they are).

    `stderr` is None where lm-eval gives none; `n` is the number of questions to which the metric applies.
    """

    task: str
    metric: str
    filter: str
    value: float
    stderr: float | None
    n: int


@dataclass(frozen=True, slots=True)
class HarnessResult:
    """A finished run, as written to `folder`; `samples` by task have each question with its answer and metrics."""

    folder: Path
    model: str
    url: str
    version: str
    metrics: tuple[TaskMetric, ...]
    left_out: int
    """Cases that the app refuses without the model, or that have no prompt."""

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {
            "folder": str(self.folder),
            "model": self.model,
            "url": self.url,
            "lm_eval": self.version,
            "metrics": [asdict(metric) for metric in self.metrics],
            "left_out": self.left_out,
        }


def read_metrics(found: Mapping[str, Any]) -> tuple[TaskMetric, ...]:
    """Return the metrics of a worker's result, in lm-eval's order; one that applies to no question is left out."""
    return tuple(
        metric
        for task, values in found["results"].items()
        for metric in _metrics_of(task, values, found["samples"].get(task, []))
        if metric.n
    )


def _metrics_of(task: str, values: Mapping[str, Any], samples: list[dict[str, Any]]) -> list[TaskMetric]:
    metrics: list[TaskMetric] = []
    for key, value in values.items():
        name, comma, filtered = key.partition(",")
        if not comma or name.endswith(_STDERR) or not isinstance(value, int | float):
            continue
        stderr = values.get(f"{name}{_STDERR},{filtered}")
        # A group has no samples of its own.
        n = sum(name in sample for sample in samples) if samples else int(values.get("sample_len", 0) or 1)
        metrics.append(
            TaskMetric(task, name, filtered, float(value), stderr if isinstance(stderr, int | float) else None, n)
        )
    return metrics
