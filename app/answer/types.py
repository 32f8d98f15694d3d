"""The values of the answer path."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from app.grounding.reasons import FlagReason
from core.types import Chunk, Message

Mode: TypeAlias = Literal["generated", "extractive"]
Retried: TypeAlias = Literal["first", "second", "failed"]
"""A model was asked once more: the answer that is shown. "failed": it gave no second one, and the first is shown."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was retrieved. `index` is its number in the prompt, from 1; `score` the calibrated relevance."""

    index: int
    chunk: Chunk
    score: float


@dataclass(frozen=True, slots=True)
class Retrieval:
    """`query` is what was searched for after rewriting; `passages` are in the ranker's order."""

    query: str
    passages: tuple[Passage, ...]

    @property
    def relevance(self) -> float:
        """The best passage's score: how likely anything that was found answers the question."""
        return max((passage.score for passage in self.passages), default=0.0)


@dataclass(frozen=True, slots=True)
class Question:
    """The last turn of a conversation and the turns before it, oldest first."""

    text: str
    history: tuple[Message, ...] = ()

    @property
    def asked(self) -> str:
        """All that the asker has said so far: a name from an earlier turn is the topic, too."""
        return "\n".join([*(turn.content for turn in self.history if turn.role == "user"), self.text])


@dataclass(frozen=True, slots=True)
class Withheld:
    """A sentence that no passage carries and that is not shown. `reasons` are those of its flags, each once.

    The text is for the log of whoever runs the service, never for the reader.
    """

    text: str
    reasons: tuple[FlagReason, ...]


def citation(passage: Passage) -> dict[str, Any]:
    """The Citation object of the HTTP contract."""
    chunk = passage.chunk
    return {
        "index": passage.index,
        "document_id": chunk.document_id,
        "document_name": chunk.document_name,
        "chunk_id": chunk.id,
        "text": chunk.text,
        "score": round(passage.score, 4),
        "section": " > ".join(name for name in chunk.section if name != chunk.document_name) or None,
        "page": chunk.page,
        "url": chunk.url,
        "start": chunk.start,
        "end": chunk.end,
    }


def message_dict(message: Message) -> dict[str, str]:
    """As OpenAI's API spells it."""
    return asdict(message)
