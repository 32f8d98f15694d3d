"""The cases of the benchmark, read from the data folder: human-marked answers, made pairs, and supported answers.

`DATA_FOLDER` holds one folder for each origin: `grounding`, `mtrag_cloud`, `anthropic_docs` and `kg_rag_sec10q`.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.parse import parse

# The labels that say "the source does not support this": first Quintd's, whose Misleading and Other are matters of
# judgement, then those of the real answers, whose Disputed, Partial and Challenging count neither way.
ERROR_LABELS = frozenset(("Incorrect", "NotCheckable", "NotAttributable", "Unfaithful", "Inconsistent", "NotSupported"))
REAL_SETS = ("hagrid_dev", "gensearch_dev", "mtrag_human", "clapnq_gold", "expertqa_dev", "summedits_dev")
"""Answers of models and people over retrieved text, judged by people (the folder `grounding_real`)."""

_SOURCES_LINE = re.compile(r"\n*\(?SOURCES?(?:\(S\))?:.*", re.DOTALL)
_INLINE_SOURCE = re.compile(r"\s*\((?:SOURCES?|source): [^()]*\)")
_DAMAGED = "â€"
_FILING = re.compile(r"20\d\d Q\d [A-Z]+\.pdf")


@dataclass(frozen=True, slots=True)
class Span:
    """A marked part of an answer, a half-open range of code points; `label` is "" where the set has one kind only."""

    start: int
    end: int
    label: str = ""

    @property
    def range(self) -> tuple[int, int]:
        """The half-open range."""
        return self.start, self.end

    @property
    def is_error(self) -> bool:
        """Whether it was marked as not carried by the source."""
        return not self.label or self.label in ERROR_LABELS


@dataclass(frozen=True, slots=True)
class Case:
    """One answer with its contexts and what was marked in it. Cases of one `source` share a context.

    `unsupported` is what people said of the whole answer; None where they disagree, or were not asked.
    """

    id: str
    group: str
    source: str
    kind: str
    question: str | None
    contexts: tuple[str, ...]
    answer: str
    spans: tuple[Span, ...] = ()
    pair: str = ""
    unsupported: bool | None = None

    @property
    def errors(self) -> list[tuple[int, int]]:
        """The ranges marked as not carried by the source."""
        return [span.range for span in self.spans if span.is_error]


def read_cases(folder: Path, names: Sequence[str]) -> dict[str, list[Case]]:
    """Return the sets of `names`, in this order, from the data folder."""
    return {name: list(_READERS[name](folder)) for name in names}


def read_real_cases(folder: Path, name: str) -> list[Case]:
    """Return the real answers of one of the `REAL_SETS`, in the order of the file."""
    return [_case(row, name, row["origin"]) for row in _rows(folder / "grounding_real" / f"{name}.jsonl.gz")]


def read_answerability(folder: Path, language: str) -> list[Case]:
    """Return the questions in one language (en, de, es, fr) with their contexts; the answer is ""."""
    rows = _rows(folder / "grounding_real" / "answerability_dev.jsonl.gz")
    return [
        Case(row["id"], "answerability", row["source_id"], language, row["question"], tuple(row["contexts"]), "")
        for row in rows
        if row["lang"] == language
    ]


def read_passages(folder: Path, name: str) -> list[str]:
    """Return all passages of which the contexts of the set `name` were chosen."""
    if name == "mtrag":
        return [row["text"] for row in _rows(folder / "mtrag_cloud" / "passages.jsonl.gz")]
    return [row["text"] for row in _json(folder / "anthropic_docs" / "anthropic_docs.json")]


def _equivalence(folder: Path) -> Iterator[Case]:
    for row in _rows(folder / "grounding" / "equivalence_dev.jsonl"):
        yield _case(row, "equivalence", row["category"])


def _contrast(folder: Path) -> Iterator[Case]:
    for row in _rows(folder / "grounding" / "contrast_dev.jsonl"):
        yield _case(row, "contrast", row["category"])


def _perturbation(folder: Path) -> Iterator[Case]:
    for row in _rows(folder / "grounding" / "perturbation_dev.jsonl.gz"):
        yield _case(row, "perturbation", row["kind"])


def _quintd(folder: Path) -> Iterator[Case]:
    for row in _rows(folder / "grounding" / "quintd_human.jsonl.gz"):
        yield _case(row, "quintd", row["origin"])


def _case(row: dict[str, Any], group: str, kind: str) -> Case:
    marks = row.get("labels", row.get("spans", ()))
    return Case(
        id=row["id"],
        group=group,
        source=row["source_id"],
        kind=kind,
        question=row["question"],
        contexts=tuple(row["contexts"]),
        answer=row["answer"],
        spans=tuple(Span(mark["start"], mark["end"], mark.get("label_type", "")) for mark in marks),
        pair=row.get("pair_id", ""),
        unsupported=None if row.get("y") is None else bool(row["y"]),
    )


def _mtrag(folder: Path) -> Iterator[Case]:
    """Human support agents' answers, with the passages that they were judged to answer from."""
    folder = folder / "mtrag_cloud"
    tasks = [task for task in _rows(folder / "human_tasks.jsonl") if task["answerability"] == "ANSWERABLE"]
    wanted = {passage for task in tasks for passage in task["gold_passages"]}
    texts = {row["id"]: row["text"] for row in _rows(folder / "passages.jsonl.gz") if row["id"] in wanted}
    for task in tasks:
        contexts = tuple(texts[passage] for passage in task["gold_passages"])
        kind = "first turn" if not task["history"] else "later turn"
        yield Case(task["task_id"], "mtrag", contexts[0][:80], kind, task["question"], contexts, task["answer"].strip())


