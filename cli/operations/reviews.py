"""`groundwork reviews …`: what people decided in the review queue, and the gold cases that were made of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.reviews.sources import ItemSource, ReviewSource, State
from cli.operations.acts import record_act
from cli.options import AsJson, opened_database, print_json, settings_from

reviews = typer.Typer(
    help="What people decided in the review queue, and the gold cases made of it.", no_args_is_help=True
)


@reviews.command("export")
def export_command(
    source: Annotated[ReviewSource | None, typer.Option(help="Only those of this source.")] = None,
) -> None:
    """Print what people decided, one JSON object a line: labelled answers with their gold case, then decided items."""
    from app.reviews.cases import CASES_FILE, read_cases
    from app.reviews.export import export_reviews

    cases = read_cases(settings_from().data_dir / CASES_FILE)
    with opened_database() as database:
        for one in export_reviews(database, cases, source):
            typer.echo(json.dumps(one, ensure_ascii=False))


@reviews.command("delete")
def delete_command(
    source: Annotated[ItemSource, typer.Argument(help="Which items: cases, pairs of answers, or training examples.")],
    state: Annotated[
        State | None, typer.Option(help="Only those without a decision (open), or with one (done).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Delete the items of a source that were posted to the queue, with their decisions. Gold cases stay."""
    from app.reviews.items import delete_items

    with opened_database() as database:
        deleted = delete_items(database, source, state)
        record_act(database, "reviews.delete", f"{source} {state or ''}".strip(), datetime.now(UTC))
    print_json({"deleted": deleted}) if as_json else typer.echo(f"Deleted: {deleted}")


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
