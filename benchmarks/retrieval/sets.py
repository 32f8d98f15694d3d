"""The question sets: files to ingest, questions, and what counts as found.

    mtrag_cloud        product documentation, questions within conversations; the judged unit is a passage
    scifact            claims against abstracts
    chroma_chunking    five long texts; the judged unit is a character
    anthropic_docs     sections of a documentation
    kg_rag_sec10q      quarterly reports as PDF; the judged unit is a filing
    contoso            an onboarding handbook and benefit plans as PDF; the judged unit is a file. For training only:
                       questions and answers were written by a model
    answerability_LL   questions with contexts of their own, which answer or only look as if they did; en, de, es, fr

Each judged unit but the characters is one file, so that a chunk belongs to the unit with its document's id.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from core.types import Message
from evals.external.formats.beir import read_beir
from evals.external.formats.lines import judgements

_CITED = re.compile(r"\[([^\[\]#]+\.pdf)#page=\d+\]")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as a user would ingest it: its id is its name. `title` is given where the set has one beside the text."""

    name: str
    content: bytes
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question. `gold` are the names of the files that answer, `spans` the half-open characters that do, by file.

    A question of a set with answerable and unanswerable ones has `answerable`, and no gold. `within` are the files that
    are searched; empty: all.
    """

    id: str
    text: str
    history: tuple[Message, ...] = ()
    gold: frozenset[str] = frozenset()
    spans: tuple[tuple[str, int, int], ...] = ()
    answerable: bool = True
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Files and questions about them. Sets with the same files have the same `corpus`."""

    corpus: str
    files: tuple[SourceFile, ...]
    questions: tuple[Question, ...]


def mtrag_cloud(folder: Path) -> QuestionSet:
    """Return the last turns of 188 conversations with judgements, and the passages."""
    folder /= "mtrag_cloud"
    texts = {line["_id"]: line["text"] for line in _json_lines(folder / "human_queries_lastturn.jsonl")}
    gold = _judgements(folder / "human_qrels.tsv", lambda passage: f"{passage}.md")
    tasks = {task["task_id"]: task for task in _json_lines(folder / "human_tasks.jsonl")}
    questions = tuple(
        Question(identity, text.removeprefix("|user|:").strip(), _history(tasks[identity]), gold[identity])
        for identity, text in texts.items()
    )
    return QuestionSet("mtrag_cloud", _mtrag_files(folder), questions)


def mtrag_answerable(folder: Path) -> QuestionSet:
    """Return the turns that are answerable, and those that are not; partial and conversational ones are left out."""
    folder /= "mtrag_cloud"
    kept = {"ANSWERABLE": True, "UNANSWERABLE": False}
    questions = tuple(
        Question(task["task_id"], task["question"].strip(), _history(task), answerable=kept[task["answerability"]])
        for task in _json_lines(folder / "human_tasks.jsonl")
        if task["answerability"] in kept
    )
    return QuestionSet("mtrag_cloud", _mtrag_files(folder), questions)


def scifact_test(folder: Path) -> QuestionSet:
    """Return the 300 test claims and the abstracts."""
    return _scifact(folder / "scifact", "test")


def scifact_train(folder: Path) -> QuestionSet:
    """Return the 809 training claims and the abstracts."""
    return _scifact(folder / "scifact", "train")


def chroma_chunking(folder: Path) -> QuestionSet:
    """Return 472 questions with the characters that answer them, in five long texts."""
    folder /= "chroma_chunking"
    files = tuple(SourceFile(path.name, path.read_bytes()) for path in sorted((folder / "corpora").glob("*.md")))
    questions: list[Question] = []
    for row in _rows(folder / "questions_df.csv"):
        file = f"{row['corpus_id']}.md"
        spans = tuple((file, span["start_index"], span["end_index"]) for span in json.loads(row["references"]))
        questions.append(Question(str(len(questions)), row["question"], gold=frozenset({file}), spans=spans))
    return QuestionSet("chroma_chunking", files, tuple(questions))


def anthropic_docs(folder: Path) -> QuestionSet:
    """Return 100 questions and the sections of a documentation, a file each."""
    folder /= "anthropic_docs"
    sections = json.loads((folder / "anthropic_docs.json").read_text("utf-8"))
    names = {section["chunk_link"]: _file_name(section["chunk_link"]) for section in sections}
    files = tuple(
        SourceFile(names[section["chunk_link"]], section["text"].encode(), section["chunk_heading"])
        for section in sections
    )
    asked = json.loads((folder / "docs_evaluation_dataset.json").read_text("utf-8"))
    questions = tuple(
        Question(one["id"], one["question"], gold=frozenset(names[link] for link in one["correct_chunks"]))
        for one in asked
    )
    return QuestionSet("anthropic_docs", files, questions)


