"""`groundwork reviews …`: what people said of answers, and the gold cases that were made of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.options import opened_database, settings_from

reviews = typer.Typer(help="What people said of answers, and the gold cases made of it.", no_args_is_help=True)


@reviews.command("export")
def export_command() -> None:
    """Print the labelled reviews, one JSON object a line: question, answer, label, and the gold case or null."""
    from app.reviews.cases import CASES_FILE, read_cases
    from app.reviews.export import export_reviews

    cases = read_cases(settings_from().data_dir / CASES_FILE)
    with opened_database() as database:
        for one in export_reviews(database, cases):
            typer.echo(json.dumps(one, ensure_ascii=False))


@reviews.command("cases")
def cases_command(
    into: Annotated[
        Path | None,
        typer.Option(help="Add those that this file does not have to it, such as the domain's cases.jsonl."),
    ] = None,
) -> None:
    """Print the gold cases that were made of reviews, one a line; with --into, add them to a file instead."""
    from app.reviews.cases import CASES_FILE, add_cases, read_cases

    cases = read_cases(settings_from().data_dir / CASES_FILE)
    if into is not None:
        typer.echo(f"Added to {into}: {add_cases(into, cases)} of {len(cases)}")
        return
    for case in cases:
        typer.echo(json.dumps(case, ensure_ascii=False))