def _anthropic(folder: Path) -> Iterator[Case]:
    """Answers to questions about a documentation, with its sections that hold them."""
    folder = folder / "anthropic_docs"
    sections = {row["chunk_link"]: row["text"] for row in _json(folder / "anthropic_docs.json")}
    for row in _json(folder / "docs_evaluation_dataset.json"):
        contexts = tuple(sections[link] for link in row["correct_chunks"])
        yield Case(
            row["id"], "anthropic", row["correct_chunks"][0], "", row["question"], contexts, row["correct_answer"]
        )


def _filings(folder: Path) -> Iterator[Case]:
    """Human-reviewed answers over quarterly reports, with name and whole text of the one report that each names.

    Answers over several reports compute and compare freely, and their reports together have up to a million
    characters: they are left out, as are the notes of the sources themselves, which are no part of the answer, and
    answers whose quotation marks were damaged (read in a wrong encoding).
    """
    folder = folder / "kg_rag_sec10q"
    texts: dict[str, str] = {}
    with (folder / "qna_data.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        named = set(_FILING.findall(row["Answer"]))
        answer = _INLINE_SOURCE.sub("", _SOURCES_LINE.sub("", row["Answer"])).strip()
        if len(named) != 1 or not answer or _DAMAGED in answer:
            continue
        name = named.pop()
        if name not in texts:
            path = folder / "docs" / name
            texts[name] = parse(path.read_bytes(), name).text
        kind = f"{row['Question Type']}, {row['Source Chunk Type']}"
        yield Case(f"sec10q-{number:03}", "sec10q", name, kind, row["Question"], (f"{name}\n\n{texts[name]}",), answer)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file)


def _json(path: Path) -> Sequence[dict[str, Any]]:
    loaded: Sequence[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


_READERS: dict[str, Callable[[Path], Iterable[Case]]] = {
    "equivalence": _equivalence,
    "contrast": _contrast,
    "perturbation": _perturbation,
    "quintd": _quintd,
    "mtrag": _mtrag,
    "anthropic": _anthropic,
    "sec10q": _filings,
}
SETS = tuple(_READERS)
# The sets in which it is known where a flag belongs; in the others an answer is supported as a whole.
MARKED_SETS = SETS[:4]
