"""Questions about a passage that was found and is not shown: the student is to refuse, as none of the shown answers."""

from __future__ import annotations

import random

from app.answer.types import Question
from evals.distill.data.corpus import Corpus
from evals.distill.data.group import Group
from evals.distill.data.questions.asked import Asked
from evals.distill.data.questions.english import ask_about
from evals.distill.data.questions.wording import Wording
from evals.distill.data.search import Search
from evals.distill.data.statements import Statement, read_statements

_LEAST_GAP = 0.1
"""Cosine by which the statement that is not shown must be nearer to its question than everything that is."""


def not_shown(
    group: Group, corpus: Corpus, search: Search, wording: Wording, draw: random.Random
) -> tuple[Asked, Question, Statement] | None:
    """Return a question with its wording, and the statement that would answer it; None where a shown one may.

    Raises EmbeddingError.
    """
    for passage in draw.sample(group.near, len(group.near)):
        statements = read_statements(passage)
        if not statements:
            continue
        statement = draw.choice(statements)
        asked = next(ask_about(statement, passage.chunk.document_name, corpus, draw), None)
        if asked is None:
            continue
        question = Question(wording.reworded(asked.text, draw))
        if _gap(question, f"{passage.chunk.heading}\n{statement.asked}", group, search) >= _LEAST_GAP:
            return Asked(asked.text, "unanswerable", f"not shown: {asked.template}"), question, statement
    return None


def _gap(question: Question, answer: str, group: Group, search: Search) -> float:
    """Return by how much an answer under its heading is nearer to the question than the nearest one that is shown."""
    shown = list(dict.fromkeys(f"{said.passage.chunk.heading}\n{said.statement.asked}" for said in group.said))
    vectors = search.retriever.embedder.embed([question.text, answer, *shown])
    cosines = vectors[1:] @ vectors[0]
    return float(cosines[0] - cosines[1:].max()) if shown else 1.0
