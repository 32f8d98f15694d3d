"""Have one system answer all sets of questions: the extractive answers, or a checkpoint that is served meanwhile.

Answers that an earlier start got are kept; nothing is served where none is missing.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.domain import load_domain
from core.settings import Settings
from evals.distill.run.inputs import Documents
from evals.distill.run.parts import ConnectHere, Parts, ReportProgress, Show
from evals.distill.run.place import Place, StageRecord, do_stage
from evals.distill.run.request import DistillRunRequest
from evals.distill.run.sets import JudgeSet
from evals.run.folder import CONFIGURATION_FILE, RESULTS_FILE, SUMMARY_FILE, read_configuration
from evals.run.request import EvaluationRequest
from evals.run.run import evaluate
from serving.checkpoint.read import read_checkpoint
from serving.get.folders import served_name, sized_name


def judge(
    place: Place,
    request: DistillRunRequest,
    system: str,
    model: tuple[Path, str] | None,
    sets: Mapping[str, JudgeSet],
    documents: Mapping[str, Documents],
    cases: Mapping[str, Any],
    parts: Parts,
    show: Show,
) -> StageRecord:
    """Return by set the hash of the results. `model` is a checkpoint and its hash; None for the extractive answers.

    `cases` are the outputs of the stage that chose them.
    """
    inputs = {
        "model": None if model is None else model[1],
        "concurrency": request.concurrency,
        **{f"cases of {name}": cases[name]["sha256"] for name in sets},
        **{f"documents of {name}": documents[name].sha256 for name in sets},
        **{f"recipe of {name}": _recipe_sha256(one, request.recipe) for name, one in sets.items()},
    }
    folders = {name: place.run(name, system) for name in sets}

    def work() -> dict[str, Any]:
        pending = [one for name, one in sets.items() if not (folders[name] / SUMMARY_FILE).exists()]
        if model is None:
            _ask_sets(place, request, system, pending, lambda settings: settings, parts.connect, show)
            name = None
        else:
            name = name_of(model[0])
            if pending:
                with parts.serve(model[0], name, place.logs / f"{system}.log") as server:

                    def with_model(settings: Settings) -> Settings:
                        return replace(settings, llm_base_url=server.url, llm_model=server.name)

                    _ask_sets(place, request, system, pending, with_model, parts.connect, show)
        return {"model": name, "results": {one: _sha256(folder / RESULTS_FILE) for one, folder in folders.items()}}

    return do_stage(place, system, inputs, list(folders.values()), work, redo=request.redo)


def name_of(model: Path) -> str:
    """Return the name that a checkpoint is served under, which states its size: the app's prompt depends on it."""
    return served_name(model) or sized_name(model.resolve().name, read_checkpoint(model).parameters)


def _ask_sets(
    place: Place,
    request: DistillRunRequest,
    system: str,
    sets: Sequence[JudgeSet],
    of_system: Callable[[Settings], Settings],
    connect: ConnectHere,
    show: Show,
) -> None:
    for judged in sets:
        folder = place.run(judged.name, system)
        with show.bar(f"Asking {system}, {judged.name}") as progress:
            _ask(request, of_system(judged.settings), place.cases(judged.name), folder, connect, progress)


def _ask(
    request: DistillRunRequest,
    settings: Settings,
    cases: Path,
    folder: Path,
    connect: ConnectHere,
    progress: ReportProgress,
) -> None:
    """Ask the questions that have no answer yet."""
    asked = EvaluationRequest("all", request.recipe, cases, concurrency=request.concurrency)
    asked = replace(asked, resume=folder) if _is_begun(folder) else replace(asked, out=folder)
    asyncio.run(evaluate(settings, asked, lambda: connect(settings), progress))


def _is_begun(folder: Path) -> bool:
    """Return whether a run can be continued; one that was killed before it wrote its configuration is removed."""
    if not folder.exists():
        return False
    if (folder / CONFIGURATION_FILE).exists() and (folder / CONFIGURATION_FILE).stat().st_size:
        read_configuration(folder)
        return True
    shutil.rmtree(folder)
    return False


def _recipe_sha256(judged: JudgeSet, recipe: str) -> str:
    return load_domain(judged.settings.domain_dir).recipes[recipe].sha256


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
