"""Ingest a corpus, ask a service inside this process every question, and keep its responses.

The service is the product's own: its default domain and recipe, its HTTP API, without a model.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.answers.sets import Question
from cli.client import connect
from cli.ingestion.run import Order, ingest_documents
from cli.options import progress, settings_from
from core.settings import Settings

_MODEL = "groundwork"


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that an answer cites: its number in the answer, where it is, and its text."""

    index: int
    document_id: str
    page: int | None
    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service returned for a question. `kind` is empty in builds that do not name it."""

    id: str
    content: str
    refused: bool
    kind: str
    citations: tuple[Citation, ...]
    milliseconds: float


def ingest(corpus: Path, index: Path) -> None:
    """Bring the index of a corpus up to date. A document that has not changed costs no embedding."""
    with progress(f"Ingesting {corpus.name}") as show:
        report = ingest_documents(_settings(index), Order((corpus,)), lambda state: show(state.done, state.total))
    if report.failed:
        raise RuntimeError(f"{corpus}: {len(report.failed)} files failed, the first is {report.failed[0]}.")


def ask_all(questions: Sequence[Question], index: Path) -> list[Answer]:
    """Ask the questions one after another."""
    with progress("Asking") as show:
        return asyncio.run(_ask_all(questions, index, show))


def save_answers(file: Path, answers: Iterable[Answer]) -> None:
    """Write one JSON object for each answer."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(asdict(answer), ensure_ascii=False) + "\n" for answer in answers]
    file.write_text("".join(lines), encoding="utf-8")


def load_answers(file: Path) -> dict[str, Answer]:
    """Read the answers of a set, by the question's id."""
    answers = [_answer(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]
    return {answer.id: answer for answer in answers}


def _settings(index: Path) -> Settings:
    return replace(settings_from(index), llm_base_url=None, qdrant_url=None)


async def _ask_all(questions: Sequence[Question], index: Path, show: Callable[[int, int], None]) -> list[Answer]:
    answers: list[Answer] = []
    async with connect(_settings(index), "python -m benchmarks.answers") as client:
        for question in questions:
            show(len(answers), len(questions))
            messages = [*map(asdict, question.history), {"role": "user", "content": question.text}]
            began = time.perf_counter()
            completion = await client.post("/v1/chat/completions", {"model": _MODEL, "messages": messages})
            milliseconds = 1000 * (time.perf_counter() - began)
            answers.append(_from_completion(question.id, completion, milliseconds))
    show(len(answers), len(questions))
    return answers


def _from_completion(question_id: str, completion: Mapping[str, Any], milliseconds: float) -> Answer:
    about = completion["groundwork"]
    citations = [
        Citation(one["index"], one["document_id"], one["page"], one["section"] or "", one["text"])
        for one in about["citations"]
    ]
    content = str(completion["choices"][0]["message"]["content"])
    kind = str(about.get("kind") or "")
    return Answer(question_id, content, bool(about["refused"]), kind, tuple(citations), round(milliseconds, 1))


def _answer(row: Mapping[str, Any]) -> Answer:
    citations = tuple(Citation(**one) for one in row["citations"])
    return Answer(**{**row, "citations": citations})
