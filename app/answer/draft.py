"""An answer is written: by the model, or with the documents' own sentences."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal

from app.answer.citations import MarkerFilter
from app.answer.extract import extract_answer
from app.answer.llm.protocol import Ended, LLMClient
from app.answer.retrieve import Retriever
from app.answer.types import Mode, Passage, Retried, Retrieval, Withheld
from app.grounding import Report
from core.recipe import Recipe
from core.types import Message


@dataclass(slots=True)
class Attempt:
    """One answer of the model: how it ended, what the server counted, and the markers that led nowhere."""

    finish_reason: Literal["stop", "length"] = "stop"
    dropped_markers: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(slots=True)
class Draft:
    """The answer on its way out. `text` has left; `shown` is the attempt that it comes from, `attempts` are all.

    `report` is that of a policy which has checked the text already.
    """

    mode: Mode
    text: str = ""
    degraded: bool = False
    attempts: list[Attempt] = field(default_factory=list)
    shown: Attempt = field(default_factory=Attempt)
    report: Report | None = None
    withheld: tuple[Withheld, ...] = ()
    retried: Retried | None = None

    def begin_attempt(self) -> Attempt:
        """The model is asked; unless something else is said, it is this answer that is shown."""
        self.shown = Attempt()
        self.attempts.append(self.shown)
        return self.shown


async def write_answer(
    messages: Sequence[Message], passages: Sequence[Passage], recipe: Recipe, llm: LLMClient, attempt: Attempt
) -> AsyncGenerator[str, None]:
    """The model's words as they come, without blanks before the first and without markers that lead nowhere.

    Blanks alone are no answer, and are not passed on. Fills in the attempt. Raises GenerationError.
    """
    markers = MarkerFilter(passages)
    begun = False
    async with aclosing(llm.generate(messages, recipe)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Ended):
                attempt.finish_reason = piece.reason
                attempt.prompt_tokens, attempt.completion_tokens = piece.prompt_tokens, piece.completion_tokens
                words = markers.end()
            else:
                words = markers.feed(piece.text)
            attempt.dropped_markers = markers.dropped
            if words := (words if begun else words.lstrip()):
                begun = True
                yield words


def extract(found: Retrieval, recipe: Recipe, retriever: Retriever) -> str:
    """The sentences of the passages that answer best; "" for none. Raises EmbeddingError or IndexFault."""
    idf = retriever.index.term_idf(retriever.sparse.query(found.query).indices)
    return extract_answer(
        found.query, found.passages, idf, retriever.embedder, retriever.sparse, sentences=recipe.sentences
    )
