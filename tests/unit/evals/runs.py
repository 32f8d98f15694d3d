"""Build runs of which only the contributions, durations and answers matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evals.cases.case import Case
from evals.metrics.contribution import Contribution
from evals.response import CaseResponse
from evals.run.case_result import CaseResult
from evals.run.folder import RunFolder, result_line, write_json
from tests.unit.evals.responses import LEAVE, response_to

CONFIGURATION: Mapping[str, Any] = {
    "split": "all",
    "corpus_sha256": "c0",
    "embedder": "MiniLM",
    "domain": "team",
    "recipe": {"name": "default", "system_prompt": "Answer."},
    "cases_sha256": "abc",
    "mode": "generated",
    "concurrency": 1,
    "model": "tiny",
}


RECIPE: Mapping[str, Any] = {"name": "brief", "top_k": 2, "system_prompt": "Answer.", "small_prompt": ""}


def case_named(name: str, question: str = "How many?") -> Case:
    """Return an answerable case with this id."""
    return Case(id=name, question=question, kind="answerable", gold=(LEAVE,), split="test")


def result(
    case: Case,
    values: Mapping[str, float | tuple[float, float]],
    *,
    ms: float = 100.0,
    content: str = "An answer.",
    failure: str | None = None,
    degraded: bool = False,
) -> CaseResult:
    """Return a result with these contributions: a value, or a numerator and a denominator."""
    contributions = {
        name: Contribution(*value) if isinstance(value, tuple) else Contribution(value)
        for name, value in values.items()
    }
    if failure is not None:
        return CaseResult(case, None, contributions, {}, failure)
    response: CaseResponse = response_to(case, content=content, answer_ms=ms, degraded=degraded)
    return CaseResult(case, response, contributions, {"answer": ms, "search": ms / 10})


def run_of(
    name: str,
    metrics: Mapping[str, Sequence[float]],
    *,
    ms: Sequence[float] | None = None,
    configuration: Mapping[str, Any] | None = None,
) -> RunFolder:
    """Return a run of as many cases as each metric has values."""
    count = len(next(iter(metrics.values())))
    durations = ms or [100.0] * count
    results = [
        result(
            case_named(f"case-{number:03}"),
            {metric: values[number] for metric, values in metrics.items()},
            ms=durations[number],
            content=f"{name} answers {number}.",
        )
        for number in range(count)
    ]
    about = {**CONFIGURATION, "questions": count, **(configuration or {})}
    return RunFolder(Path("runs") / name, about, tuple(results))


def binary(cases: int, wrong: Sequence[int] = ()) -> list[float]:
    """Return 1 for every case but those that are wrong."""
    return [0.0 if number in wrong else 1.0 for number in range(cases)]


def write_recalls(folder: Path, name: str, wrong: int = 0, cases: int = 120) -> RunFolder:
    """Write a run with values of citation recall, of which so many are 0; return it."""
    about = {"recipe": RECIPE, "documents": 5, "chunks": 9, "groundwork": "0.1.0"}
    run = run_of(name, {"citation recall": binary(cases, range(wrong))}, configuration=about)
    run = replace(run, folder=folder / name)
    run.folder.mkdir()
    write_json(run.folder / "configuration.json", run.configuration)
    write_json(run.folder / "summary.json", {"all": {"citation recall": {"value": 1.0}}})
    (run.folder / "results.jsonl").write_text("".join(map(result_line, run.results)), encoding="utf-8")
    return run
