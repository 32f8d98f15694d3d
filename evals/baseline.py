"""The gate: a run may not fall below the interval of a committed baseline.

Compared are the gated metrics over all questions of the run. One falls when its new value lies below the baseline's
lower bound, or when it has no value any more. Latency is not gated: it depends on the machine.

Not covered: a paired comparison of two runs, which sees smaller differences; and a baseline at 1.0, whose interval has
no width, so that a single wrong question is a fall.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from core.stats import Estimate
from evals.summary import Summary

GATED = (
    "recall@5",
    "nDCG@10",
    "citation precision",
    "citation recall",
    "answers with a gold quote",
    "refusal precision",
    "refusal recall",
)
_SAME = ("cases_sha256", "split")
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Baseline:
    """Figures to hold, the configuration of the run that they come from, and where they were read."""

    file: Path
    configuration: dict[str, Any]
    metrics: dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class Fall:
    """A metric below its baseline."""

    metric: str
    baseline: Estimate
    now: Estimate | None

    def __str__(self) -> str:
        now = "has no value any more" if self.now is None else f"is {self.now.value:.3f}"
        then = self.baseline
        return f"{self.metric} {now}; the baseline is {then.value:.3f}, its interval {then.low:.3f} to {then.high:.3f}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a run ships. `exit_code` is that of the command."""

    baseline: Path
    falls: tuple[Fall, ...]

    @property
    def ships(self) -> bool:
        """Whether no gated metric fell."""
        return not self.falls

    @property
    def exit_code(self) -> int:
        """0 ships, 4 does not ship."""
        return 0 if self.ships else 4

    def to_dict(self) -> dict[str, Any]:
        """For a script."""
        return {"baseline": str(self.baseline), "ships": self.ships, "falls": [asdict(fall) for fall in self.falls]}


def load_baseline(file: Path) -> Baseline:
    """Read a baseline. Raises ConfigurationError that names the file and the mend."""
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
        metrics = {metric: Estimate(**figures) for metric, figures in held["metrics"].items()}
        return Baseline(file, dict(held["configuration"]), metrics)
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no baseline {file}. Write it once with: groundwork eval run --save-baseline {file}"
        ) from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigurationError(
            f"{file} is no baseline ({type(error).__name__}: {error}). "
            f"Write it anew with: groundwork eval run --save-baseline {file}"
        ) from error


def save_baseline(file: Path, configuration: dict[str, Any], summary: Summary) -> None:
    """Write the gated figures of a run, replacing what the file held."""
    metrics = {metric: asdict(summary["all"][metric]) for metric in GATED if metric in summary["all"]}
    about = {**configuration, "recipe": configuration["recipe"]["name"]}
    text = json.dumps({"configuration": about, "metrics": metrics}, indent=2, ensure_ascii=False)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text + "\n", encoding="utf-8")


def check_comparable(baseline: Baseline, configuration: dict[str, Any]) -> None:
    """Raises ConfigurationError when the baseline was made with other questions."""
    for key in _SAME:
        then, now = baseline.configuration.get(key), configuration[key]
        if then != now:
            raise ConfigurationError(
                f"{baseline.file} was made with other questions: its {key} is {then}, this run's is {now}. "
                f"Run with the same, or write it anew with: groundwork eval run --save-baseline {baseline.file}"
            )


def judge_against(baseline: Baseline, summary: Summary) -> Verdict:
    """The verdict on a run; falls in the order of the baseline."""
    found: list[Fall] = []
    for metric, then in baseline.metrics.items():
        now = summary["all"].get(metric)
        if now is None or now.value < then.low - _ROUNDING:
            found.append(Fall(metric, then, now))
    return Verdict(baseline.file, tuple(found))
