"""One run, from the server's address to the reports: a sweep and a search, or a replay."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.errors import ServingError
from core.types import Message
from serving.bench.files import Files
from serving.bench.guidellm import DEFAULT_PYTHON, WAS_INTERRUPTED, ReportProgress, run_guidellm
from serving.bench.prompts import PromptSet
from serving.bench.replay import write_rows
from serving.bench.request import MOST_PROBES, BenchRequest, ReplayRequest
from serving.bench.result import BenchResult, Failure, Stage, has_rates, load_result
from serving.bench.scenario import Kind, replay_scenario, scenario
from serving.bench.server import fault, warm_up
from serving.environments import check_python

_POINT_SECONDS = 180.0
"""The time that a point may take beyond its own: GuideLLM starts processes for each, and ends its requests."""
_REPLAY_END_SECONDS = 900.0
"""The time after the last request of a replay in which its answer has to end."""
_REASONS = {
    "No measurement start or end times": "no request began at a load within its time",
    "No request produced a determined verdict": "no request was answered within a point's time",
    "Invalid rates in sweep": "no request was answered, one at a time or all at once",
}
"""What GuideLLM 0.8 says, and what it means."""


def measure(
    request: BenchRequest,
    prompts: PromptSet,
    name: str,
    out: Path,
    progress: ReportProgress,
    python: Path = DEFAULT_PYTHON,
) -> BenchResult:
    """Measure a server, and keep the reports as `out/NAME.json` and `out/NAME.goodput.json`.

    Where a stage fails or is interrupted, the next one is not begun; what was finished is kept, and the failure is in
    `out/NAME.failure.json` and in the result. Raises ServingError when no rate was finished, GuideLLM is missing or the
    server does not answer, ConfigurationError for a name that makes no file and a folder that cannot be made.
    """
    files = Files.of(name, out)
    check_python(python, "bench", "GuideLLM")
    warm_up(request, prompts.first)
    labels = {"prompts": prompts.describe()}
    stages: tuple[tuple[Stage, Kind, int], ...] = (
        ("sweep", "sweep", request.rates),
        ("search", "goodput", MOST_PROBES),
    )
    if request.at:
        stages = (("loads", "concurrent", len(request.at)),)
    with tempfile.TemporaryDirectory(prefix="groundwork-bench-") as folder:
        fresh = Path(folder)
        failure = None
        for stage, kind, points in stages:
            if stage == "search" and (gone := fault(request.url, request.api_key)) is not None:
                failure = Failure(stage, f"it was not begun, because {gone}")
                break
            plan = scenario(request, kind, prompts.file.absolute(), fresh / f"{stage}.json", labels)
            run = partial(run_guidellm, plan, fresh, partial(_report, progress, stage), python)
            failure = _run_stage(stage, partial(run, points * (request.seconds + _POINT_SECONDS)), request)
            if failure is not None:
                break
        first = stages[0][0]
        if not has_rates(fresh / f"{first}.json"):
            raise ServingError(_nothing_finished(request.url, failure or Failure(first, "no request succeeded")))
        files.keep(fresh / f"{first}.json", fresh / "search.json", failure)
    return load_result(files.report)


def replay(
    request: ReplayRequest, name: str, out: Path, progress: ReportProgress, python: Path = DEFAULT_PYTHON
) -> BenchResult:
    """Send recorded requests to a server at their times, and keep the report as `out/NAME.json`.

    Where GuideLLM fails or is interrupted nothing is kept: it writes no report of a part. Raises ServingError and
    ConfigurationError as `measure` does.
    """
    files = Files.of(name, out)
    check_python(python, "bench", "GuideLLM")
    warm_up(request, (Message("user", "Hello."),))
    sent = len(request.recording.requests)
    labels = {"replay": request.recording.describe(request.speed), "requests": str(sent)}
    with tempfile.TemporaryDirectory(prefix="groundwork-bench-") as folder:
        fresh = Path(folder)
        rows, report = fresh / "requests.jsonl", fresh / "replay.json"
        write_rows(rows, request.recording.requests, request.speed)
        plan = replay_scenario(request, rows, report, labels)
        run = partial(run_guidellm, plan, fresh, partial(_report, progress, "replay"), python)
        failure = _run_stage("replay", partial(run, request.seconds + _REPLAY_END_SECONDS), request)
        if not has_rates(report):
            raise ServingError(_nothing_finished(request.url, failure or Failure("replay", "no request succeeded")))
        files.keep(report, None, failure)
    return load_result(files.report)


def _run_stage(stage: Stage, run: Callable[[], str | None], request: BenchRequest | ReplayRequest) -> Failure | None:
    """Run a stage; return its failure, None when it ran to its end."""
    try:
        reason = run()
    except ServingError as error:
        reason = str(error)
    known = None if reason is None else describe_reason(reason)
    # A sweep may end although the server has gone: its last loads have failed requests only, and say so themselves.
    gone = None if reason is None and stage in ("sweep", "loads") else fault(request.url, request.api_key)
    reasons = [words for words in (known, gone) if words]
    return Failure(stage, "; ".join(reasons)) if reasons else None


def describe_reason(reason: str) -> str:
    """Return a reason of GuideLLM in words of this project, where it is a known one."""
    return next((words for theirs, words in _REASONS.items() if theirs in reason), reason)


def _nothing_finished(url: str, failure: Failure) -> str:
    return f"Nothing was measured of {url}: {failure}{_advice(failure)}"


def _advice(failure: Failure) -> str:
    if WAS_INTERRUPTED in failure.reason:
        return ""
    if failure.stage == "replay":
        return " Look at the server's log: a prompt and its answer may be longer than the model reads."
    return " Look at the server's log; a slow server needs more --seconds."


def _report(progress: ReportProgress, stage: Stage, line: str) -> None:
    progress(f"{stage} {line}")
