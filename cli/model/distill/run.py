"""`groundwork model distill run`: data, training, compression, answers of four systems, and a verdict."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.model.distill.teacher import teacher_of
from cli.options import AsJson, model_folder, print_json, print_table, progress, settings_from, stdout

if TYPE_CHECKING:
    from core.settings import Settings
    from evals.service import StreamingClient

_COMMAND = "groundwork model distill run"


def run_command(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="The model to teach: a folder, or a name of `model get`.")
    ],
    out: Annotated[Path, typer.Option(help="The folder of the run; one that was cut off is continued.")],
    budget: Annotated[
        str, typer.Option(help="Time for everything, as in 60m or 1h30m: training gets what evaluation leaves.")
    ] = "60m",
    cases: Annotated[
        list[Path] | None, typer.Option(help="File with gold questions; repeatable. Default: the domain's cases.jsonl.")
    ] = None,
    also_judge: Annotated[
        list[str] | None,
        typer.Option(metavar="DOMAIN=DATA_DIR", help="Another domain to judge on, with its data; repeatable."),
    ] = None,
    split: Annotated[Literal["dev", "test", "all"], typer.Option(help="Which questions to ask.")] = "test",
    questions: Annotated[int | None, typer.Option(help="Questions of each set, at most. Default: all.")] = None,
    recipe: Annotated[str, typer.Option(help="A recipe of the domain.")] = "default",
    concurrency: Annotated[int, typer.Option(help="Questions at a time.")] = 4,
    number: Annotated[int | None, typer.Option(help="Examples to make. Default: as `distill data`.")] = None,
    seed: Annotated[int, typer.Option(help="Of the examples and of the training.")] = 0,
    method: Annotated[
        Literal["auto", "full", "lora"], typer.Option(help="Train all weights, or an adapter. auto: by size.")
    ] = "auto",
    teacher_url: Annotated[
        str | None, typer.Option(help="An OpenAI-compatible server whose model writes questions and answers.")
    ] = None,
    teacher_model: Annotated[str | None, typer.Option(help="The teacher. Default: the first that it lists.")] = None,
    compress: Annotated[
        bool, typer.Option("--compress/--no-compress", help="Also compress the student to w8a8, and judge that.")
    ] = True,
    keep_checkpoints: Annotated[
        bool, typer.Option("--keep-checkpoints", help="Keep the weights of every evaluation, for a learning curve.")
    ] = False,
    redo: Annotated[
        bool, typer.Option("--redo", help="Where inputs have changed, do what follows from them again.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Teach a small model your documents, and judge it on questions about pages that it never saw.

    Exits as the gate of the student against the extractive answers: 0 ships, 4 does not ship, 5 not enough questions.
    """
    from evals.distill.run.console import lines, tables
    from evals.distill.run.parts import Parts
    from evals.distill.run.product import check_machine, compress_student, make_data, render, serve, train_student
    from evals.distill.run.request import DistillRunRequest, parse_other_domain
    from evals.distill.run.run import distill
    from evals.distill.run.sets import judge_sets
    from serving.distill.request import parse_duration

    settings = settings_from()
    request = DistillRunRequest(
        model=model_folder(model),
        out=out,
        budget_s=parse_duration(budget),
        cases=tuple(cases or ()),
        also=tuple(map(parse_other_domain, also_judge or ())),
        split=split,
        questions=questions,
        recipe=recipe,
        concurrency=concurrency,
        number=number,
        seed=seed,
        method=method,
        teacher=teacher_of(settings, teacher_url, teacher_model, out / "replies"),
        compress=compress,
        keep_checkpoints=keep_checkpoints,
        redo=redo,
    )
    parts = Parts(check_machine, _connect, make_data, train_student, render, compress_student, serve)
    result = distill(request, judge_sets(settings, request, os.environ), parts, _Shown())
    if as_json:
        print_json(result.to_dict())
    else:
        for table in tables(result):
            print_table(table, stdout())
        for line in lines(result):
            stdout().print(line, soft_wrap=True)
    raise typer.Exit(result.exit_code)


class _Shown:
    """Says on stderr what is done."""

    bar = staticmethod(progress)

    def line(self, words: str) -> None:
        """Say one thing."""
        typer.echo(words, err=True)


@asynccontextmanager
async def _connect(settings: Settings) -> AsyncIterator[StreamingClient]:
    """Open a service in this process, and give a client of it."""
    from cli.client import connect_here

    async with connect_here(settings, _COMMAND) as (client, _):
        yield client
