"""Write an answer: with the model, or with the documents' own sentences."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal

from app.answer.citations import MarkerFilter
from app.answer.extractive.extract import extract_answer
from app.answer.generated.llm.protocol import Ended, LLMClient
from app.answer.retrieval.retrieve import Retriever
from app.answer.types import DegradedReason, Mode, Passage, Retried, Retrieval, Withheld
from app.grounding import Report
from core.errors import GenerationError, ModelLoading, Overloaded
from core.recipe import Recipe
from core.types import Message


@dataclass(slots=True)
class Attempt:
    """One answer of the model: how it ended, who wrote it, what the server counted, and the markers removed from it."""

    finish_reason: Literal["stop", "length"] = "stop"
    model: str | None = None
    dropped_markers: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(slots=True)
class Draft:
    """The answer while it is written.

    text           what has been shown so far
    attempts       every text that the model was asked for: a rewritten question, and answers; `shown` is the answer
                   that the text comes from
    report         the grounding report of a policy that has checked the text already
    retry_failure  why there was no second answer
    """

    answer_id: str
    mode: Mode
    text: str = ""
    degraded_reason: DegradedReason | None = None
    attempts: list[Attempt] = field(default_factory=list)
    shown: Attempt = field(default_factory=Attempt)
    report: Report | None = None
    withheld: tuple[Withheld, ...] = ()
    retried: Retried | None = None
    retry_failure: DegradedReason | None = None

    def begin_attempt(self) -> Attempt:
        """Add an attempt, which is the one shown unless `shown` is set back."""
        self.shown = Attempt()
        self.attempts.append(self.shown)
        return self.shown


def reason_of(error: GenerationError) -> DegradedReason:
    """Return why the model did not answer."""
    if isinstance(error, Overloaded):
        return "overloaded"
    return "loading" if isinstance(error, ModelLoading) else "unreachable"


async def write_answer(
    messages: Sequence[Message], passages: Sequence[Passage], recipe: Recipe, llm: LLMClient, attempt: Attempt
) -> AsyncGenerator[str, None]:
    """Yield the model's text as it comes, without white space before it and without markers that name no passage.

    An answer of nothing but white space yields nothing. Fills in the attempt. Raises GenerationError.
    """
    markers = MarkerFilter(passages)
    begun = False
    async with aclosing(llm.generate(messages, recipe)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Ended):
                attempt.finish_reason, attempt.model = piece.reason, piece.model
                attempt.prompt_tokens, attempt.completion_tokens = piece.prompt_tokens, piece.completion_tokens
                text = markers.end()
            else:
                text = markers.feed(piece.text)
            attempt.dropped_markers = markers.dropped
            if text := (text if begun else text.lstrip()):
                begun = True
                yield text


def extract(found: Retrieval, recipe: Recipe, retriever: Retriever) -> str:
    """Return the sentences of the passages that answer best; "" for none. Raises EmbeddingError or IndexFault."""
    idf = retriever.index.term_idf(retriever.sparse.query(found.query).indices)
    return extract_answer(
        found.query, found.passages, idf, retriever.embedder, retriever.sparse, sentences=recipe.sentences
    )
