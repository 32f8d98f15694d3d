"""The data card of a file of training examples: what is in it, where it comes from, and what it does not cover.

It is beside the file, `FILE.card.json` for programs and `FILE.card.md` for people.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from app.answer.parts import split_parts
from app.service.service import Service
from core.corpus import corpus_sha256
from core.errors import ConfigurationError
from core.files import SHARED_FILE, replace_text
from core.permissions import EVERYTHING
from evals.distill.data.request import DataRequest, MadeExamples
from evals.run.configuration import groundwork_version
from ingest.run import fingerprint_of
from serving.distill.examples import TrainingExample

FORMAT = "groundwork-training-data-1"
NOT_COVERED = (
    "Whether a question is one that people ask: those of templates follow the documents' wording.",
    "A paraphrase of an evaluation question that is neither near to it nor about its gold quote "
    "(python -m benchmarks.distill_filters measures how many).",
    "A held-out page that another document repeats in other words.",
    "An answer that is grounded and beside the point: the filters know what the passages say, not what was meant.",
    "Refusals over passages that answer in other words than the withheld sentence.",
)
_MOST_LISTED = 20
"""Documents that the card for people names; the other one has all."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """A file of evaluation questions that no example asks again. `sha256` is that of its bytes."""

    file: str
    sha256: str
    questions: int


@dataclass(frozen=True, slots=True)
class DataCard:
    """One file of training examples.

    file, sha256       its name and the hash of its bytes
    by_passage         answers by the number of the first passage that they cite; in served prompts it is mostly 1
    candidates         examples before the filters; `dropped` are those that a filter dropped, "filter: reason"
    unused             examples that passed the filters and were more than wanted
    characters         median and most characters of the prompts and of the answers
    prompt_sha256      of the system prompt that the examples have
    corpus_sha256      of the ids and contents of all documents
    fingerprint        of the index: parser, chunker, embedder
    teacher            the model that wrote questions and answers, its requests, and what was dropped of its replies
    review             what a person decided on a sample of the examples; None: nobody has looked at any
    command            what makes the file again from the same documents
    """

    file: str
    sha256: str
    examples: int
    by_kind: Mapping[str, int]
    by_split: Mapping[str, int]
    by_template: Mapping[str, int]
    candidates: int
    dropped: Mapping[str, int]
    unused: int
    documents: Sequence[str]
    held_out: Sequence[str]
    excluded: Sequence[Excluded]
    characters: Mapping[str, int]
    seed: int
    wanted: int
    held_out_share: float
    teacher: Mapping[str, Any] | None
    domain: str
    recipe_sha256: str
    prompt_sha256: str
    corpus_sha256: str
    fingerprint: Mapping[str, Any]
    versions: Mapping[str, str]
    command: str
    date: str
    review: Mapping[str, Any] | None = None
    by_passage: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object of the card for programs."""
        return {"format": FORMAT, **asdict(self), "not_covered": list(NOT_COVERED)}


def make_card(
    file: Path,
    made: MadeExamples,
    request: DataRequest,
    service: Service,
    *,
    excluded: Sequence[Excluded],
    command: str,
) -> DataCard:
    """Return the card of a file that has the examples. Raises ConfigurationError where the file cannot be read."""
    retriever = service.library.retriever(EVERYTHING)
    index = retriever.index
    examples = made.examples
    dropped = made.dropped_by_filter
    systems = sorted({one.content for example in examples for one in example.messages if one.role == "system"})
    return DataCard(
        file=file.name,
        sha256=_sha256(file),
        examples=len(examples),
        by_kind=made.by_kind,
        by_split=_counts(example.split for example in examples),
        by_template=_counts(example.source.get("template", "") for example in examples),
        by_passage=_first_cited(examples),
        candidates=made.candidates,
        dropped=dropped,
        unused=made.candidates - sum(dropped.values()) - len(examples),
        documents=made.documents,
        held_out=made.held_out,
        excluded=excluded,
        characters=_characters(examples),
        seed=request.seed,
        wanted=request.number,
        held_out_share=request.held_out,
        teacher=made.taught.to_dict() if made.taught is not None else None,
        domain=service.domain.identity,
        recipe_sha256=service.domain.recipes[request.recipe].sha256,
        prompt_sha256=hashlib.sha256("\n".join(systems).encode()).hexdigest(),
        corpus_sha256=corpus_sha256([(record.id, record.content_hash) for record in index.records()]),
        fingerprint=fingerprint_of(
            service.library.embedder, retriever.sparse, service.domain.identity, service.domain.parsing
        ).to_payload(),
        versions={"groundwork": groundwork_version(), "python": platform.python_version()},
        command=command,
        date=datetime.now().astimezone().isoformat(timespec="seconds"),
    )


def read_excluded(file: Path, questions: int) -> Excluded:
    """Return the entry of a file of evaluation questions. Raises ConfigurationError where it cannot be read."""
    return Excluded(file.name, _sha256(file), questions)


def card_files(file: Path) -> tuple[Path, Path]:
    """Return the files of the card for programs and of the card for people."""
    return file.with_name(f"{file.name}.card.json"), file.with_name(f"{file.name}.card.md")


def write_card(file: Path, card: DataCard) -> None:
    """Write both cards beside a file of examples. Raises ConfigurationError where that cannot be done."""
    for_programs, for_people = card_files(file)
    try:
        replace_text(for_programs, json.dumps(card.to_dict(), ensure_ascii=False, indent=2) + "\n", SHARED_FILE)
        replace_text(for_people, card_text(card), SHARED_FILE)
    except OSError as error:
        raise ConfigurationError(
            f"The data card beside {file} cannot be written: {error.strerror}. Name a file in a folder that can be "
            "written to."
        ) from error


