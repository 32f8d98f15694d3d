"""`groundwork eval run`: ask the gold questions and measure the answers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import AsJson, print_json, progress, settings_from, stdout


def run_command(
    cases: Annotated[
        Path | None, typer.Option(help="File of gold questions. Default: the domain's cases.jsonl.")
    ] = None,
    split: Annotated[
        Literal["dev", "test", "all"], typer.Option(help="Which questions to ask. Tune on dev only.")
    ] = "test",
    recipe: Annotated[str, typer.Option(help="A recipe of the domain.")] = "default",
    out: Annotated[
        Path | None, typer.Option(help="New folder for the run. Default: evals/DATE-RECIPE in the data directory.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Exit with 4 when a metric is below this baseline's interval.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save-baseline", help="Write the run's metrics to this file, as a baseline.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer the gold questions; measure retrieval, citations, answers, refusals, grounding and latency."""
    from cli.client import connect
    from evals.run.baseline import load_baseline, save_baseline
    from evals.run.console import print_run
    from evals.run.run import EvaluationRequest, evaluate

    settings = settings_from()
    request = EvaluationRequest(split, recipe, cases, out, load_baseline(baseline) if baseline else None)
    with progress("Answering questions") as show:
        run = asyncio.run(evaluate(settings, request, lambda: connect(settings, "groundwork eval run"), show))
    if save is not None:
        save_baseline(save, run.configuration, run.summary)
    print_json(run.to_dict()) if as_json else print_run(run, stdout())
    raise typer.Exit(run.exit_code)
