"""Run lm-eval: write our cases as a task, run its process, and keep what it found.

groundwork/            the task with our cases, if it was asked for
job.json               what lm-eval was asked
lm-eval.log            its log
lm-eval.json           its results, and every question with its answer
result.json            the result, as `--json` prints it
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from app.answer.generated.small import fitted_to_size
from core.domain import load_domain
from core.errors import ConfigurationError
from core.recipe import Recipe
from core.settings import Settings
from evals.cases.case import Case
from evals.cases.read import choose_split, load_cases
from evals.harness.process import run_worker
from evals.harness.request import OUR_TASK, Harness, HarnessRequest
from evals.harness.result import HarnessResult, read_metrics
from evals.harness.task import write_task
from evals.prompts import render_prompts
from evals.run.folder import create_folder, write_json

ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of prompts rendered and the number of all."""

_TIMEOUT_S = 300
_CONTEXT = 32_768
"""Tokens at which lm-eval cuts a prompt. It knows no server's own limit, and its default of 2,048 would cut ours."""


def run_harness(
    settings: Settings, request: HarnessRequest, harness: Harness, progress: ReportProgress
) -> HarnessResult:
    """Run the tasks of a request.

    Raises ConfigurationError for an unknown recipe, cases that cannot be used, and a task that cannot be loaded;
    IndexLocked while a service has the embedded index open and our task is asked for; and ServingError.
    """
    domain = load_domain(settings.domain_dir)
    recipe = domain.recipes.get(request.recipe)
    if recipe is None:
        raise ConfigurationError(
            f"There is no recipe '{request.recipe}' in {domain.folder / 'domain.toml'}; it has: "
            f"{', '.join(domain.recipes)}."
        )
    if not request.tasks:
        raise ConfigurationError(f"No task is named. Name {OUR_TASK}, or tasks of lm-eval, with --tasks.")
    folder = create_folder(request.out).absolute()
    left_out = _write_cases(settings, request, folder / OUR_TASK, recipe, domain.refusal, progress)
    found = run_worker(harness, _job(request, folder), folder)
    result = HarnessResult(folder, request.model, request.url, str(found["lm_eval"]), read_metrics(found), left_out)
    write_json(folder / "result.json", result.to_dict())
    return result


def _write_cases(
    settings: Settings,
    request: HarnessRequest,
    folder: Path,
    recipe: Recipe,
    refusal: str,
    progress: ReportProgress,
) -> int:
    """Write the task with our cases; return how many of them have no prompt."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if OUR_TASK not in request.tasks:
        folder.mkdir()
        return 0
    cases = _cases(load_domain(settings.domain_dir).cases, request)
    rendered = render_prompts(settings, "cases", progress, request.recipe, request.model)
    written = write_task(folder, cases, rendered.prompts, fitted_to_size(recipe, request.model), refusal)
    if not written:
        raise ConfigurationError(
            f"No case of the split '{request.split}' reaches the model: the app refuses all of them. Choose another "
            "split."
        )
    return len(cases) - written


def _cases(file: Path, request: HarnessRequest) -> list[Case]:
    return choose_split(load_cases(file), request.split, file)


def _job(request: HarnessRequest, folder: Path) -> dict[str, Any]:
    return {
        "tasks": list(request.tasks),
        "task_folder": str(folder / OUR_TASK),
        "url": request.url.rstrip("/"),
        "model": request.model,
        "api": request.api,
        "tokenizer": str(request.tokenizer.absolute()) if request.tokenizer else None,
        "limit": request.limit,
        "concurrency": request.concurrency,
        "timeout_s": _TIMEOUT_S,
        "max_length": _CONTEXT,
    }