def kg_rag_sec10q(folder: Path) -> QuestionSet:
    """Return 195 questions about 20 quarterly reports; gold are the reports that match the question's patterns."""
    folder /= "kg_rag_sec10q"
    files = tuple(SourceFile(path.name, path.read_bytes()) for path in sorted((folder / "docs").glob("*.pdf")))
    questions = tuple(
        Question(
            str(number),
            row["Question"],
            gold=frozenset(
                file.name
                for file in files
                for pattern in row["Source Docs"].split(",")
                if fnmatch(file.name, pattern.strip())
            ),
        )
        for number, row in enumerate(_rows(folder / "qna_data.csv"))
    )
    return QuestionSet("kg_rag_sec10q", files, questions)


def answerability(folder: Path, language: str) -> QuestionSet:
    """Return the questions of answerability_dev in a language, and the contexts of all of them."""
    files: dict[str, SourceFile] = {}
    questions: list[Question] = []
    for line in _json_lines(folder / "grounding_real" / "answerability_dev.jsonl.gz"):
        if line["lang"] == language:
            own = [_context(text) for text in line["contexts"]]
            files.update((file.name, file) for file in own)
            within = tuple(file.name for file in own)
            questions.append(Question(line["id"], line["question"], answerable=line["answerable"], within=within))
    return QuestionSet(f"answerability_{language}", tuple(files.values()), tuple(questions))


def _context(text: str) -> SourceFile:
    return SourceFile(f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.txt", text.encode(), "")


def contoso(folder: Path) -> QuestionSet:
    """Return the questions whose answers cite files that are there, and the files."""
    folder /= "contoso_onboarding"
    files = tuple(SourceFile(path.name, path.read_bytes()) for path in sorted((folder / "data").glob("*.pdf")))
    names = frozenset(file.name for file in files)
    cited = (
        (line["question"], names.intersection(_CITED.findall(line["truth"])))
        for line in _json_lines(folder / "evals" / "ground_truth.jsonl")
    )
    questions = tuple(Question(str(number), text, gold=gold) for number, (text, gold) in enumerate(cited) if gold)
    return QuestionSet("contoso", files, questions)


LOADERS: Mapping[str, Callable[[Path], QuestionSet]] = {
    "mtrag_cloud": mtrag_cloud,
    "mtrag_answerable": mtrag_answerable,
    "scifact": scifact_test,
    "scifact_train": scifact_train,
    "chroma_chunking": chroma_chunking,
    "anthropic_docs": anthropic_docs,
    "kg_rag_sec10q": kg_rag_sec10q,
    "contoso": contoso,
    **{f"answerability_{language}": partial(answerability, language=language) for language in ("en", "de", "es", "fr")},
}


def _scifact(folder: Path, split: str) -> QuestionSet:
    whole = read_beir(folder, split)
    files = tuple(SourceFile(f"{one.id}.md", one.text.encode(), one.title) for one in whole.passages)
    questions = tuple(
        Question(one.id, one.text, gold=frozenset(f"{abstract}.md" for abstract in one.relevant))
        for one in whole.questions
    )
    return QuestionSet("scifact", files, questions)


def _mtrag_files(folder: Path) -> tuple[SourceFile, ...]:
    # The passages have no titles, and their ids are numbers.
    return tuple(
        SourceFile(f"{line['id']}.md", line["text"].encode(), line["title"])
        for line in _json_lines(folder / "passages.jsonl.gz")
    )


def _history(task: Mapping[str, Any]) -> tuple[Message, ...]:
    turns = ((Message("user", turn["user"]), Message("assistant", turn["agent"])) for turn in task["history"])
    return tuple(chain.from_iterable(turns))


def _judgements(file: Path, name: Callable[[str], str]) -> dict[str, frozenset[str]]:
    gold: dict[str, set[str]] = {}
    for _, question, passage, grade in judgements(file):
        if grade > 0:
            gold.setdefault(question, set()).add(name(passage))
    return {question: frozenset(units) for question, units in gold.items()}


def _file_name(link: str) -> str:
    return f"{link.partition('/en/')[2].replace('/', '_').replace('#', '_')}.md"


def _json_lines(file: Path) -> Iterator[dict[str, Any]]:
    lines: Iterable[str]
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))
