"""The answer path, top to bottom: retrieve, decide, prompt, write (or extract), let out what may leave, cite, ground.

What a caller sees are events: Started, then TextDelta, then Finished. A generator that fails before a word has left is
replaced by the extractive answer (`degraded`); one that fails later raises, because words cannot be taken back.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

from app.answer.citations import cited_passages
from app.answer.draft import Draft, extract, write_answer
from app.answer.events import AnswerEvent, Finished, Started, TextDelta
from app.answer.ground import Grounder
from app.answer.llm.protocol import LLMClient
from app.answer.policy import release
from app.answer.prompt import build_prompt
from app.answer.retrieve import Retriever, retrieve
from app.answer.retry import second_prompt
from app.answer.types import Question, Retrieval
from app.grounding import Report
from core.errors import GenerationError, Overloaded
from core.recipe import Recipe
from core.types import Message


def _make_do(_busy: Overloaded) -> None:
    """The extractive answer will do."""


@dataclass(frozen=True, slots=True)
class Answerer:
    """The collaborators of an answer. Without a llm every answer is extractive.

    `overloaded`: there is a model, but it would answer too late; the extractive answer stands in. `shed` is told of a
    model that refuses the request for that reason itself, and raises where the domain wants no answer then.
    """

    retriever: Retriever
    llm: LLMClient | None
    refusal: str
    overloaded: bool = False
    shed: Callable[[Overloaded], None] = _make_do


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


async def answer(question: Question, recipe: Recipe, answerer: Answerer) -> AsyncGenerator[AnswerEvent, None]:
    """Answer a question. Closing the generator cancels the request to the model.

    Raises IndexFault, EmbeddingError, Overloaded before the first word, or GenerationError after it.
    """
    watch = _Stopwatch()
    found = await asyncio.to_thread(retrieve, question.text, question.history, recipe, answerer.retriever)
    watch.lap("retrieve")
    asks_model = answerer.llm is not None and not answerer.overloaded
    draft = Draft("generated" if asks_model else "extractive", degraded=answerer.overloaded)
    yield Started(f"answer-{uuid.uuid4().hex}", draft.mode, found.passages)

    grounder = Grounder(question.asked, found.passages, answerer.refusal)
    if found.relevance >= recipe.refuse_below:
        async with aclosing(_answered(question, found, recipe, answerer, grounder, draft)) as pieces:
            async for words in pieces:
                watch.first_word()
                draft.text += words
                yield TextDelta(words)
    refused = not draft.text or grounder.is_refusal(draft.text)
    if not draft.text:
        draft.text = answerer.refusal
        yield TextDelta(draft.text)
    watch.first_word()
    watch.lap("generate" if draft.mode == "generated" else "extract")

    report = None if refused else draft.report or await asyncio.to_thread(grounder.report, draft.text)
    watch.lap("ground")
    yield _finished(draft, found, report, watch, refused=refused)


async def _answered(
    question: Question, found: Retrieval, recipe: Recipe, answerer: Answerer, grounder: Grounder, draft: Draft
) -> AsyncGenerator[str, None]:
    """The words that leave: the model's, or the documents' own without a model or a word of it. None: a refusal."""
    if answerer.llm is not None and draft.mode == "generated":
        try:
            async with aclosing(_generated(question, found, recipe, answerer.llm, grounder, draft)) as pieces:
                async for words in pieces:
                    yield words
        except GenerationError as error:
            if draft.text:
                raise
            if isinstance(error, Overloaded):
                answerer.shed(error)
        if not draft.text and not draft.withheld:
            # A model that says nothing has not answered.
            draft.degraded, draft.mode = True, "extractive"
    if draft.mode == "extractive":
        written = _extracted(found, recipe, answerer.retriever)
        async with aclosing(release(recipe.grounding, written, grounder, draft, None)) as pieces:
            async for words in pieces:
                yield words


def _generated(
    question: Question, found: Retrieval, recipe: Recipe, llm: LLMClient, grounder: Grounder, draft: Draft
) -> AsyncGenerator[str, None]:
    """The model's words that may leave. Raises GenerationError."""
    prompt = build_prompt(question, found.passages, recipe)

    def write(messages: list[Message]) -> AsyncGenerator[str, None]:
        return write_answer(messages, found.passages, recipe, llm, draft.begin_attempt())

    def ask_again(text: str, report: Report) -> AsyncGenerator[str, None]:
        return write(second_prompt(prompt, text, report, found.passages))

    return release(recipe.grounding, write(prompt), grounder, draft, ask_again)


async def _extracted(found: Retrieval, recipe: Recipe, retriever: Retriever) -> AsyncGenerator[str, None]:
    if text := await asyncio.to_thread(extract, found, recipe, retriever):
        yield text


def _finished(draft: Draft, found: Retrieval, report: Report | None, watch: _Stopwatch, *, refused: bool) -> Finished:
    return Finished(
        text=draft.text,
        mode=draft.mode,
        degraded=draft.degraded,
        refused=refused,
        finish_reason=draft.shown.finish_reason,
        cited=cited_passages(draft.text, found.passages),
        grounding=report,
        dropped_markers=draft.shown.dropped_markers,
        timings_ms=watch.total(),
        prompt_tokens=sum(attempt.prompt_tokens for attempt in draft.attempts),
        completion_tokens=sum(attempt.completion_tokens for attempt in draft.attempts),
        withheld=draft.withheld,
        retried=draft.retried,
    )