def update_card(file: Path, examples: Sequence[TrainingExample], review: Mapping[str, Any]) -> None:
    """Write the cards again after a review has changed the examples of a file; nothing for a file without a card.

    Raises ConfigurationError where the card cannot be read or written.
    """
    source = card_files(file)[0]
    if not source.exists():
        return
    try:
        row = json.loads(source.read_text(encoding="utf-8"))
        row = {one.name: row[one.name] for one in fields(DataCard) if one.name in row}
        card = DataCard(**{**row, "excluded": [Excluded(**one) for one in row["excluded"]]})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ConfigurationError(
            f"{source} cannot be read ({type(error).__name__}: {error}). Make the examples again, or delete the card."
        ) from error
    changed = replace(
        card,
        sha256=_sha256(file),
        examples=len(examples),
        by_kind=_counts(example.kind for example in examples),
        by_split=_counts(example.split for example in examples),
        by_template=_counts(example.source.get("template", "") for example in examples),
        by_passage=_first_cited(examples),
        documents=sorted({name for example in examples for name in example.documents}),
        characters=_characters(examples),
        review=review,
    )
    write_card(file, changed)


def card_text(card: DataCard) -> str:
    """Return the card for people, in Markdown."""
    made_by = f"by the model {card.teacher['model']}" if card.teacher else "by rules, without a model"
    excluded = [f"- {one.file}: {one.questions} questions, SHA-256 `{one.sha256}`" for one in card.excluded]
    return "\n".join(
        [
            f"# {card.file}",
            "",
            f"{card.examples} training examples for a student model, made {made_by}, from {len(card.documents)} "
            f"documents of the domain {card.domain}.",
            "",
            *_table("kind", card.by_kind),
            *_table("split", card.by_split),
            *_table("template", card.by_template),
            *_table("first passage cited", card.by_passage),
            "## Filters",
            "",
            f"Of {card.candidates} candidates {sum(card.dropped.values())} were dropped, and {card.unused} were more "
            "than wanted.",
            "",
            *_table("filter and reason", card.dropped),
            *_teacher_lines(card),
            *_review_lines(card),
            "## Documents",
            "",
            f"{len(card.documents)} documents have text in the examples: {_listed(card.documents)}.",
            "",
            f"{len(card.held_out)} documents are held out ({card.held_out_share:.0%} of all), and no text of theirs is "
            f"in an example: {_listed(card.held_out)}.",
            "",
            "No example asks a question of these evaluations:",
            "",
            *(excluded or ["- none was named, and the domain has no cases"]),
            "",
            "## Origin",
            "",
            f"- SHA-256 of the file: `{card.sha256}`",
            f"- Seed {card.seed}; recipe `{card.recipe_sha256}`; system prompt `{card.prompt_sha256}`",
            f"- Documents `{card.corpus_sha256}`",
            f"- Index: {', '.join(f'{name} {value}' for name, value in card.fingerprint.items())}",
            f"- {', '.join(f'{name} {value}' for name, value in card.versions.items())}; {card.date}",
            f"- Characters: {', '.join(f'{name} {value}' for name, value in card.characters.items())}",
            f"- Again: `{card.command}`",
            "",
            "## Not covered",
            "",
            *(f"- {line}" for line in NOT_COVERED),
            "",
        ]
    )


def _review_lines(card: DataCard) -> list[str]:
    if card.review is None:
        return ["## Review", "", "Nobody has looked at a sample yet: `groundwork eval review FILE`.", ""]
    found = card.review
    return [
        "## Review",
        "",
        f"Of a random sample a person accepted {found['accepted']}, corrected {found['edited']} and rejected "
        f"{found['rejected']} examples: {found['wrong']:.0%} were wrong (95%: {found['low']:.0%} to "
        f"{found['high']:.0%}). The corrected and the rejected ones are not in the file as they were.",
        "",
    ]


def _teacher_lines(card: DataCard) -> list[str]:
    if card.teacher is None:
        return []
    asked, kept = card.teacher["asked"], card.teacher["kept"]
    line = f"The teacher answered {asked} requests, and {kept} replies were kept from before. Of its replies, dropped:"
    return [line, "", *(_table("reason", card.teacher["dropped"]) or ["none", ""])]


def _sha256(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}. Name a readable file.") from error


def _counts(values: Any) -> dict[Any, int]:
    return dict(sorted(Counter(values).items()))


def _first_cited(examples: Sequence[TrainingExample]) -> dict[str, int]:
    cited = [[number for part in split_parts(example.answer) for number in part.numbers] for example in examples]
    return {str(number): count for number, count in _counts(numbers[0] for numbers in cited if numbers).items()}


def _characters(examples: Sequence[TrainingExample]) -> dict[str, int]:
    prompts = [sum(len(message.content) for message in example.messages) for example in examples]
    answers = [len(example.answer) for example in examples]
    return {
        f"{name} {what}": round(value)
        for what, lengths in (("prompt", prompts), ("answer", answers))
        for name, value in (("median", median(lengths or [0])), ("longest", max(lengths, default=0)))
    }


def _table(title: str, counts: Mapping[str, int]) -> list[str]:
    if not counts:
        return []
    return [f"| {title} | examples |", "|---|---|", *(f"| {name} | {count} |" for name, count in counts.items()), ""]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_MOST_LISTED])
    return f"{shown} and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else shown or "none"
