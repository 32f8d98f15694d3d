"""Write an answer: with the model, or with the documents' own sentences."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal

from app.answer.citations import CitationWriter
from app.answer.extractive.extract import extract_answer
from app.answer.extractive.surroundings import NEIGHBOURS, Neighbours
from app.answer.generated.degenerate import EchoWatch
from app.answer.generated.llm.protocol import Ended, LLMClient
from app.answer.generated.shown import Fault, Hold, ShownText
from app.answer.ground import Grounder
from app.answer.retrieval.retrieve import Retriever
from app.answer.types import CitationCounts, DegradedReason, Mode, Passage, Retried, Retrieval
from app.grounding import Report
from app.grounding.withhold import Withheld
from core.errors import GenerationError, ModelLoading, Overloaded
from core.index import IndexView
from core.recipe import Recipe
from core.types import Chunk, Message, chunk_id


@dataclass(slots=True)
class Attempt:
    """One answer of the model: how it ended, who wrote it, what became of its markers, and what the server counted.

    `messages` is what it was sent; `written` has the passages that the model cited, by sentence
    (`CitationWriter.written`).

    Of an answer that was stopped the server counts nothing: `completion_tokens` are then the pieces that it sent.
    """

    finish_reason: Literal["stop", "length"] = "stop"
    model: str | None = None
    citations: CitationCounts = field(default_factory=CitationCounts)
    written: Mapping[str, Sequence[int]] = field(default_factory=dict)
    fault: Fault | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    messages: tuple[Message, ...] = ()


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

    def written(self) -> Mapping[str, Sequence[int]]:
        """Return what the model cited in the answer that is shown, by sentence."""
        return self.shown.written

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
    messages: Sequence[Message],
    passages: Sequence[Passage],
    recipe: Recipe,
    llm: LLMClient,
    grounder: Grounder,
    echo: EchoWatch,
    hold: Hold,
    attempt: Attempt,
) -> AsyncGenerator[str, None]:
    """Yield the model's text as it is shown, with computed citations and without white space before it.

    An answer that turns out to be degenerate is not read to its end, which cancels the request; `attempt.fault` says
    what is wrong with it. An answer of nothing but white space yields nothing. Fills in the attempt. Raises
    GenerationError.
    """
    attempt.messages = tuple(messages)
    citations = CitationWriter(passages, grounder.support)
    attempt.written = citations.written
    shown = ShownText(citations, echo, hold)
    # The passages are analysed while the model reads them, too.
    preparation = asyncio.create_task(asyncio.to_thread(grounder.prepare))
    async with aclosing(llm.generate(messages, recipe)) as pieces:
        async for piece in pieces:
            await preparation
            if isinstance(piece, Ended):
                attempt.finish_reason, attempt.model = piece.reason, piece.model
                attempt.prompt_tokens, attempt.completion_tokens = piece.prompt_tokens, piece.completion_tokens
                text = shown.end(piece.reason)
            else:
                attempt.completion_tokens += 1
                text = shown.feed(piece.text)
            attempt.citations, attempt.fault = citations.counts, shown.fault
            if text:
                yield text
            if shown.is_over:
                break


def extract(found: Retrieval, recipe: Recipe, retriever: Retriever) -> str:
    """Return what the passages say to the question, word for word; "" for nothing.

    Raises EmbeddingError or IndexFault.
    """
    around = neighbours_in(retriever.index)
    return extract_answer(found, retriever.embedder, retriever.sparse, around, most=recipe.sentences)


def neighbours_in(index: IndexView) -> Neighbours:
    """Return the function that looks up a chunk's neighbours in an index."""

    def neighbours(chunk: Chunk) -> list[Chunk]:
        near = range(max(0, chunk.ordinal - NEIGHBOURS), chunk.ordinal + NEIGHBOURS + 1)
        return index.chunks([chunk_id(chunk.document_id, chunk.content_hash, ordinal) for ordinal in near])

    return neighbours
