"""`groundwork model distill data`: make training examples from the ingested documents, with a data card."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, print_json, progress, settings_from, stdout

if TYPE_CHECKING:
    from evals.distill.request import DataRequest


def data_command(
    out: Annotated[
        Path | None,
        typer.Option(
            help="The file to write: one JSON object a line. Default: distill/examples-DATE.jsonl in the data "
            "directory."
        ),
    ] = None,
    number: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many examples to make, at most.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same examples of the same documents.")] = 1,
    held_out: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=0.9,
            help="Share of the documents that is kept for the evaluation: no example has a text of theirs.",
        ),
    ] = 0.2,
    exclude: Annotated[
        list[Path] | None,
        typer.Option(
            help="A file of evaluation questions that no example may ask, beside the domain's cases.jsonl. "
            "Several times for several files."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file of examples that is there already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make examples of questions, their passages as they are served, and the cited answers, for a student to learn.

    Each passes filters: it is grounded, cited, found by the search, asks nothing of the evaluation, and is unlike the
    others. Beside the file is its data card, FILE.card.md and FILE.card.json.
    """
    from evals.distill.console import print_written
    from evals.distill.request import DataRequest
    from evals.distill.run import check_out, make_file

    settings = settings_from()
    file = out or settings.data_dir / "distill" / f"examples-{datetime.now():%Y-%m-%d-%H%M%S}.jsonl"
    check_out(file, force=force)
    request = DataRequest(number, seed, held_out)
    command = _command(request, exclude or ())
    with progress("Making examples") as show:
        written = make_file(settings, file, request, show, exclude=exclude or (), command=command)
    print_json(written.to_dict()) if as_json else print_written(written, stdout())


def _command(request: DataRequest, exclude: list[Path] | tuple[()]) -> str:
    """Return the command that makes the same examples again."""
    words = ["groundwork", "model", "distill", "data", "--number", str(request.number), "--seed", str(request.seed)]
    words += ["--held-out", str(request.held_out)]
    for path in exclude:
        words += ["--exclude", path.name]
    return shlex.join(words)
