"""Run an evaluation: ask the service the cases, measure the responses, and write a folder (`evals/run/folder.py`).

The configuration is written before the first question and a line of results after each question, so that an
interrupted run keeps what it has measured and can be continued. A finished run is never overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from core.domain import Domain, load_domain
from core.errors import ConfigurationError, ServiceUnreachable
from core.settings import Settings
from evals.cases.case import Case
from evals.cases.gold import check_gold
from evals.cases.read import choose_split, load_cases
from evals.run.ask import ask_case, model_id
from evals.run.ask_all import ask_all
from evals.run.baseline import GateResult, check_comparable, compare_to_baseline
from evals.run.case_result import CaseResult, evaluate_response, failed_result
from evals.run.configuration import check_recipe, check_unchanged, describe_questions, describe_system
from evals.run.folder import (
    CONFIGURATION_FILE,
    SUMMARY_FILE,
    create_folder,
    read_configuration,
    read_run,
    summary_dict,
    write_json,
)
from evals.run.report.write import write_report
from evals.run.request import EvaluationRequest
from evals.run.results_file import ResultsFile
from evals.run.summary import Summary, summarise
from evals.service import Connect, StreamingClient, read_document_rows

ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of questions answered so far and the number of all questions."""

_FAILED = 1


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run, as written to `folder`. `gate` is None without a baseline."""

    folder: Path
    configuration: dict[str, Any]
    results: tuple[CaseResult, ...]
    summary: Summary
    gate: GateResult | None

    @property
    def failures(self) -> dict[str, str]:
        """The messages of the requests that failed, by the id of the case."""
        return {result.case.id: result.failure for result in self.results if result.failure is not None}

    @property
    def exit_code(self) -> int:
        """The exit code of the command: 0 done, 4 does not ship, 1 a request has failed."""
        does_not_ship = self.gate.exit_code if self.gate else 0
        return does_not_ship or (_FAILED if self.failures else 0)

    def to_dict(self) -> dict[str, Any]:
        """Return folder, configuration, summary, failures and the gate's result as JSON values, for scripts."""
        return {
            "folder": str(self.folder),
            "configuration": self.configuration,
            "summary": summary_dict(self.summary),
            "failures": self.failures,
            "gate": self.gate.to_dict() if self.gate else None,
        }


async def evaluate(settings: Settings, request: EvaluationRequest, connect: Connect, progress: ReportProgress) -> Run:
    """Evaluate the service that `connect` opens.

    Raises ConfigurationError before any question is asked when the cases, the recipe, the folder or the baseline cannot
    be used, or when the run that is to be continued was one of another system; IndexLocked; and ServiceUnreachable,
    with the command that continues the run, when the service is gone. Cancelled, it can be continued as well.
    """
    domain = load_domain(settings.domain_dir)
    _check_recipe(domain, request.recipe)
    file = request.cases or domain.cases
    cases = choose_split(load_cases(file), request.split, file)
    questions = describe_questions(file, request, cases)
    if request.baseline is not None:
        check_comparable(request.baseline, questions)
    async with connect() as client:
        service = await client.get("/v1/configuration")
        _check_service(request.recipe, service)
        check_recipe(domain, request.recipe, service)
        await check_gold(cases, file, client)
        documents = await read_document_rows(client)
        system = describe_system(domain, request.recipe, service, documents, settings.models)
        folder = _open_folder(settings, request, {**system, **questions})
        results = await _ask(cases, request, system["mode"], client, folder, progress)
    run = read_run(folder)
    # Of what was read: a run that is continued may have been judged.
    summary = summarise(run.results)
    write_json(folder / SUMMARY_FILE, summary_dict(summary))
    write_report(run, summary)
    gate = compare_to_baseline(request.baseline, summary) if request.baseline else None
    return Run(folder, run.configuration, results, summary, gate)


def default_folder(settings: Settings, recipe: str) -> Path:
    """Return the folder of a run that is begun now."""
    return settings.data_dir / "evals" / f"{datetime.now():%Y-%m-%d-%H%M%S}-{recipe}"


def _open_folder(settings: Settings, request: EvaluationRequest, configuration: Mapping[str, Any]) -> Path:
    """Create the folder of a run, or check that the run in it may go on."""
    if request.resume is not None:
        check_unchanged(request.resume, read_configuration(request.resume), configuration)
        return request.resume
    folder = create_folder(request.out or default_folder(settings, request.recipe))
    write_json(folder / CONFIGURATION_FILE, configuration)
    return folder


async def _ask(
    cases: Sequence[Case],
    request: EvaluationRequest,
    mode: str,
    client: StreamingClient,
    folder: Path,
    progress: ReportProgress,
) -> tuple[CaseResult, ...]:
    """Ask the cases that have no result yet; return the results of all, in the order of the cases."""
    with ResultsFile(folder) as file:

        def add(result: CaseResult) -> None:
            file.add(result)
            progress(len(file.results), len(cases))

        progress(len(file.results), len(cases))
        try:
            await ask_all(
                [case for case in cases if case.id not in file.results],
                request.concurrency,
                partial(ask_case, recipe=request.recipe, client=client),
                partial(evaluate_response, price=request.price, concurrency=request.concurrency),
                partial(failed_result, mode=mode),
                add,
            )
        except ServiceUnreachable as error:
            raise ServiceUnreachable(
                f"{error} {len(file.results)} of {len(cases)} questions are answered. When the service is up again, "
                f"continue with: {request.resume_command(folder)}"
            ) from error
        return file.in_order(cases)


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
