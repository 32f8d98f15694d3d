"""Passages that several questions are asked about: prompts with one beginning, which training reads once.

A group is begun by a question about one passage, and has the passages that the app's search finds for it, as the
student would be shown them: in the order of the search, in random order, or the asked passage alone.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from app.answer.types import Passage, Question, Retrieval
from evals.distill.data.search import Search
from evals.distill.data.statements import Statement, read_statements

_SHUFFLED, _ALONE = 0.15, 0.08
"""Shares of the groups whose passages are in random order, and that have one passage only."""


@dataclass(frozen=True, slots=True)
class Said:
    """A statement and the passage of the prompt that has it."""

    statement: Statement
    passage: Passage


@dataclass(frozen=True, slots=True)
class Group:
    """The passages of a prompt, what they say, and passages that were found too and are not shown.

    found    what the search found for the first question
    leading  the position of the passage that most questions are about: the best one in the order of the search, and in
             random order the one that the group was begun for
    """

    passages: tuple[Passage, ...]
    said: tuple[Said, ...]
    near: tuple[Passage, ...]
    found: Retrieval
    leading: int


def group_of(question: Question, chunk_id: str, search: Search, draw: random.Random) -> Group | None:
    """Return the group of a question about a chunk; None where the search does not find it, or would refuse.

    Raises IndexFault or EmbeddingError.
    """
    found = search.find(question)
    distinct = found.distinct
    shown = list(distinct[: search.fitted.top_k])
    if found.answerability < search.recipe.refuse_below or all(one.chunk.id != chunk_id for one in shown):
        return None
    near = distinct[search.fitted.top_k :]
    leading = shown[0].chunk.id
    order = draw.random()
    if order < _ALONE:
        shown = [one for one in shown if one.chunk.id == chunk_id]
        leading = chunk_id
    elif order < _ALONE + _SHUFFLED:
        draw.shuffle(shown)
        leading = chunk_id
    return made_group(search.shortened(shown, found), near, found, leading)


def made_group(passages: Sequence[Passage], near: Sequence[Passage], found: Retrieval, leading: str) -> Group:
    """Return the group of passages as they are shown, most questions about the one whose chunk has this id."""
    said = tuple(Said(one, passage) for passage in passages for one in read_statements(passage))
    position = next((place for place, one in enumerate(passages) if one.chunk.id == leading), 0)
    return Group(tuple(passages), said, tuple(near), found, position)
