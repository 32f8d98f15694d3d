"""`groundwork …`: the commands on documents and questions, and the exit codes of all.

Exit codes: 0 done; 1 failed, or nothing could be read; 2 wrong usage; 3 done, but files of a supported kind failed;
4 a gate says *does not ship*; 5 a gate says *not enough questions*.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.evaluation import evaluation
from cli.model import model
from cli.options import AsJson, print_json, progress, read_text, request, settings_from, stdout
from core.errors import ConfigurationError, GroundworkError

cli = typer.Typer(
    name="groundwork",
    help="Grounded, cited answers from your documents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.add_typer(evaluation, name="eval")
cli.add_typer(model, name="model")


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
    from cli.client import ingest_documents

    settings = settings_from(index, qdrant_url)
    with progress("Reading documents") as show:
        report = asyncio.run(ingest_documents(settings, paths or [], rebuild=rebuild, progress=show))
    if as_json:
        print_json(report.to_dict())
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
    from app.service.server import run_server

    settings = settings_from()
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    run_server(settings, announce=lambda url: typer.echo(f"Groundwork is at {url}", err=True))


@cli.command()
def ask(question: Annotated[str, typer.Argument(help="The question.")], as_json: AsJson = False) -> None:
    """Answer a question, with citations and what the sources do not carry."""
    from cli.console import print_answer

    answer = request("groundwork ask", "/v1/chat/completions", {"messages": [{"role": "user", "content": question}]})
    print_json(answer) if as_json else print_answer(answer, stdout())


@cli.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    top_k: Annotated[int, typer.Option(min=1, max=100, help="Number of passages.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Find the passages for a question, without an answer."""
    from cli.console import print_hits

    found = request("groundwork search", "/v1/search", {"query": query, "top_k": top_k})
    print_json(found) if as_json else print_hits(found, stdout())


@cli.command()
def ground(
    answer: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="File with the answer.")],
    context: Annotated[list[Path], typer.Option(exists=True, dir_okay=False, help="File with a source; repeatable.")],
    question: Annotated[str | None, typer.Option(help="The question that was asked.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which words of an answer its sources do not carry."""
    from app.grounding import check
    from cli.console import print_report

    text = read_text(answer)
    report = check(text, [read_text(file) for file in context], question).to_dict()
    print_json(report) if as_json else print_report(text, report, stdout())


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
