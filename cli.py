"""`groundwork …`, the one front door. Nothing but wiring: parse, call, print, exit.

Exit codes: 0 done; 1 failed, or nothing could be read; 2 wrong usage; 3 done, but files of a supported kind failed;
4 a gate says *does not ship*; 5 a gate says *not enough questions*.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from core.errors import ConfigurationError, GroundworkError
from core.settings import Settings, read_settings

cli = typer.Typer(
    name="groundwork",
    help="Grounded, cited answers from your documents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
evaluation = typer.Typer(help="Is it good enough to ship?", no_args_is_help=True)
cli.add_typer(evaluation, name="eval")
model = typer.Typer(help="The model: what it takes to serve it.", no_args_is_help=True)
cli.add_typer(model, name="model")
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]


@cli.command("ingest")
def ingest_command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders or files. Without: the domain's sources, and what was read before."),
    ] = None,
    index: Annotated[Path | None, typer.Option(help="Data directory, in place of GROUNDWORK_DATA_DIR.")] = None,
    qdrant_url: Annotated[str | None, typer.Option(help="Qdrant server, in place of QDRANT_URL.")] = None,
    rebuild: Annotated[bool, typer.Option(help="Make the index anew, aside, and switch to it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the index in line with your documents."""
    from app.client import ingest_documents

    settings = _settings(index, qdrant_url)
    with _progress("Reading documents") as show:
        report = asyncio.run(ingest_documents(settings, paths or [], rebuild=rebuild, progress=show))
    if as_json:
        _print_json(report.to_dict())
    else:
        for label, rows in (("failed", report.failed), ("skipped", report.skipped)):
            for row in rows:
                typer.echo(f"{label}: {row.path}: {row.reason}", err=True)
        typer.echo(
            f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged, "
            f"{report.deleted} deleted, {len(report.failed)} failed, {len(report.skipped)} skipped; "
            f"{report.chunks} chunks in {report.seconds:.1f} s"
            + (f" ({report.chunks / report.seconds:.0f} chunks/s)" if report.chunks and report.seconds else "")
        )
        if report.exit_code == 1:
            typer.echo("Nothing could be read.", err=True)
    raise typer.Exit(report.exit_code)


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on, in place of GROUNDWORK_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="In place of GROUNDWORK_PORT.")] = None,
) -> None:
    """Answer questions over HTTP, with a page at /."""
    from app.serve import run_server

    settings = _settings()
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    run_server(settings, announce=lambda url: typer.echo(f"Groundwork is at {url}", err=True))


@cli.command()
def ask(question: Annotated[str, typer.Argument(help="The question.")], as_json: AsJson = False) -> None:
    """Answer a question, with citations and what the sources do not carry."""
    from app.terminal import print_answer

    answer = _request("groundwork ask", "/v1/chat/completions", {"messages": [{"role": "user", "content": question}]})
    _print_json(answer) if as_json else print_answer(answer, _stdout())


