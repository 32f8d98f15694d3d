"""`groundwork model distill data`: make training examples from the ingested documents, with a data card."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, print_json, progress, settings_from, stdout

if TYPE_CHECKING:
    from core.settings import Settings
    from evals.distill.request import DataRequest
    from evals.distill.teacher.client import Teacher


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
    from evals.distill.console import print_written
    from evals.distill.request import DataRequest
    from evals.distill.run import check_out, make_file

    settings = settings_from()
    file = out or settings.data_dir / "distill" / f"examples-{datetime.now():%Y-%m-%d-%H%M%S}.jsonl"
    check_out(file, force=force)
    if teacher_url is None and teacher_model is not None:
        raise typer.BadParameter("--teacher-model names a model of --teacher-url: name the server, too.")
    teacher = _teacher(settings, teacher_url, teacher_model, teacher_at_once) if teacher_url is not None else None
    request = DataRequest(number, seed, held_out, teacher=teacher)
    command = _command(request, exclude or (), teacher_model)
    with progress("Making examples") as show:
        written = make_file(settings, file, request, show, exclude=exclude or (), command=command)
    print_json(written.to_dict()) if as_json else print_written(written, stdout())


def _teacher(settings: Settings, url: str, name: str | None, at_once: int) -> Teacher:
    """Return the teacher of the options. Its replies are kept in the data directory."""
    from evals.distill.teacher.client import Teacher

    # The key belongs to the server of the settings; no other one is sent it.
    key = settings.llm_api_key if url == settings.llm_base_url else None
    return Teacher(url, settings.data_dir / "distill" / "replies", name, key, at_once)


def _command(request: DataRequest, exclude: Sequence[Path], teacher_model: str | None) -> str:
    """Return the command that makes the same examples again."""
    words = ["groundwork", "model", "distill", "data", "--number", str(request.number), "--seed", str(request.seed)]
    words += ["--held-out", str(request.held_out)]
    for path in exclude:
        words += ["--exclude", path.name]
    if request.teacher is not None:
        words += ["--teacher-url", request.teacher.address]
    if teacher_model is not None:
        words += ["--teacher-model", teacher_model]
    return shlex.join(words)
