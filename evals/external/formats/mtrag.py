"""The format of MTRAG: conversations with relevant passages, and whether the passages answer each question.

DATA is a checkout of github.com/IBM/mt-rag-benchmark (the corpora unzipped), of which these files are read:

    corpora/passage_level/DOMAIN.jsonl                      {"_id", "title", "text"}
    mtrag-human/retrieval_tasks/DOMAIN/qrels/dev.tsv        query-id, corpus-id and score, below these names
    mtrag-human/generation_tasks/reference.jsonl            {"task_id", "Collection", "input": [{"speaker", "text"}, …],
                                                             "targets": [{"text"}], "Answerability": ["ANSWERABLE"]}

Each may be gzipped; older checkouts have `human` in place of `mtrag-human`. A question is the last text of `input`, its
history the texts before it. Questions that the passages answer in part, and those that are conversation (thanks, a
greeting), take no part in the figures on refusals. Katsis et al., MTRAG: A Multi-Turn Conversational Benchmark for
Evaluating Retrieval-Augmented Generation Systems, 2025.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from core.types import Message
from evals.external.formats.beir import read_grades, read_passages
from evals.external.formats.lines import find_file, json_lines, list_of, text_of
from evals.external.question_set import ExternalQuestion, QuestionSet

DOMAINS = {"clapnq": "clapnq", "cloud": "ibmcloud", "fiqa": "fiqa", "govt": "govt"}
"""The domains, and what the name of a task's collection has of each."""
_TASKS = "mtrag-human"
_TASKS_BEFORE = "human"
_ANSWERABLE = {"ANSWERABLE": True, "UNANSWERABLE": False, "PARTIAL": None, "CONVERSATIONAL": None}


def read_mtrag(folder: Path, domain: str) -> QuestionSet:
    """Read the human conversations of a domain. Raises ConfigurationError that names the file, the line and the fix."""
    passages = read_passages(find_file(folder, f"corpora/passage_level/{domain}.jsonl"), ("_id", "id", "document_id"))
    qrels = _find(folder, f"retrieval_tasks/{domain}/qrels/dev.tsv")
    tasks_file = _find(folder, "generation_tasks/reference.jsonl")
    tasks = {question.id: question for question in _tasks(tasks_file, DOMAINS[domain])}
    if not tasks:
        raise ConfigurationError(
            f"{tasks_file} has no task whose 'Collection' contains '{DOMAINS[domain]}'. Name another domain."
        )
    known = frozenset(passage.id for passage in passages)
    grades = read_grades(qrels, frozenset(tasks), known, str(tasks_file))
    questions = tuple(
        ExternalQuestion(one.id, one.text, grades.get(one.id, {}), one.answerable, one.answers, one.history)
        for one in tasks.values()
    )
    unlabelled = sum(question.answerable is None for question in questions)
    notes = (f"{unlabelled} questions are answerable in part or conversation: not counted in the refusals.",)
    return QuestionSet(passages, questions, notes if unlabelled else ())


def _find(folder: Path, name: str) -> Path:
    return find_file(folder, f"{_TASKS}/{name}", f"{_TASKS_BEFORE}/{name}")


def _tasks(file: Path, collection: str) -> Iterator[ExternalQuestion]:
    for where, row in json_lines(file):
        if collection in text_of(where, row, "Collection", "collection"):
            yield _task(where, row)


def _task(where: str, row: dict[str, Any]) -> ExternalQuestion:
    turns = [_turn(f"{where}, 'input'", turn) for turn in list_of(where, row, "input")]
    if not turns or turns[-1].role != "user":
        raise ConfigurationError(f"{where}: the last turn of 'input' must be one of the user, the question.")
    answers = tuple(text_of(f"{where}, 'targets'", target, "text") for target in list_of(where, row, "targets"))
    return ExternalQuestion(
        text_of(where, row, "task_id"),
        turns[-1].content,
        answerable=_answerable(where, row),
        answers=answers,
        history=tuple(turns[:-1]),
    )


def _turn(where: str, turn: dict[str, Any]) -> Message:
    speaker = text_of(where, turn, "speaker")
    if speaker not in ("user", "agent"):
        raise ConfigurationError(f"{where}: 'speaker' is '{speaker}'; it must be user or agent.")
    return Message("user" if speaker == "user" else "assistant", text_of(where, turn, "text").strip())


def _answerable(where: str, row: dict[str, Any]) -> bool | None:
    label = row.get("Answerability", row.get("answerability"))
    value = label[0] if isinstance(label, list) and len(label) == 1 else label
    if not isinstance(value, str) or value not in _ANSWERABLE:
        raise ConfigurationError(f"{where}: 'Answerability' is {label!r}; it must be one of {', '.join(_ANSWERABLE)}.")
    return _ANSWERABLE[value]
