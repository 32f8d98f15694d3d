"""Read the sets of questions, each in one form.

    sample               the cases of the sample domain: gold quotes
    handbook_18f         questions/handbook_18f.jsonl: gold quotes
    fastapi_docs         questions/fastapi_docs.jsonl: gold quotes
    anthropic_docs       100 questions with gold sections and an answer; machine-written
    contoso_onboarding   50 questions with an answer that cites pages of PDFs; machine-written, some answers are wrong
    mtrag_cloud          turns of support conversations with an answer written by a person and gold passages

The first three have a half `dev` and a half `test`; the others have one split, `test`.

Not covered: the underspecified questions of the sample; the turns of mtrag_cloud that are only partly answerable (11),
and small talk (3).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.types import Message
from evals.cases.case import Gold, Split
from evals.cases.read import load_cases

QUESTIONS = Path(__file__).parent / "questions"
SAMPLE = Path(__file__).parents[2] / "domains" / "onboarding"
_PAGE_CITATION = re.compile(r"\s*\[([^\[\]]+\.pdf)#page=(\d+)\]")


@dataclass(frozen=True, slots=True)
class Source:
    """A document that answers a question, and the page when it is known."""

    document_id: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what answers it.

    `gold` is empty in sets without quotes, and for unanswerable questions, as are `reference` and `sources`.
    """

    id: str
    text: str
    history: tuple[Message, ...]
    answerable: bool
    gold: tuple[Gold, ...]
    reference: str
    sources: frozenset[Source]
    split: Split


def read_questions(name: str, data: Path) -> list[Question]:
    """Read the questions of a set of SETS; `data` is the folder that has a folder for each corpus."""
    return list(SETS[name](data))


def section_files(data: Path) -> dict[str, str]:
    """Return the document id of each section of anthropic_docs, by its link."""
    sections = _json(data / "anthropic_docs" / "anthropic_docs.json")
    return {section["chunk_link"]: f"section-{number:03d}.md" for number, section in enumerate(sections)}


def mtrag_document(passage_id: str) -> str:
    """Return the id of the document that a passage such as "ibmcld_12498-8087-10171" is cut from."""
    return passage_id.split("-")[0] + ".md"


def _from_cases(file: Path) -> Iterator[Question]:
    for case in load_cases(file):
        if case.kind == "underspecified":
            continue
        sources = frozenset(Source(gold.document_id) for gold in case.gold)
        yield Question(
            case.id, case.question, case.history, case.answerable, case.gold, case.answer, sources, case.split
        )


def _anthropic(data: Path) -> Iterator[Question]:
    files = section_files(data)
    for row in _json(data / "anthropic_docs" / "docs_evaluation_dataset.json"):
        sources = frozenset(Source(files[link]) for link in row["correct_chunks"])
        yield Question(row["id"], row["question"], (), True, (), row["correct_answer"], sources, "test")


def _contoso(data: Path) -> Iterator[Question]:
    lines = (data / "contoso_onboarding" / "evals" / "ground_truth.jsonl").read_text(encoding="utf-8").splitlines()
    for number, row in enumerate(map(json.loads, lines), start=1):
        sources = frozenset(Source(file, int(page)) for file, page in _PAGE_CITATION.findall(row["truth"]))
        reference = _PAGE_CITATION.sub("", row["truth"])
        yield Question(f"contoso-{number:02d}", row["question"], (), True, (), reference, sources, "test")


def _mtrag(data: Path) -> Iterator[Question]:
    lines = (data / "mtrag_cloud" / "human_tasks.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, lines):
        if row["answerability"] not in ("ANSWERABLE", "UNANSWERABLE"):
            continue
        answerable = row["answerability"] == "ANSWERABLE"
        history = tuple(message for turn in row["history"] for message in _turn(turn))
        sources = frozenset(Source(mtrag_document(passage)) for passage in row["gold_passages"])
        reference = row["answer"] if answerable else ""
        yield Question(row["task_id"], row["question"], history, answerable, (), reference, sources, "test")


def _turn(turn: Mapping[str, str]) -> tuple[Message, Message]:
    return Message("user", turn["user"]), Message("assistant", turn["agent"])


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


SETS: Mapping[str, Callable[[Path], Iterator[Question]]] = {
    "sample": lambda _: _from_cases(SAMPLE / "cases.jsonl"),
    "handbook_18f": lambda _: _from_cases(QUESTIONS / "handbook_18f.jsonl"),
    "fastapi_docs": lambda _: _from_cases(QUESTIONS / "fastapi_docs.jsonl"),
    "anthropic_docs": _anthropic,
    "contoso_onboarding": _contoso,
    "mtrag_cloud": _mtrag,
}
"""The sets of questions by name, in the order of the tables."""
