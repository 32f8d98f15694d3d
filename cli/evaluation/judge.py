"""`groundwork eval judge` and `judge-agreement`: let a model judge answers, and compare it with people."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.evaluation.judging import AT_ONCE, JudgeAtOnce, JudgeModel, JudgeUrl, judge_folder, required_judge
from cli.options import AsJson, print_json, progress, settings_from, stdout


def judge_command(
    folder: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    judge_url: JudgeUrl = None,
    judge_model: JudgeModel = None,
    judge_at_once: JudgeAtOnce = AT_ONCE,
    labels: Annotated[
        Path | None, typer.Option(help="File of answers labelled by people, to measure the judge on as well.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Have a model judge the answers of a run: correct, and faithful to their passages."""
    from evals.judge.labels import read_labels
    from evals.run.judge_console import print_judged

    request = required_judge(settings_from(), judge_url, judge_model, judge_at_once)
    judged = judge_folder(folder, request, read_labels(labels) if labels is not None else None)
    print_json(judged.to_dict()) if as_json else print_judged(judged, stdout())


def agreement_command(
    file: Annotated[Path, typer.Argument(help="File of answers labelled by people (docs/evals.md).")],
    judge_url: JudgeUrl = None,
    judge_model: JudgeModel = None,
    judge_at_once: JudgeAtOnce = AT_ONCE,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask about so many labels only, drawn at random and always the same.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how far a judge model agrees with people, before its figures are believed."""
    from evals.judge.client import connect_judge
    from evals.judge.labels import read_labels
    from evals.judge.measure import JudgeAgreement, measure_judge
    from evals.run.judge_console import print_agreement

    request = required_judge(settings_from(), judge_url, judge_model, judge_at_once)
    labels = read_labels(file)

    async def measured() -> JudgeAgreement:
        client = await connect_judge(request)
        try:
            with progress("Judging labelled answers") as show:
                return await measure_judge(client, labels, limit, show)
        finally:
            await client.close()

    agreement = asyncio.run(measured())
    print_json(agreement.to_dict()) if as_json else print_agreement(agreement, stdout())
