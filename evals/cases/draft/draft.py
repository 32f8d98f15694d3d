"""A draft: a proposed case with where it came from, and what a person decided; and the file of drafts.

Each line of the file is a JSON object:

    case      a line of `cases.jsonl` (`evals/cases/case.py`)
    origin    where the question came from: document, chunk, place of the quote, template or model
    decision  null, "accept" or "reject"
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from core.errors import ConfigurationError
from core.files import replace_text
from core.json_lines import json_lines
from evals.cases.case import Case, Gold, Split
from evals.cases.draft.parts import SourceText
from evals.cases.draft.proposal import Proposal
from evals.cases.read import read_case
from evals.cases.write import case_row

Decision: TypeAlias = Literal["accept", "reject"]
TAG = "drafted"
"""Of every drafted case, also when it was accepted: its wording follows the document's more than a person's would."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a draft came from.

    `start` and `end` are offsets of the first gold quote into the document's parsed text, and `chunk_id` is the chunk
    that has it; None for an unanswerable question. `template` is the rule that made the question, or None where `model`
    wrote it.
    """

    document_id: str
    template: str | None
    model: str | None = None
    chunk_id: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed case. `decision` is None until a person has decided."""

    case: Case
    origin: Origin
    decision: Decision | None = None


def make_draft(proposal: Proposal, source: SourceText, model: str | None = None) -> Draft:
    """Return the draft of a proposal, with an id by its content.

    All cases of a document are in one split, so that none is tuned on the passages of another one that is reported.
    """
    gold = tuple(Gold(source.id, source.text[slice(*span)]) for span in proposal.gold)
    content = json.dumps([proposal.question, [turn.content for turn in proposal.history], source.id])
    case = Case(
        id=f"draft-{hashlib.sha256(content.encode()).hexdigest()[:12]}",
        question=proposal.question,
        kind=proposal.kind,
        gold=gold,
        split=split_of(source.id),
        answer=proposal.answer,
        history=proposal.history,
        tags=frozenset((TAG, *proposal.tags)),
    )
    start, end = proposal.gold[0] if proposal.gold else (None, None)
    return Draft(case, Origin(source.id, None if model else proposal.template, model, None, start, end))


def split_of(document_id: str) -> Split:
    """Return the split of a document's cases, by the hash of its id: half of the documents have "dev"."""
    return "dev" if hashlib.sha256(document_id.encode()).digest()[0] % 2 else "test"


def write_drafts(file: Path, drafts: Iterable[Draft]) -> None:
    """Write a file of drafts as a whole. Raises ConfigurationError when it cannot be written."""
    rows = [
        {"case": case_row(draft.case), "origin": asdict(draft.origin), "decision": draft.decision} for draft in drafts
    ]
    try:
        replace_text(file, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written: {error.strerror}. Name another file.") from error


def read_drafts(file: Path) -> list[Draft]:
    """Read a file of drafts. Raises ConfigurationError that names the file, the line and the fix."""
    try:
        lines = json_lines(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{file} cannot be read: {error}. Name a file that `groundwork eval cases draft` has written."
        ) from error
    return [_read(f"{file}, line {number}", line) for number, line in lines]


def _read(where: str, line: str) -> Draft:
    try:
        row: dict[str, Any] = json.loads(line)
        origin, decision = Origin(**row["origin"]), row["decision"]
        case = row["case"]
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigurationError(
            f"{where} is no draft ({type(error).__name__}: {error}). Name a file that `groundwork eval cases draft` "
            "has written."
        ) from error
    if decision not in (None, "accept", "reject"):
        raise ConfigurationError(f"{where}: 'decision' is {decision!r}; it must be null, accept or reject.")
    return Draft(read_case(where, case), origin, decision)


def accepted(drafts: Sequence[Draft]) -> list[Case]:
    """Return the cases that a person has accepted, in order."""
    return [draft.case for draft in drafts if draft.decision == "accept"]