@cli.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    top_k: Annotated[int, typer.Option(min=1, max=100, help="Number of passages.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Find the passages for a question, without an answer."""
    from app.terminal import print_hits

    found = _request("groundwork search", "/v1/search", {"query": query, "top_k": top_k})
    _print_json(found) if as_json else print_hits(found, _stdout())


@cli.command()
def ground(
    answer: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="File with the answer.")],
    context: Annotated[list[Path], typer.Option(exists=True, dir_okay=False, help="File with a source; repeatable.")],
    question: Annotated[str | None, typer.Option(help="The question that was asked.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which words of an answer its sources do not carry."""
    from app.grounding import check
    from app.terminal import print_report

    text = _read(answer)
    report = check(text, [_read(file) for file in context], question).to_dict()
    _print_json(report) if as_json else print_report(text, report, _stdout())


@evaluation.command("run")
def evaluate_command(
    cases: Annotated[Path | None, typer.Option(help="Gold questions, in place of the domain's cases.jsonl.")] = None,
    split: Annotated[Literal["dev", "test", "all"], typer.Option(help="Which questions; tune on dev only.")] = "test",
    recipe: Annotated[str, typer.Option(help="A recipe of the domain.")] = "default",
    out: Annotated[Path | None, typer.Option(help="A new folder for the run, in place of one by its date.")] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Exit with 4 when a figure lies below this baseline's interval.")
    ] = None,
    save: Annotated[Path | None, typer.Option("--save-baseline", help="Write the run's figures as a baseline.")] = None,
    as_json: AsJson = False,
) -> None:
    """Answer the gold questions; measure retrieval, citations, answers, refusals, grounding and latency."""
    from evals.baseline import load_baseline, save_baseline
    from evals.report import print_run
    from evals.run import Plan, evaluate

    plan = Plan(split, recipe, cases, out, load_baseline(baseline) if baseline else None)
    with _progress("Answering questions") as show:
        run = asyncio.run(evaluate(_settings(), plan, show))
    if save is not None:
        save_baseline(save, run.configuration, run.summary)
    _print_json(run.to_dict()) if as_json else print_run(run, _stdout())
    raise typer.Exit(run.exit_code)


@model.command("plan")
def plan_command(
    models: Annotated[
        list[str], typer.Option("--model", help="A checkpoint's folder, or a built-in model's name; repeatable.")
    ],
    users: Annotated[int, typer.Option(help="People at the busiest time.")],
    slo: Annotated[str, typer.Option(help="Limits in milliseconds: ttft, itl, e2e, any of them.")] = "ttft=1000,itl=50",
    gpu: Annotated[list[str] | None, typer.Option(help="A GPU; repeatable. Without: all of the table.")] = None,
    scheme: Annotated[list[str] | None, typer.Option(help="A scheme; repeatable. Without: all.")] = None,
    prompt_tokens: Annotated[int, typer.Option(help="Tokens of a prompt, passages included.")] = 1500,
    answer_tokens: Annotated[int, typer.Option(help="Tokens of an answer.")] = 300,
    pause_seconds: Annotated[float, typer.Option(help="From an answer to the same person's next question.")] = 0.0,
    busy_hours: Annotated[float, typer.Option(help="Hours a month with these users.")] = 176.0,
    kv_cache_dtype: Annotated[Literal["bf16", "fp8"], typer.Option(help="Type of the key-value cache.")] = "bf16",
    sweep: Annotated[
        list[str] | None, typer.Option(help="A measured sweep: FILE, or SCHEME@GPUxCOUNT=FILE of GuideLLM; repeatable.")
    ] = None,
    accuracy: Annotated[
        list[Path] | None, typer.Option(help="A measured check of a compressed model; repeatable.")
    ] = None,
    prices: Annotated[Path | None, typer.Option(help="A price table, in place of serving/plan/prices.yaml.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the plan as one HTML page.")] = None,
    as_json: AsJson = False,
) -> None:
    """Plan GPUs and money for a number of users under a service level."""
    from serving.plan.accuracy import read_check
    from serving.plan.config import load_model
    from serving.plan.costs import load_prices
    from serving.plan.hardware import find_gpus
    from serving.plan.listing import to_dict
    from serving.plan.page import render_page
    from serving.plan.plan import make_plan
    from serving.plan.request import Request, Workload
    from serving.plan.schemes import find_schemes
    from serving.plan.slo import parse_slo
    from serving.plan.sweep import read_sweeps
    from serving.plan.terminal import print_plan

    plan = make_plan(
        Request(
            models=tuple(load_model(name) for name in models),
            schemes=find_schemes(scheme or ()),
            gpus=find_gpus(gpu or ()),
            workload=Workload(users, prompt_tokens, answer_tokens, pause_seconds, busy_hours),
            slo=parse_slo(slo),
            prices=load_prices(prices),
            kv_type=kv_cache_dtype,
            sweeps=tuple(each for argument in sweep or () for each in read_sweeps(argument)),
            accuracy=dict(read_check(file) for file in accuracy or ()),
        )
    )
    if html is not None:
        _write(html, render_page(plan))
    _print_json(to_dict(plan)) if as_json else print_plan(plan, _stdout())


def main() -> None:
    """Run a command; an error made on purpose is one line on stderr."""
    try:
        _check_arguments(sys.argv)
        cli()
    except ConfigurationError as error:
        typer.echo(f"groundwork: {error}", err=True)
        sys.exit(2)
    except GroundworkError as error:
        typer.echo(f"groundwork: {error}", err=True)
        sys.exit(1)


def _check_arguments(arguments: Sequence[str]) -> None:
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            shown = argument.encode(errors="surrogateescape").decode(errors="replace")
            raise ConfigurationError(
                f"The argument '{shown}' is not valid UTF-8. Write it, or rename it, in UTF-8."
            ) from error


def _settings(data_dir: Path | None = None, qdrant_url: str | None = None) -> Settings:
    environment = dict(os.environ)
    if data_dir is not None:
        environment["GROUNDWORK_DATA_DIR"] = str(data_dir)
    if qdrant_url is not None:
        environment["QDRANT_URL"] = qdrant_url
    return read_settings(environment)


def _request(command: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    from app.client import connect

    async def request() -> dict[str, Any]:
        async with connect(_settings(), command) as client:
            return await client.post(path, body)

    return asyncio.run(request())


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file} is not UTF-8 text: {error}. Save it as UTF-8.") from error


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written: {error}. Name a file in a folder that exists.") from error


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def _stdout() -> Console:
    return Console(highlight=False)


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, on a terminal only."""
    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


if __name__ == "__main__":
    main()
