"""BEIR's format: a corpus, queries, and graded judgements of a split.

    corpus.jsonl        {"_id", "title", "text"}
    queries.jsonl       {"_id", "text"}
    qrels/SPLIT.tsv     query-id, corpus-id and score, below these names

Each of the files may be gzipped. Questions are those that have a judgement above 0, as in BEIR's own evaluation. Thakur
et al., BEIR: A Heterogenous Benchmark for Zero-shot Evaluation of Information Retrieval Models, 2021.
"""

from __future__ import annotations

from pathlib import Path

from core.errors import ConfigurationError
from evals.external.formats.lines import find_file, json_lines, judgements, text_of
from evals.external.question_set import ExternalPassage, ExternalQuestion, QuestionSet


def read_beir(folder: Path, split: str = "test") -> QuestionSet:
    """Read a split of a set. Raises ConfigurationError that names the file, the line and the fix."""
    passages = read_passages(find_file(folder, "corpus.jsonl"), ("_id",))
    queries = _queries(find_file(folder, "queries.jsonl"))
    qrels = _qrels_file(folder, split)
    grades = read_grades(qrels, frozenset(queries), frozenset(passage.id for passage in passages), "queries.jsonl")
    questions = tuple(
        ExternalQuestion(identity, text, grades[identity])
        for identity, text in queries.items()
        if any(grade > 0 for grade in grades.get(identity, {}).values())
    )
    if not questions:
        raise ConfigurationError(f"{qrels} judges no passage relevant. Name another split with --split.")
    return QuestionSet(passages, questions)


def read_passages(file: Path, ids: tuple[str, ...]) -> tuple[ExternalPassage, ...]:
    """Read passages, a JSON object each; its id is at the first key of `ids` that it has."""
    lines: dict[str, str] = {}
    passages: list[ExternalPassage] = []
    for where, row in json_lines(file):
        passage = ExternalPassage(
            text_of(where, row, *ids), text_of(where, row, "text"), text_of(where, row, "title", default="")
        )
        if passage.id in lines:
            raise ConfigurationError(f"{where} has the id '{passage.id}', which is that of {lines[passage.id]}.")
        lines[passage.id] = where
        passages.append(passage)
    if not passages:
        raise ConfigurationError(f"{file} has no passage. Download it again.")
    return tuple(passages)


def read_grades(
    file: Path, questions: frozenset[str], passages: frozenset[str], asked_in: str
) -> dict[str, dict[str, int]]:
    """Read the grades of the passages by question.

    Raises ConfigurationError for a question or a relevant passage that is not there: every figure would be too low.
    """
    grades: dict[str, dict[str, int]] = {}
    for where, question, passage, grade in judgements(file):
        if question not in questions:
            raise ConfigurationError(f"{where}: there is no question '{question}' in {asked_in}.")
        if passage not in passages and grade > 0:
            raise ConfigurationError(
                f"{where}: the passage '{passage}' is judged relevant, but it is not in the corpus. Use the whole "
                "corpus of the set: without it every figure would be too low."
            )
        grades.setdefault(question, {})[passage] = grade
    return grades


def _queries(file: Path) -> dict[str, str]:
    queries: dict[str, str] = {}
    for where, row in json_lines(file):
        identity, text = text_of(where, row, "_id"), text_of(where, row, "text")
        if identity in queries:
            raise ConfigurationError(f"{where} has the id '{identity}', which a line before it has already.")
        if not text.strip():
            raise ConfigurationError(f"{where}: 'text' is empty; it must be the question.")
        queries[identity] = text
    return queries


def _qrels_file(folder: Path, split: str) -> Path:
    file = folder / "qrels" / f"{split}.tsv"
    if file.is_file():
        return file
    found = sorted(one.stem for one in (folder / "qrels").glob("*.tsv"))
    has = f"it has the splits {', '.join(found)}: name one with --split" if found else "qrels/ has no .tsv file"
    raise ConfigurationError(f"There is no file {file}; {has}.")
