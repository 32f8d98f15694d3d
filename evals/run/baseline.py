"""The gate: compare a run with a committed baseline.

The gated metrics over all questions of the run are compared. A metric has regressed when its new value is below the
lower bound of the baseline's 95% interval, or when it has no value any more. Latency is not gated, because it depends
on the machine.

Not covered: a paired comparison of two runs, which detects smaller differences; and a baseline of 1.0, whose interval
has no width, so that a single wrong answer is a regression.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from core.stats import Estimate
from evals.run.summary import Summary

GATED = (
    "recall@5",
    "nDCG@10",
    "citation precision",
    "citation recall",
    "answers with a gold quote",
    "refusal precision",
    "refusal recall",
)
_SAME_QUESTIONS = ("cases_sha256", "split")
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Baseline:
    """The gated metrics of an earlier run, the configuration of that run, and the file that they were read from."""

    file: Path
    configuration: dict[str, Any]
    metrics: dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class Regression:
    """A metric below its baseline. `current` is None when the metric has no value any more."""

    metric: str
    baseline: Estimate
    current: Estimate | None

    def __str__(self) -> str:
        now = "has no value any more" if self.current is None else f"is {self.current.value:.3f}"
        then = self.baseline
        return f"{self.metric} {now}; the baseline is {then.value:.3f}, its interval {then.low:.3f} to {then.high:.3f}"


@dataclass(frozen=True, slots=True)
class GateResult:
    """The result of comparing a run with a baseline; regressions in the order of the baseline's metrics."""

    baseline: Path
    regressions: tuple[Regression, ...]

    @property
    def ships(self) -> bool:
        """Whether no gated metric has regressed."""
        return not self.regressions

    @property
    def exit_code(self) -> int:
        """The exit code of the command: 0 ships, 4 does not ship."""
        return 0 if self.ships else 4

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON values, for scripts."""
        return {
            "baseline": str(self.baseline),
            "ships": self.ships,
            "regressions": [asdict(regression) for regression in self.regressions],
        }


def load_baseline(file: Path) -> Baseline:
    """Read a baseline. Raises ConfigurationError that names the file and the command that writes it."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        metrics = {metric: Estimate(**figures) for metric, figures in content["metrics"].items()}
        return Baseline(file, dict(content["configuration"]), metrics)
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no baseline {file}. Write it with: groundwork eval run --save-baseline {file}"
        ) from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigurationError(
            f"{file} is not a baseline ({type(error).__name__}: {error}). "
            f"Write it again with: groundwork eval run --save-baseline {file}"
        ) from error


def save_baseline(file: Path, configuration: dict[str, Any], summary: Summary) -> None:
    """Write the gated metrics of a run; an existing file is replaced. Raises ConfigurationError."""
    metrics = {metric: asdict(summary["all"][metric]) for metric in GATED if metric in summary["all"]}
    about = {**configuration, "recipe": configuration["recipe"]["name"]}
    text = json.dumps({"configuration": about, "metrics": metrics}, indent=2, ensure_ascii=False)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"The baseline {file} cannot be written: {error.strerror}. Name another file with --save-baseline."
        ) from error


def check_comparable(baseline: Baseline, configuration: dict[str, Any]) -> None:
    """Raise ConfigurationError when the baseline was made with other questions."""
    for key in _SAME_QUESTIONS:
        then, now = baseline.configuration.get(key), configuration[key]
        if then != now:
            raise ConfigurationError(
                f"{baseline.file} was made with other questions: its {key} is {then}, this run's is {now}. "
                f"Run with the same questions, or write it again with: "
                f"groundwork eval run --save-baseline {baseline.file}"
            )


def compare_to_baseline(baseline: Baseline, summary: Summary) -> GateResult:
    """Compare a run's metrics over all questions with the baseline."""
    regressions: list[Regression] = []
    for metric, then in baseline.metrics.items():
        now = summary["all"].get(metric)
        if now is None or now.value < then.low - _ROUNDING:
            regressions.append(Regression(metric, then, now))
    return GateResult(baseline.file, tuple(regressions))
