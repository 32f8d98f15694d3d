"""The answer path, top to bottom: retrieve, decide, prompt, generate (or extract), cite, ground.

What a caller sees are events: Started, then Words, then Finished. A generator that fails before its first word is
replaced by the extractive answer (`degraded`); one that fails later raises, because words cannot be taken back.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from app.citations import MarkerFilter, cited_passages
from app.extract import extract_answer
from app.generate import Ended, Generator
from app.ground import ground_answer, is_refusal
from app.prompt import build_prompt
from app.retrieve import Searcher, retrieve
from app.types import AnswerEvent, Finished, Mode, Passage, Question, Retrieval, Started, Words
from core.errors import GenerationError
from core.recipe import Recipe

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answerer:
    """The collaborators of an answer. Without a generator every answer is extractive."""

    searcher: Searcher
    generator: Generator | None
    refusal: str


@dataclass(slots=True)
class _Stopwatch:
    """Milliseconds by stage, measured from one to the next."""

    timings: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)
    _began: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.timings[stage] = round((now - self._last) * 1000, 2)
        self._last = now

    def first_word(self) -> None:
        self.timings.setdefault("first_word", round((time.perf_counter() - self._began) * 1000, 2))

    def total(self) -> Mapping[str, float]:
        return {**self.timings, "total": round((time.perf_counter() - self._began) * 1000, 2)}


@dataclass(slots=True)
class _Draft:
    """The answer while it is written."""

    mode: Mode
    text: str = ""
    degraded: bool = False
    refused: bool = False
    finish_reason: Literal["stop", "length"] = "stop"
    dropped_markers: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def without_leading_blanks(self, words: str) -> str:
        """Blanks before the first word are no answer: after them the extractive one can still stand in."""
        return words if self.text else words.lstrip()

    def add(self, words: str) -> Words:
        self.text += words
        return Words(words)


async def answer(question: Question, recipe: Recipe, answerer: Answerer) -> AsyncGenerator[AnswerEvent, None]:
    """Answer a question. Closing the generator cancels the request to the model.

    Raises IndexFault, EmbeddingError, or GenerationError after the first word.
    """
    watch = _Stopwatch()
    found = await _in_thread(lambda: retrieve(question.text, question.history, recipe, answerer.searcher))
    watch.lap("retrieve")
    generator = answerer.generator
    draft = _Draft("generated" if generator else "extractive")
    yield Started(f"answer-{uuid.uuid4().hex}", draft.mode, found.passages)

    if found.evidence < recipe.refuse_below:
        draft.refused = True
        yield draft.add(answerer.refusal)
    else:
        if generator is not None:
            async with aclosing(_generated(question, found, recipe, generator, draft)) as pieces:
                async for words in pieces:
                    watch.first_word()
                    yield words
        if draft.mode == "extractive":
            text = await _in_thread(lambda: _extracted(found, recipe, answerer))
            watch.first_word()
            yield draft.add(text)
    watch.first_word()
    watch.lap("generate" if draft.mode == "generated" else "extract")
    yield await _finish(question, draft, found.passages, answerer.refusal, watch)


async def _generated(
    question: Question, found: Retrieval, recipe: Recipe, generator: Generator, draft: _Draft
) -> AsyncGenerator[Words, None]:
    """The model's words as they come. Without a single one the draft becomes extractive and degraded."""
    markers = MarkerFilter(found.passages)
    try:
        async with aclosing(generator.generate(build_prompt(question, found.passages, recipe), recipe)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Ended):
                    draft.finish_reason = piece.reason
                    draft.prompt_tokens, draft.completion_tokens = piece.prompt_tokens, piece.completion_tokens
                elif shown := draft.without_leading_blanks(markers.feed(piece.text)):
                    yield draft.add(shown)
        if rest := draft.without_leading_blanks(markers.end()):
            yield draft.add(rest)
    except GenerationError:
        if draft.text:
            raise
    draft.dropped_markers = markers.dropped
    if not draft.text:
        # A model that says nothing has not answered.
        draft.degraded, draft.mode = True, "extractive"


def _extracted(found: Retrieval, recipe: Recipe, answerer: Answerer) -> str:
    searcher = answerer.searcher
    rarities = searcher.index.term_rarities(searcher.sparse.query(found.query).indices)
    text = extract_answer(
        found.query, found.passages, rarities, searcher.embedder, searcher.sparse, sentences=recipe.sentences
    )
    return text or answerer.refusal


async def _finish(
    question: Question, draft: _Draft, passages: tuple[Passage, ...], refusal: str, watch: _Stopwatch
) -> Finished:
    refused = draft.refused or is_refusal(draft.text, refusal)
    report = await _in_thread(lambda: ground_answer(question.text, draft.text, passages, refused=refused))
    watch.lap("ground")
    return Finished(
        text=draft.text,
        mode=draft.mode,
        degraded=draft.degraded,
        refused=refused,
        finish_reason=draft.finish_reason,
        cited=cited_passages(draft.text, passages),
        grounding=report,
        dropped_markers=draft.dropped_markers,
        timings_ms=watch.total(),
        prompt_tokens=draft.prompt_tokens,
        completion_tokens=draft.completion_tokens,
    )


async def _in_thread(call: Callable[[], Result]) -> Result:
    """Embedding, searching and checking compute; the event loop goes on meanwhile."""
    return await asyncio.to_thread(call)
