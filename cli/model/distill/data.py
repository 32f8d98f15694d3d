"""`groundwork model distill data`: make training examples from the ingested documents, with a data card."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.model.distill.teacher import teacher_of
from cli.options import AsJson, print_json, progress, settings_from, stdout


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
    recipe: Annotated[str, typer.Option(help="The recipe of the domain that the student is served with.")] = "default",
    teacher_url: Annotated[
        str | None,
        typer.Option(
            help="Let the model of this OpenAI-compatible server write questions and answers. LLM_API_KEY is sent to "
            "it only if it is the server of LLM_BASE_URL. Without it rules write them."
        ),
    ] = None,
    teacher_model: Annotated[
        str | None, typer.Option(help="The model's name at the server. Default: the first one.")
    ] = None,
    teacher_at_once: Annotated[int, typer.Option(min=1, max=256, help="Requests to the teacher at a time.")] = 8,
    force: Annotated[bool, typer.Option("--force", help="Replace a file of examples that is there already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make examples of questions, their passages as they are served, and the cited answers, for a student to learn.

    Each passes filters: it is grounded, cited, found by the search, asks nothing of the evaluation, and is unlike the
    others. Beside the file is its data card, FILE.card.md and FILE.card.json.
    """
    from evals.distill.data.console import print_written
    from evals.distill.data.request import DataRequest
    from evals.distill.data.run import check_out, make_file

    settings = settings_from()
    file = out or settings.data_dir / "distill" / f"examples-{datetime.now():%Y-%m-%d-%H%M%S}.jsonl"
    replies = settings.data_dir / "distill" / "replies"
    teacher = teacher_of(settings, teacher_url, teacher_model, replies, teacher_at_once)
    check_out(file, force=force)
    request = DataRequest(number, seed, held_out, teacher=teacher, recipe=recipe)
    with progress("Making examples") as show:
        written = make_file(settings, file, request, show, exclude=exclude or ())
    print_json(written.to_dict()) if as_json else print_written(written, stdout())
