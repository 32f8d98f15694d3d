"""Make a file of training examples with its data card: `groundwork model distill data`.

The index is opened here, as for the prompts (evals/prompts.py): while a service holds the embedded index this ends with
IndexLocked; with QDRANT_URL it works beside one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.service.bootstrap import build_service
from core.errors import ConfigurationError
from core.settings import Settings
from evals.cases.read import load_cases
from evals.distill.data.card import DataCard, card_files, make_card, read_excluded, write_card
from evals.distill.data.make import ReportProgress, make_examples
from evals.distill.data.request import DataRequest, MadeExamples
from serving.distill.examples import write_examples


@dataclass(frozen=True, slots=True)
class Written:
    """What was made, and the card of its file."""

    file: Path
    made: MadeExamples
    card: DataCard

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON values: the card, with where it is."""
        for_programs, for_people = card_files(self.file)
        return {**self.card.to_dict(), "file": str(self.file), "card": str(for_programs), "card_text": str(for_people)}


def check_out(file: Path, *, force: bool) -> None:
    """Raise ConfigurationError where a file cannot be written, or is there already and `force` is not given.

    Asked before anything is made, which takes minutes.
    """
    is_there = file.exists()
    taken = [one for one in (file, *card_files(file)) if one.exists()]
    if file.is_dir():
        raise ConfigurationError(
            f"{file} is a folder. Name a file for the examples, such as {file / 'examples.jsonl'}."
        )
    if taken and not force:
        raise ConfigurationError(
            f"{taken[0]} exists already, and examples are not overwritten. Name another file with --out, or replace "
            "it with --force."
        )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab"):
            pass
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be written: {error.strerror}. Name another file with --out."
        ) from error
    if not is_there:
        file.unlink(missing_ok=True)


def make_file(
    settings: Settings,
    file: Path,
    request: DataRequest,
    progress: ReportProgress,
    *,
    exclude: Sequence[Path] = (),
) -> Written:
    """Make examples from the ingested documents and write them with their card.

    `exclude` are files of evaluation questions that no example may ask, beside the domain's own.

    Raises IndexLocked while a service holds the embedded index, IndexFault, EmbeddingError, and ConfigurationError for
    too few documents, cases that cannot be read, or a file that cannot be written.
    """
    cases = {path: load_cases(path) for path in exclude}
    request = replace(request, cases=tuple(case for of_file in cases.values() for case in of_file))
    service = build_service(settings, "groundwork model distill data")
    try:
        service.open()
        own = service.domain.cases
        made = make_examples(service, request, progress)
        if not made.examples:
            raise ConfigurationError(_nothing(made))
        write_examples(file, made.examples)
        known = {**({own: load_cases(own)} if own.exists() else {}), **cases}
        excluded = [read_excluded(path, len(of_file)) for path, of_file in known.items()]
        card = make_card(file, made, request, service, excluded=excluded, command=request.command(exclude))
        write_card(file, card)
    finally:
        service.close()
    return Written(file, made, card)


def _nothing(made: MadeExamples) -> str:
    reasons = "; ".join(f"{reason} ({count})" for reason, count in list(made.dropped_by_filter.items())[:3])
    return (
        f"None of {made.candidates} examples passed the filters: {reasons}. Ingest more documents, or hold fewer out "
        "with --held-out."
    )
