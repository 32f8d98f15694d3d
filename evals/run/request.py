"""What to evaluate: the questions, the recipe, how they are asked, and where the run is written or continued."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from core.errors import ConfigurationError
from evals.cases.case import Split
from evals.run.baseline import Baseline
from evals.run.folder import read_configuration
from evals.run.price import Price

ChosenSplit: TypeAlias = Split | Literal["all"]

_NO_PRICE = Price()


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """What to evaluate, and the baseline to compare it with.

    Without `cases` the domain's own cases are used; without `out` the run is written below `<data directory>/evals`.
    `concurrency` is the number of questions that are asked at a time. `resume` is the folder of a run to continue.
    """

    split: ChosenSplit
    recipe: str = "default"
    cases: Path | None = None
    out: Path | None = None
    baseline: Baseline | None = None
    concurrency: int = 1
    price: Price = _NO_PRICE
    resume: Path | None = None

    def __post_init__(self) -> None:
        """Raise ConfigurationError for values that cannot be used."""
        if self.concurrency < 1:
            raise ConfigurationError(f"--concurrency is {self.concurrency}; it must be at least 1.")
        if self.resume is not None and self.out is not None:
            raise ConfigurationError(
                f"--out {self.out} names a new folder, and --resume {self.resume} goes on in an old one. "
                "Omit one of them."
            )

    def resume_command(self, folder: Path) -> str:
        """Return the command that continues this run, which is written to `folder`."""
        cases = ["--cases", str(self.cases)] if self.cases is not None else []
        baseline = ["--baseline", str(self.baseline.file)] if self.baseline is not None else []
        return shlex.join(["groundwork", "eval", "run", "--resume", str(folder), *cases, *baseline])


def request_of(
    split: ChosenSplit | None,
    recipe: str | None,
    cases: Path | None,
    out: Path | None,
    baseline: Baseline | None,
    concurrency: int | None,
    price: Price,
    resume: Path | None,
) -> EvaluationRequest:
    """Return the request for what was given, with defaults, or with the values of the run that is continued.

    Raises ConfigurationError for a folder that is no run.
    """
    begun: dict[str, Any] = {} if resume is None else read_configuration(resume)
    has_price = price.to_dict() is not None
    return EvaluationRequest(
        split or begun.get("split", "test"),
        recipe or begun.get("recipe", {}).get("name", "default"),
        cases,
        out,
        baseline,
        concurrency if concurrency is not None else begun.get("concurrency", 1),
        price if has_price else Price.from_dict(begun.get("price")),
        resume,
    )
