"""One evaluation: put the cases to the service, measure, and write a folder.

    configuration.json   what was asked of what: enough to do it again
    results.jsonl        for each question the case, all that was returned, and its part in each metric
    summary.json         slice -> metric -> value, low, high, n

The first is written before the first question and a line after each, so that an interrupted run leaves what it has.
A folder is never written into twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, TypeAlias

from core.domain import Domain, load_domain
from core.errors import ConfigurationError
from core.settings import Settings
from evals.ask import ask, model_of
from evals.baseline import Baseline, Verdict, check_comparable, judge_against
from evals.cases import Case, Split, choose_split, load_cases
from evals.gold import check_gold
from evals.service import Connect, ServiceClient
from evals.summary import Result, Summary, judge, summarise

ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of questions answered and the number of all."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to evaluate, and against what.

    Without `cases` the domain's own are asked; without `out` the run lies in `<data directory>/evals`.
    """

    split: Split | Literal["all"]
    recipe: str = "default"
    cases: Path | None = None
    out: Path | None = None
    baseline: Baseline | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run, as it lies in `folder`. `verdict` is None when there was no baseline."""

    folder: Path
    configuration: dict[str, Any]
    results: tuple[Result, ...]
    summary: Summary
    verdict: Verdict | None

    @property
    def exit_code(self) -> int:
        """0 done, 4 does not ship."""
        return self.verdict.exit_code if self.verdict else 0

    def to_dict(self) -> dict[str, Any]:
        """Folder, configuration, summary and verdict, for a script."""
        return {
            "folder": str(self.folder),
            "configuration": self.configuration,
            "summary": _summary_dict(self.summary),
            "verdict": self.verdict.to_dict() if self.verdict else None,
        }


async def evaluate(settings: Settings, plan: Plan, connect: Connect, progress: ReportProgress) -> Run:
    """Run the plan against the service that `connect` opens.

    Raises ConfigurationError for cases, a recipe, a folder or a baseline that cannot be used, before any question is
    asked; IndexLocked, or ServiceError with the service's words.
    """
    domain = load_domain(settings.domain_dir)
    _check_recipe(domain, plan.recipe)
    file = plan.cases or domain.cases
    cases = choose_split(load_cases(file), plan.split, file)
    questions = _describe_questions(file, plan.split, len(cases))
    if plan.baseline is not None:
        check_comparable(plan.baseline, questions)
    async with connect() as client:
        service = await client.get("/v1/configuration")
        _check_service(domain, plan.recipe, service)
        await check_gold(cases, file, client)
        configuration = {**_describe_system(domain, plan.recipe, service), **questions}
        folder = _new_folder(plan.out or _default_folder(settings, plan.recipe))
        _write_json(folder / "configuration.json", configuration)
        results = await _ask_all(cases, plan.recipe, client, folder / "results.jsonl", progress)
    summary = summarise(results)
    _write_json(folder / "summary.json", _summary_dict(summary))
    verdict = judge_against(plan.baseline, summary) if plan.baseline else None
    return Run(folder, configuration, tuple(results), summary, verdict)


async def _ask_all(
    cases: Sequence[Case], recipe: str, client: ServiceClient, file: Path, progress: ReportProgress
) -> list[Result]:
    results: list[Result] = []
    with file.open("x", encoding="utf-8") as lines:
        for case in cases:
            progress(len(results), len(cases))
            results.append(judge(await ask(case, recipe, client)))
            lines.write(json.dumps(_result_dict(results[-1]), ensure_ascii=False) + "\n")
            lines.flush()
    progress(len(results), len(cases))
    return results


def _describe_questions(file: Path, split: str, count: int) -> dict[str, Any]:
    return {
        "cases": file.name,
        "cases_sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "split": split,
        "questions": count,
    }


def _describe_system(domain: Domain, recipe: str, service: dict[str, Any]) -> dict[str, Any]:
    """What this side knows, and what the service says of itself.

    The recipe's values are read from the domain's file now: a service that was started before an edit has older ones.
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
            f"There is no recipe '{recipe}' in {domain.folder / 'domain.toml'}. There: {', '.join(domain.recipes)}. "
            f"Use one of these, or add a table [recipes.{recipe}]."
        )


def _check_service(domain: Domain, recipe: str, service: dict[str, Any]) -> None:
    if service["domain"]["name"] != domain.name:
        raise ConfigurationError(
            f"The service that holds the index answers for the domain '{service['domain']['name']}', "
            f"but GROUNDWORK_DOMAIN names '{domain.name}'. Set both to the same, or stop the service."
        )
    if model_of(recipe) not in service["models"]:
        raise ConfigurationError(
            f"The running service does not know the recipe '{recipe}'; it was started before the recipe was added. "
            "Restart it."
        )
    if not service["documents"]:
        raise ConfigurationError("No document has been ingested yet. Run: groundwork ingest")


def _default_folder(settings: Settings, recipe: str) -> Path:
    return settings.data_dir / "evals" / f"{datetime.now():%Y-%m-%d-%H%M%S}-{recipe}"


def _new_folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise ConfigurationError(
            f"{folder} exists already, and a run is never overwritten. Choose another folder with --out."
        ) from None
    except OSError as error:
        raise ConfigurationError(f"The folder {folder} cannot be made: {error.strerror}. Choose another.") from error
    return folder


def _result_dict(result: Result) -> dict[str, Any]:
    case, asked = result.asked.case, result.asked
    return {
        "case": {**asdict(case), "tags": sorted(case.tags)},
        "completion": asked.completion,
        "search": asked.search,
        "answer_ms": round(asked.answer_ms, 2),
        "search_ms": round(asked.search_ms, 2),
        "metrics": {name: asdict(share) for name, share in result.shares.items()},
    }


def _summary_dict(summary: Summary) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        name: {metric: asdict(estimate) for metric, estimate in estimates.items()}
        for name, estimates in summary.items()
    }


def _write_json(file: Path, value: dict[str, Any]) -> None:
    file.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _version() -> str:
    try:
        return version("groundwork")
    except PackageNotFoundError:
        return "not installed (run from a checkout)"
