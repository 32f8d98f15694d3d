"""The questions that are answerable or not, and the documents that they are asked of.

    sample               the cases of the sample domain; half of the unanswerable ones are near misses
    anthropic_docs       100 questions, and each again without the sections that answer it. Other sections answer some
                         of those, so that their labels are noisy
    mtrag_cloud          answerable and unanswerable turns of support conversations (177 and 14)
    answerability_en, _de, _es, _fr
                         NoMIRACL (ten passages a question, hard negatives where it is unanswerable) and, in English,
                         ClapNQ (one passage a question). A question is judged against its own passages
    handbook_18f, fastapi_docs
                         benchmarks/answers/questions; reported, never fitted

The first three are also asked the first 40 answerable questions of ClapNQ, which are about something else.

Not covered: the turns of mtrag_cloud that are partly answerable.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.answers.corpora import make_corpus
from benchmarks.answers.sets import read_questions
from core.types import Message

_OFF_TOPIC = ("sample", "anthropic_docs", "mtrag_cloud")
_MOST_OFF_TOPIC = 40
LANGUAGES = {"en": "english", "de": "german", "es": "spanish", "fr": "french"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its label.

    among    the ids of the documents that it is asked of; empty for all
    without  the ids of documents that are left out
    group    the part of the set that is reported together
    fitted   whether the weights may be fitted on it
    """

    id: str
    text: str
    answerable: bool
    group: str
    fitted: bool
    history: tuple[Message, ...] = ()
    among: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions about one corpus. `corpus` writes the folder of its documents below a folder, and returns it."""

    questions: tuple[Asked, ...]
    corpus: Callable[[Path], Path]
    language: str = "english"


def read_set(name: str, data: Path) -> QuestionSet:
    """Return a set of SETS. `data` has a folder for each corpus, and grounding_real/answerability_dev.jsonl.gz."""
    if name.startswith("answerability_"):
        return _answerability(name.removeprefix("answerability_"), data)
    questions = _anthropic(data) if name == "anthropic_docs" else tuple(_from_answers(name, data))
    if name in _OFF_TOPIC:
        questions += tuple(_off_topic(name, data))
    return QuestionSet(questions, lambda copies: make_corpus(name, data, copies, None))


def _off_topic(name: str, data: Path) -> Iterator[Asked]:
    answerable = (row for row in _rows(data) if row["lang"] == "en" and row["answerable"])
    for row in islice(answerable, _MOST_OFF_TOPIC):
        yield Asked(row["id"], row["question"], False, f"{name}, off topic", False)


def _from_answers(name: str, data: Path) -> Iterator[Asked]:
    for question in read_questions(name, data):
        group = f"{name} {question.split}" if name == "sample" else name
        fitted = name == "mtrag_cloud" or (name == "sample" and question.split == "dev")
        yield Asked(question.id, question.text, question.answerable, group, fitted, question.history)


def _anthropic(data: Path) -> tuple[Asked, ...]:
    questions = read_questions("anthropic_docs", data)
    found = [Asked(question.id, question.text, True, "anthropic_docs", True) for question in questions]
    for question in questions:
        gold = frozenset(source.document_id for source in question.sources)
        found.append(Asked(f"{question.id}-without", question.text, False, "anthropic_docs", True, without=gold))
    return tuple(found)


def _answerability(language: str, data: Path) -> QuestionSet:
    rows = [row for row in _rows(data) if row["lang"] == language]

    def write(copies: Path) -> Path:
        folder = copies / f"answerability_{language}"
        for row in rows:
            for number, context in enumerate(row["contexts"]):
                file = folder / _document(row, number)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(context, encoding="utf-8")
        return folder

    questions = (
        Asked(
            row["id"],
            row["question"],
            row["answerable"],
            f"{row['origin'].split()[0]} {language}",
            True,
            among=tuple(_document(row, number) for number in range(len(row["contexts"]))),
        )
        for row in rows
    )
    return QuestionSet(tuple(questions), write, LANGUAGES[language])


def _document(row: Mapping[str, Any], number: int) -> str:
    return f"{row['id'].replace('#', '-')}/{number}.txt"


def _rows(data: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(data / "grounding_real" / "answerability_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


SETS = (
    "sample",
    "anthropic_docs",
    "mtrag_cloud",
    *(f"answerability_{language}" for language in LANGUAGES),
    "handbook_18f",
    "fastapi_docs",
)
