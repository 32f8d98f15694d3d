"""`groundwork eval arena`: compare the answers of several models in pairs."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.evaluation.judging import AT_ONCE, JudgeAtOnce, JudgeModel, JudgeUrl, judge_request
from cli.options import AsJson, print_json, progress, settings_from, stdout


def arena_command(
    runs: Annotated[
        list[str],
        typer.Argument(help="Folders of two or more finished runs of the same cases, as FOLDER or NAME=FOLDER."),
    ],
    by: Annotated[str | None, typer.Option(help="Decide by this metric on each question, in place of a judge.")] = None,
    judge_url: JudgeUrl = None,
    judge_model: JudgeModel = None,
    judge_at_once: JudgeAtOnce = AT_ONCE,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Compare on so many questions only, drawn at random and always the same.")
    ] = None,
    queue: Annotated[
        int | None, typer.Option(min=1, help="Post so many pairs to the review queue, for people to vote.")
    ] = None,
    votes: Annotated[bool, typer.Option("--votes", help="Read the votes of people from the review queue.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="New folder for the result. Default: evals/DATE-arena in the data directory.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rank any number of models by their answers to the same questions: by a judge, a metric or people."""
    from cli.client import connect
    from evals.arena.console import print_arena
    from evals.arena.matches import parse_entry
    from evals.arena.run import ArenaRequest, run_arena
    from evals.judge.client import connect_judge

    settings = settings_from()
    request = ArenaRequest(
        entries=tuple(parse_entry(run) for run in runs),
        out=out or settings.data_dir / "evals" / f"{datetime.now():%Y-%m-%d-%H%M%S}-arena",
        by=by,
        limit=limit,
        queue=queue,
        votes=votes,
    )
    judge = judge_request(settings, judge_url, judge_model, judge_at_once)
    with progress("Judging matches") as show:
        arena = asyncio.run(
            run_arena(
                request,
                (lambda: connect_judge(judge)) if judge is not None else None,
                lambda: connect(settings, "groundwork eval arena"),
                show,
            )
        )
    print_json(arena.to_dict()) if as_json else print_arena(arena, stdout())
