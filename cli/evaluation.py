"""`groundwork eval …`: measure whether answers are good enough to ship."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import AsJson, print_json, progress, settings_from, stdout

evaluation = typer.Typer(help="Measure whether answers are good enough to ship.", no_args_is_help=True)


@evaluation.command("run")
def evaluate_command(
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
    from evals.baseline import load_baseline, save_baseline
    from evals.console import print_run
    from evals.run import EvaluationRequest, evaluate

    settings = settings_from()
    request = EvaluationRequest(split, recipe, cases, out, load_baseline(baseline) if baseline else None)
    with progress("Answering questions") as show:
        run = asyncio.run(evaluate(settings, request, lambda: connect(settings, "groundwork eval run"), show))
    if save is not None:
        save_baseline(save, run.configuration, run.summary)
    print_json(run.to_dict()) if as_json else print_run(run, stdout())
    raise typer.Exit(run.exit_code)


@evaluation.command("prompts")
def prompts_command(
    out: Annotated[Path, typer.Option(help="The file to write: one JSON object a line.")],
    part: Annotated[
        Literal["served", "calibration", "check"],
        typer.Option(help="All questions as served, or one side of the documents held out for a check."),
    ] = "served",
    recipe: Annotated[str, typer.Option(help="A recipe of the domain.")] = "default",
    as_json: AsJson = False,
) -> None:
    """Write the prompts that the model would be given, made from your documents and gold questions."""
    from evals.prompts import render_prompts, write_prompts

    with progress("Rendering prompts") as show:
        rendered = render_prompts(settings_from(), part, show, recipe)
    write_prompts(out, rendered.prompts)
    if as_json:
        held_out = sorted(rendered.held_out)
        print_json({"prompts": len(rendered.prompts), "refused": rendered.refused, "held_out": held_out})
    else:
        left_out = f"{rendered.refused} questions would be refused, and are left out"
        stdout().print(f"{len(rendered.prompts)} prompts in {out}; {left_out}.", soft_wrap=True)
