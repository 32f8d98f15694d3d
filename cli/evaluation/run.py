"""`groundwork eval run`: ask the gold questions and measure the answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.evaluation.judging import AT_ONCE, JudgeAtOnce, JudgeModel, JudgeUrl, judge_folder, required_judge
from cli.options import AsJson, print_json, progress, settings_from, stdout

if TYPE_CHECKING:
    from evals.run.request import EvaluationRequest

_INTERRUPTED = 130


def run_command(
    cases: Annotated[
        Path | None, typer.Option(help="File of gold questions. Default: the domain's cases.jsonl.")
    ] = None,
    split: Annotated[
        Literal["dev", "test", "all"] | None, typer.Option(help="Which questions to ask (test). Tune on dev only.")
    ] = None,
    recipe: Annotated[str | None, typer.Option(help="A recipe of the domain (default).")] = None,
    out: Annotated[
        Path | None, typer.Option(help="New folder for the run. Default: evals/DATE-RECIPE in the data directory.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Folder of an interrupted run: ask the questions that have no result yet.")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option(help="Questions at a time (1). Latency is measured under this load.")
    ] = None,
    cost_per_hour: Annotated[
        float | None, typer.Option(help="Price of an hour of the machine that serves the model.")
    ] = None,
    cost_per_million_tokens: Annotated[
        tuple[float, float] | None, typer.Option(help="Prices of a million tokens: of prompts, of answers.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Exit with 4 when a metric is below this baseline's interval.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save-baseline", help="Write the run's metrics to this file, as a baseline.")
    ] = None,
    judge: Annotated[
        bool, typer.Option("--judge", help="Have a model judge the answers afterwards, as groundwork eval judge does.")
    ] = False,
    judge_url: JudgeUrl = None,
    judge_model: JudgeModel = None,
    judge_at_once: JudgeAtOnce = AT_ONCE,
    as_json: AsJson = False,
) -> None:
    """Answer the gold questions; measure retrieval, citations, answers, refusals, grounding, latency and cost.

    Exits with 1 when a request failed, after everything is written.
    """
    from cli.client import connect
    from evals.run.baseline import load_baseline, save_baseline
    from evals.run.console import print_run
    from evals.run.judge_console import print_judged
    from evals.run.price import Price
    from evals.run.request import request_of
    from evals.run.run import default_folder, evaluate

    settings = settings_from()
    asked = required_judge(settings, judge_url, judge_model, judge_at_once) if judge else None
    price = Price(cost_per_hour, cost_per_million_tokens)
    loaded = load_baseline(baseline) if baseline else None
    request = request_of(split, recipe, cases, out, loaded, concurrency, price, resume)
    if resume is None and out is None:
        request = replace(request, out=default_folder(settings, request.recipe))
    answered = (0, 0)
    with progress("Answering questions") as show:

        def shown(done: int, total: int) -> None:
            nonlocal answered
            answered = (done, total)
            show(done, total)

        try:
            run = asyncio.run(evaluate(settings, request, lambda: connect(settings, "groundwork eval run"), shown))
        except KeyboardInterrupt:
            typer.echo(_interrupted(request, *answered), err=True)
            raise typer.Exit(_INTERRUPTED) from None
    if save is not None:
        save_baseline(save, run.configuration, run.summary)
    judged = judge_folder(run.folder, asked) if asked is not None else None
    if as_json:
        print_json({**run.to_dict(), **({"judge": judged.to_dict()} if judged is not None else {})})
    else:
        print_run(run, stdout())
        if judged is not None:
            print_judged(judged, stdout())
    raise typer.Exit(run.exit_code)


def _interrupted(request: EvaluationRequest, done: int, total: int) -> str:
    folder = request.resume or request.out
    if folder is None or not total:
        return "Interrupted before the first question."
    return f"Interrupted: {done} of {total} questions are answered. Continue with: {request.resume_command(folder)}"
