"""Run an arena over the folders of finished runs: no model is asked again, only the judge."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from core.errors import ConfigurationError, GroundworkError
from evals.arena.decide import Decision, decide_by_judge, decide_by_metric, find_metric
from evals.arena.html import render_page
from evals.arena.matches import Entry, Match, make_matches, read_entries
from evals.arena.result import PEOPLE, Arena, compare_with_votes, decision_row
from evals.arena.standings import rank
from evals.arena.votes import Posted, post_pairs, read_votes
from evals.judge.client import JudgeClient
from evals.judge.gather import ReportProgress, gather_with_progress
from evals.judge.judge import ModelJudge
from evals.judge.measure import describe_judge, sample
from evals.metrics.catalogue import Metric
from evals.run.folder import create_folder, write_json
from evals.service import ServiceClient

RESULT_FILE, DECISIONS_FILE, REPORT_FILE = "arena.json", "decisions.jsonl", "report.html"

OpenJudge: TypeAlias = Callable[[], Coroutine[Any, Any, JudgeClient]]
OpenService: TypeAlias = Callable[[], AbstractAsyncContextManager[ServiceClient]]


@dataclass(frozen=True, slots=True)
class ArenaRequest:
    """What to compare, and how matches are decided.

    by      a metric that decides; None: the judge does, where there is one
    limit   compare on so many questions only, drawn at random and always the same
    queue   post so many pairs to the review queue
    votes   read the votes of people from it
    out     new folder for the result
    """

    entries: tuple[Entry, ...]
    out: Path
    by: str | None = None
    limit: int | None = None
    queue: int | None = None
    votes: bool = False

    def __post_init__(self) -> None:
        for name, value in (("--limit", self.limit), ("--queue", self.queue)):
            if value is not None and value < 1:
                raise ConfigurationError(f"{name} is {value}; it must be 1 or more.")


async def run_arena(
    request: ArenaRequest, open_judge: OpenJudge | None, open_service: OpenService, progress: ReportProgress
) -> Arena:
    """Decide the matches, rank the models and write the result to a folder.

    Raises ConfigurationError where the runs, the metric or the folder cannot be used, or nothing decides;
    GenerationError where the judge cannot be asked; and ServiceError where the review queue cannot.
    """
    metric = find_metric(request.by) if request.by is not None else None
    if metric is None and open_judge is None and not request.votes and request.queue is None:
        raise ConfigurationError(
            "Nothing decides the matches. Name a judge with --judge-url (or JUDGE_BASE_URL), a metric with --by, or "
            "read people's votes with --votes."
        )
    runs = read_entries(request.entries)
    matches = _limited(make_matches(runs), request.limit)
    folder = create_folder(request.out)
    try:
        decisions, judge = await _decided(matches, metric, open_judge, progress)
        posted, votes = await _people(request, open_service, matches)
    except GroundworkError:
        folder.rmdir()
        raise
    decider = next(iter(decisions), None)
    if votes:
        decisions[PEOPLE] = votes
    arena = Arena(
        models={name: run.folder for name, run in runs.items()},
        questions=len({match.case.id for match in matches}),
        judge=judge,
        standings=tuple(rank(source, list(runs), made) for source, made in decisions.items()),
        agreement=compare_with_votes(decisions[decider], votes) if decider is not None else None,
        decisions=decisions,
        posted=posted,
        folder=folder,
        lacks_votes=request.votes and not votes,
    )
    _write(arena)
    return arena


async def _decided(
    matches: Sequence[Match], metric: Metric | None, open_judge: OpenJudge | None, progress: ReportProgress
) -> tuple[dict[str, Sequence[Decision]], dict[str, Any] | None]:
    """Return the decisions by their source, the metric or else the judge, and what the judge was asked."""
    if metric is not None:
        return {metric.name: [decide_by_metric(match, metric) for match in matches]}, None
    if open_judge is None:
        return {}, None
    client = await open_judge()
    try:
        judge = ModelJudge(client)
        made = await gather_with_progress([decide_by_judge(match, judge) for match in matches], progress)
    finally:
        await client.close()
    return {client.model: made}, describe_judge(client)


async def _people(
    request: ArenaRequest, open_service: OpenService, matches: Sequence[Match]
) -> tuple[Posted | None, list[Decision]]:
    """Post pairs and read votes, as far as either is requested."""
    if request.queue is None and not request.votes:
        return None, []
    async with open_service() as service:
        posted = await post_pairs(service, matches, request.queue) if request.queue is not None else None
        votes = await read_votes(service, matches) if request.votes else []
    return posted, votes


def _limited(matches: list[Match], limit: int | None) -> list[Match]:
    """Return the matches of a sample of the questions."""
    chosen = set(sample(list(dict.fromkeys(match.case.id for match in matches)), limit))
    return [match for match in matches if match.case.id in chosen]


def _write(arena: Arena) -> None:
    write_json(arena.folder / RESULT_FILE, arena.to_dict())
    rows = (
        json.dumps(decision_row(source, decision), ensure_ascii=False)
        for source, made in arena.decisions.items()
        for decision in made
    )
    (arena.folder / DECISIONS_FILE).write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    (arena.folder / REPORT_FILE).write_text(render_page(arena), encoding="utf-8")
