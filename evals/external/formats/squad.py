"""The format of SQuAD: articles with paragraphs, and questions about each, some of which it does not answer.

    {"data": [{"title", "paragraphs": [{"context",
                                        "qas": [{"id", "question", "answers": [{"text"}], "is_impossible"}]}]}]}

Version 1.1 has no `is_impossible`: all of its questions are answerable. A paragraph is a passage; its id is the title,
where the article has one, with its number in the article. Rajpurkar, Jia and Liang, Know What You Don't Know:
Unanswerable Questions for SQuAD, 2018.

Not covered: a question that its own paragraph does not answer, and another paragraph does. The set calls it impossible.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from evals.external.formats.lines import list_of, read_text, text_of
from evals.external.question_set import ExternalPassage, ExternalQuestion, QuestionSet


def read_squad(file: Path) -> QuestionSet:
    """Read a file of the set. Raises ConfigurationError that names the file, the article, the paragraph and the fix."""
    if not file.is_file():
        raise ConfigurationError(f"{file} is not a file. Name the JSON file of the set, such as dev-v2.0.json.")
    try:
        whole = json.loads(read_text(file))
    except ValueError as error:
        raise ConfigurationError(f"{file} is not valid JSON: {error}. Download it again.") from error
    if not isinstance(whole, dict):
        raise ConfigurationError(f"{file} must be a JSON object with the key 'data', as SQuAD's files are.")
    passages: list[ExternalPassage] = []
    questions: dict[str, ExternalQuestion] = {}
    for where, passage, asked in _paragraphs(file, whole):
        passages.append(passage)
        for question in asked:
            if question.id in questions:
                raise ConfigurationError(f"{where}: the question '{question.id}' is in the file already.")
            questions[question.id] = question
    if not questions:
        raise ConfigurationError(f"{file} has no question. Name the JSON file of the set, such as dev-v2.0.json.")
    return QuestionSet(tuple(passages), tuple(questions.values()))


def _paragraphs(file: Path, whole: dict[str, Any]) -> Iterator[tuple[str, ExternalPassage, list[ExternalQuestion]]]:
    for article_number, article in enumerate(list_of(str(file), whole, "data"), start=1):
        in_article = f"{file}, article {article_number}"
        title = text_of(in_article, article, "title", default="")
        for number, paragraph in enumerate(list_of(in_article, article, "paragraphs"), start=1):
            where = f"{in_article}, paragraph {number}"
            # Two articles may have the same title.
            passage = ExternalPassage(
                f"{article_number}-{title}#{number}" if title else f"{article_number}#{number}",
                text_of(where, paragraph, "context"),
                title.replace("_", " "),
            )
            yield where, passage, [_question(where, asked, passage) for asked in list_of(where, paragraph, "qas")]


def _question(where: str, row: dict[str, Any], passage: ExternalPassage) -> ExternalQuestion:
    identity = text_of(where, row, "id")
    here = f"{where}, question '{identity}'"
    impossible = row.get("is_impossible", False)
    if not isinstance(impossible, bool):
        raise ConfigurationError(f"{here}: 'is_impossible' is {impossible!r}; it must be true or false.")
    answers = tuple(dict.fromkeys(text_of(here, answer, "text") for answer in list_of(here, row, "answers")))
    if impossible == bool(answers):
        raise ConfigurationError(
            f"{here} has {len(answers)} answers, but 'is_impossible' is {str(impossible).lower()}. Correct one of them."
        )
    return ExternalQuestion(
        identity,
        text_of(here, row, "question"),
        {} if impossible else {passage.id: 1},
        answerable=not impossible,
        answers=answers,
    )
