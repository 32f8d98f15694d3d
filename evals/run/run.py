"""Run an evaluation: ask the service the cases, measure the responses, and write a folder (`evals/run/folder.py`).

The configuration is written before the first question and a line of results after each question, so that an
interrupted run keeps what it has measured. An existing folder is never overwritten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, TypeAlias

from core.domain import Domain, load_domain
from core.errors import ConfigurationError
from core.settings import Settings
from evals.cases.case import Case, Split
from evals.cases.gold import check_gold
from evals.cases.read import choose_split, load_cases
from evals.run.ask import ask_case, model_id
from evals.run.baseline import Baseline, GateResult, check_comparable, compare_to_baseline
from evals.run.case_result import CaseResult, evaluate_response
from evals.run.folder import (
    CONFIGURATION_FILE,
    RESULTS_FILE,
    SUMMARY_FILE,
    create_folder,
    result_line,
    summary_dict,
    write_json,
)
from evals.run.summary import Summary, summarise
from evals.service import Connect, ServiceClient

ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of questions answered so far and the number of all questions."""


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """What to evaluate, and the baseline to compare it with.

    Without `cases` the domain's own cases are used; without `out` the run is written below `<data directory>/evals`.
    """

    split: Split | Literal["all"]
    recipe: str = "default"
    cases: Path | None = None
    out: Path | None = None
    baseline: Baseline | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run, as written to `folder`. `gate` is None without a baseline."""

    folder: Path
    configuration: dict[str, Any]
    results: tuple[CaseResult, ...]
    summary: Summary
    gate: GateResult | None

    @property
    def exit_code(self) -> int:
        """The exit code of the command: 0 done, 4 does not ship."""
        return self.gate.exit_code if self.gate else 0

    def to_dict(self) -> dict[str, Any]:
        """Return folder, configuration, summary and the gate's result as JSON values, for scripts."""
        return {
            "folder": str(self.folder),
            "configuration": self.configuration,
            "summary": summary_dict(self.summary),
            "gate": self.gate.to_dict() if self.gate else None,
        }


async def evaluate(settings: Settings, request: EvaluationRequest, connect: Connect, progress: ReportProgress) -> Run:
    """Evaluate the service that `connect` opens.

    Raises ConfigurationError before any question is asked when the cases, the recipe, the folder or the baseline cannot
    be used; IndexLocked; and ServiceError with the service's message.
    """
    domain = load_domain(settings.domain_dir)
    _check_recipe(domain, request.recipe)
    file = request.cases or domain.cases
    cases = choose_split(load_cases(file), request.split, file)
    questions = _describe_questions(file, request.split, cases)
    if request.baseline is not None:
        check_comparable(request.baseline, questions)
    async with connect() as client:
        service = await client.get("/v1/configuration")
        _check_service(request.recipe, service)
        await check_gold(cases, file, client)
        configuration = {**_describe_system(domain, request.recipe, service), **questions}
        folder = create_folder(request.out or _default_folder(settings, request.recipe))
        write_json(folder / CONFIGURATION_FILE, configuration)
        results = await _ask_all(cases, request.recipe, client, folder / RESULTS_FILE, progress)
    summary = summarise(results)
    write_json(folder / SUMMARY_FILE, summary_dict(summary))
    gate = compare_to_baseline(request.baseline, summary) if request.baseline else None
    return Run(folder, configuration, tuple(results), summary, gate)


async def _ask_all(
    cases: Sequence[Case], recipe: str, client: ServiceClient, file: Path, progress: ReportProgress
) -> list[CaseResult]:
    results: list[CaseResult] = []
    with file.open("x", encoding="utf-8") as lines:
        for case in cases:
            progress(len(results), len(cases))
            results.append(evaluate_response(await ask_case(case, recipe, client)))
            lines.write(result_line(results[-1]))
            lines.flush()
    progress(len(results), len(cases))
    return results


def _describe_questions(file: Path, split: str, cases: Sequence[Case]) -> dict[str, Any]:
    return {
        "cases": file.name,
        "cases_sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "split": split,
        "questions": len(cases),
        "labelled_answers": sum(len(case.labelled) for case in cases),
    }


def _describe_system(domain: Domain, recipe: str, service: dict[str, Any]) -> dict[str, Any]:
    """Describe the system that is evaluated: what is known here, and what the service reports.

    The recipe's values are read from the domain's file now; a service that was started before an edit has older ones.
    """
    return {
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
        "groundwork": _version(),
        "domain": domain.name,
        "recipe": asdict(domain.recipes[recipe]),
        "mode": service["mode"],
        "model": service["model"]["name"],
        "embedder": service["embedder"],
        "documents": service["documents"],
        "chunks": service["chunks"],
    }


def _check_recipe(domain: Domain, recipe: str) -> None:
    if recipe not in domain.recipes:
        raise ConfigurationError(
            f"There is no recipe '{recipe}' in {domain.folder / 'domain.toml'}; it has: {', '.join(domain.recipes)}. "
            f"Use one of these, or add a table [recipes.{recipe}]."
        )


def _check_service(recipe: str, service: dict[str, Any]) -> None:
    if model_id(recipe) not in service["models"]:
        raise ConfigurationError(
            f"The running service does not know the recipe '{recipe}'; it was started before the recipe was added. "
            "Restart it."
        )
    if not service["documents"]:
        raise ConfigurationError("No document has been ingested yet. Run: groundwork ingest")


def _default_folder(settings: Settings, recipe: str) -> Path:
    return settings.data_dir / "evals" / f"{datetime.now():%Y-%m-%d-%H%M%S}-{recipe}"


def _version() -> str:
    try:
        return version("groundwork")
    except PackageNotFoundError:
        return "not installed (run from a checkout)"
