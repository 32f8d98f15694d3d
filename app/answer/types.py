"""The values of the answer path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from core.types import Chunk, Message, Vectors

Mode: TypeAlias = Literal["generated", "extractive"]

Retried: TypeAlias = Literal["first", "second", "failed"]
"""Which answer is shown after the model was asked a second time. "failed": there was no second answer, and the first
one is shown."""

DegradedReason: TypeAlias = Literal["loading", "unreachable", "overloaded", "looping", "empty", "cut", "echo"]
"""Why a configured model did not write the answer that is shown, or not all of it.

    loading      the server says that it is loading the model
    unreachable  the server did not answer, answered with an error, or broke the answer off before a word was shown
    overloaded   the server has too many requests, by its counters or by its own word
    looping      the model repeats itself
    empty        the model wrote no word
    cut          the answer reached the limit of tokens in the middle of a sentence
    echo         the model repeats its prompt
"""

AnswerKind: TypeAlias = Literal["answer", "refusal", "clarification", "small_talk"]
"""What an answer is. A clarification asks the user what is meant; small talk answers "thanks" or "hello"."""

ReplyKind: TypeAlias = Literal["clarification", "small_talk"]
"""The kinds of answers that are no answer to a question: texts of the domain that claim nothing."""


def _no_vectors() -> Vectors:
    return np.zeros((0, 0), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class CitationCounts:
    """What became of the citation markers of a model's answer, counted by numbers (`app/answer/citations.py`)."""

    kept: int = 0
    moved: int = 0
    added: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A hit that the model is given. `index` is its number in the prompt, from 1; `score` its relevance, 0 to 1.

    `copy_of` is the index of the passage of which this one is a near-duplicate: it says nothing new, and is cited with
    that one (`app/answer/retrieval/duplicates.py`).
    `vectors` are those of `chunk.sentences`, shape (units, dimension), each of length 1.
    """

    index: int
    chunk: Chunk
    score: float
    copy_of: int | None = None
    vectors: Vectors = field(default_factory=_no_vectors, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hit among which the ranker chose. `score` is comparable within one search; `features` are in the ranker's order
    (`app.answer.retrieval.rank.FEATURES`)."""

    chunk_id: str
    document_id: str
    score: float
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a search found.

    query          what was searched for after rewriting
    candidates     the hits among which the passages were chosen, in their order
    passages       in the ranker's order, each before its copies
    answerability  how likely the passages answer the question, 0 to 1; 0 without passages
    related        the first passages that are close enough to the question to be shown beside a refusal, at most three
    vector         that of the query, shape (dimension,)
    idf            the IDF of the query's terms, by their token ids
    """

    query: str
    passages: tuple[Passage, ...]
    answerability: float = 0.0
    related: tuple[Passage, ...] = ()
    candidates: tuple[Candidate, ...] = field(default=(), compare=False, repr=False)
    vector: Vectors = field(default_factory=_no_vectors, compare=False, repr=False)
    idf: Mapping[int, float] = field(default_factory=dict, compare=False, repr=False)

    @property
    def distinct(self) -> tuple[Passage, ...]:
        """The passages without the near-duplicates of others."""
        return tuple(passage for passage in self.passages if passage.copy_of is None)


@dataclass(frozen=True, slots=True)
class Question:
    """The last turn of a conversation and the turns before it, oldest first."""

    text: str
    history: tuple[Message, ...] = ()

    @property
    def all_user_turns(self) -> str:
        """Everything that the user has said so far: a name from an earlier turn belongs to the topic, too."""
        return "\n".join([*(turn.content for turn in self.history if turn.role == "user"), self.text])


def message_dict(message: Message) -> dict[str, str]:
    """Return the message as OpenAI's API spells it."""
    return asdict(message)
