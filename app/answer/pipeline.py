"""The answer path, top to bottom: retrieve, decide, prompt, write, apply the policy, cite, check; or extract.

A caller receives events: Started, then TextDelta, then Finished. Where the model fails before any text is shown, the
extractive answer replaces its answer (`degraded_reason`), and the cause is logged. A failure after that is raised,
because text that was shown cannot be withdrawn.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from app.answer.citations import cited_passages
from app.answer.clarification import clarification_choices, clarification_text
from app.answer.draft import Attempt, Draft, extract, neighbours_in, reason_of, write_answer
from app.answer.events import AnswerEvent, Finished, Started, TextDelta
from app.answer.evidence import find_support
from app.answer.generated.degenerate import echo_watch
from app.answer.generated.fit import fit_prompt
from app.answer.generated.llm.protocol import LLMClient, Served
from app.answer.generated.prompt import build_prompt, fixed_texts
from app.answer.generated.retry import second_prompt
from app.answer.generated.rewrite import rewrite_with_model
from app.answer.generated.shown import Hold
from app.answer.generated.small import fitted_to_size, shortened
from app.answer.generated.tokens import TokenCounter
from app.answer.ground import Grounder, report_on_answer
from app.answer.policy import apply_policy
from app.answer.question.language import conversation_language
from app.answer.question.query import Query
from app.answer.question.rewrite import rewrite, standalone_query
from app.answer.question.small_talk import small_talk_of
from app.answer.reply import reply_events
from app.answer.retrieval.conflicts import Conflict, find_conflicts, with_other_sides
from app.answer.retrieval.duplicates import cite_copies
from app.answer.retrieval.retrieve import NOTHING_INGESTED, Retriever, is_unfilled, search
from app.answer.types import CitationCounts, DegradedReason, Passage, Question, Retrieval
from app.grounding import Report
from core.errors import GenerationError, Overloaded
from core.index import Bm25Encoder
from core.recipe import Recipe
from core.texts import DomainTexts
from core.tracing import stage, traced
from core.types import Message

_log = logging.getLogger("groundwork")


def _answer_extractively(_: Overloaded) -> None:
    """Let the extractive answer replace the model's."""


@dataclass(frozen=True, slots=True)
class Answerer:
    """The collaborators of an answer. Without an LLM client every answer is extractive.

    overload     a model is configured, but would answer too late: it is not asked, and the answer is extractive
    on_overload  called when the model's server rejects the request for that reason itself; raises where the domain
                 wants no answer then
    tokens       counts tokens and knows the model, so that the prompt fits it; None: the prompt is sent as it is
    """

    retriever: Retriever
    llm: LLMClient | None
    texts: DomainTexts
    overload: Overloaded | None = None
    on_overload: Callable[[Overloaded], None] = _answer_extractively
    tokens: TokenCounter | None = None


@dataclass(frozen=True, slots=True)
class _Task:
    """What an answer is written from. `prompt` is empty where no model is asked."""

    question: Question
    found: Retrieval
    conflicts: tuple[Conflict, ...]
    prompt: list[Message]
    recipe: Recipe
    grounder: Grounder


@dataclass(slots=True)
class _Timer:
    """Milliseconds by stage, each measured from the end of the one before."""

    timings: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)
    _began: float = field(default_factory=time.perf_counter)

    def stage(self, name: str) -> None:
        now = time.perf_counter()
        self.timings[name] = round((now - self._last) * 1000, 2)
        self._last = now

    def first_word(self) -> None:
        self.timings.setdefault("first_word", round((time.perf_counter() - self._began) * 1000, 2))

    def total(self) -> Mapping[str, float]:
        return {**self.timings, "total": round((time.perf_counter() - self._began) * 1000, 2)}


def new_answer_id() -> str:
    """Return an id that no other answer has."""
    return f"answer-{uuid.uuid4().hex}"


async def answer(
    question: Question, recipe: Recipe, answerer: Answerer, answer_id: str | None = None
) -> AsyncGenerator[AnswerEvent, None]:
    """Answer a question, under a new id if none is given. Closing the generator cancels the request to the model.

    Raises IndexFault, EmbeddingError, Overloaded or ContextExceeded before any text is shown, or GenerationError after
    it.
    """
    timer = _Timer()
    answer_id = answer_id or new_answer_id()
    texts = answerer.texts.in_language(conversation_language(question.text, question.history))
    if small_talk := small_talk_of(question.text):
        for event in reply_events(answer_id, getattr(texts, small_talk), "small_talk", timings_ms=timer.total()):
            yield event
        return
    with stage("clarify"):
        choices = await asyncio.to_thread(clarification_choices, question, recipe, answerer.retriever)
    if choices:
        timer.stage("retrieve")
        text = clarification_text(texts.clarification, choices)
        for event in reply_events(answer_id, text, "clarification", choices, timer.total()):
            yield event
        return
    draft = _begin(answerer, answer_id)
    query = await _query(question, recipe, answerer, draft, timer)
    found = await asyncio.to_thread(search, query, recipe, answerer.retriever)
    timer.stage("retrieve")
    unfilled = await asyncio.to_thread(is_unfilled, found, answerer.retriever)
    answers = found.answerability >= recipe.refuse_below and not unfilled
    conflicts: tuple[Conflict, ...] = ()
    if answers:
        with stage("conflicts"):
            conflicts = await asyncio.to_thread(find_conflicts, found.passages)
    prompt: list[Message] = []
    if answers and draft.mode == "generated":
        with stage("prompt"):
            recipe, found, prompt = await _prompted(question, found, conflicts, recipe, answerer)
    yield Started(draft.answer_id, draft.mode, found.passages, found.answerability, found.query, found.candidates)

    grounder = Grounder(question.all_user_turns, found.passages, *answerer.texts.refusals)
    task = _Task(question, found, conflicts, prompt, recipe, grounder)
    if answers:
        async with aclosing(_written(task, answerer, draft)) as pieces:
            async for text in pieces:
                timer.first_word()
                draft.text += text
                yield TextDelta(text)
    refused = not draft.text or grounder.is_refusal(draft.text)
    if not draft.text:
        draft.text = NOTHING_INGESTED if unfilled else texts.refusal
        yield TextDelta(draft.text)
    timer.first_word()
    timer.stage("generate" if draft.mode == "generated" else "extract")

    report = None
    if draft.mode == "generated" and not refused:
        report = draft.report or await report_on_answer(grounder, draft.text, draft.written)
    around = neighbours_in(answerer.retriever.index)
    with stage("support"):
        support = await asyncio.to_thread(find_support, draft.text, draft.mode, found.passages, grounder, around)
    timer.stage("ground")
    finished = _finished(task, draft, report, timer, refused=refused, empty_index=unfilled)
    yield replace(finished, support=support)


async def _query(question: Question, recipe: Recipe, answerer: Answerer, draft: Draft, timer: _Timer) -> Query:
    """Return what is searched for. The model is asked where it writes the answer and the question is a follow-up.

    A model that was taught to answer only is not asked.
    """
    query = rewrite(question.text, question.history)
    if not query.previous or answerer.llm is None or draft.mode != "generated":
        return query
    if not fitted_to_size(recipe, (await _served(recipe, answerer)).name).rewrite_follow_ups:
        return query
    attempt = Attempt()
    draft.attempts.append(attempt)
    with stage("rewrite"):
        rewritten = await rewrite_with_model(question.text, question.history, recipe, answerer.llm, attempt)
    timer.stage("rewrite")
    return query if rewritten is None else standalone_query(rewritten, question.history)


def _begin(answerer: Answerer, answer_id: str) -> Draft:
    """Decide whether the model is asked."""
    asks_model = answerer.llm is not None and answerer.overload is None
    draft = Draft(answer_id, "generated" if asks_model else "extractive")
    if answerer.overload is not None:
        _degrade(draft, "overloaded", answerer.overload)
    return draft


def _degrade(draft: Draft, reason: DegradedReason, cause: object) -> None:
    """Replace the model's answer by the extractive one, and log why."""
    draft.mode, draft.degraded_reason = "extractive", reason
    _log.warning("%s: extractive answer, model %s: %s", draft.answer_id, reason, cause)


async def _prompted(
    question: Question, found: Retrieval, conflicts: Sequence[Conflict], recipe: Recipe, answerer: Answerer
) -> tuple[Recipe, Retrieval, list[Message]]:
    """Return the recipe for the model's size, the passages that fit into its context, and the prompt with them.

    Near-duplicates of a passage are left out: they say nothing new.
    """
    served = await _served(recipe, answerer)
    recipe = fitted_to_size(recipe, served.name)
    passages = found.distinct[: recipe.top_k]
    if recipe.passage_characters:
        passages = await asyncio.to_thread(_shortened, found, passages, recipe, answerer.retriever.sparse)
    if answerer.tokens is None:
        return recipe, replace(found, passages=passages), build_prompt(question, passages, recipe, conflicts)
    fitted = await fit_prompt(question, passages, recipe, served.context, answerer.tokens, conflicts)
    return recipe, replace(found, passages=fitted.passages), fitted.messages


async def _served(recipe: Recipe, answerer: Answerer) -> Served:
    """Return what is known of the model that answers."""
    return await answerer.tokens.served(recipe.model) if answerer.tokens is not None else Served(recipe.model or None)


def _shortened(
    found: Retrieval, passages: Sequence[Passage], recipe: Recipe, sparse: Bm25Encoder
) -> tuple[Passage, ...]:
    return tuple(shortened(passage, recipe.passage_characters, found.idf, sparse) for passage in passages)


async def _written(task: _Task, answerer: Answerer, draft: Draft) -> AsyncGenerator[str, None]:
    """Yield the text that is shown: the model's, or the documents' own sentences. No text means a refusal."""
    if answerer.llm is not None and draft.mode == "generated":
        try:
            async with aclosing(_generated(task, answerer.llm, draft)) as pieces:
                async for text in pieces:
                    yield text
        except GenerationError as error:
            if draft.text:
                raise
            if isinstance(error, Overloaded):
                answerer.on_overload(error)
            _degrade(draft, reason_of(error), error)
        else:
            _judge(draft)
    # A quotation is shown under every policy: it has the documents' own words.
    if draft.mode == "extractive":
        with stage("extract"):
            text = await asyncio.to_thread(_extracted, task, answerer.retriever)
        if text:
            yield text


def _judge(draft: Draft) -> None:
    """Replace a model's answer of which nothing is shown; report one of which a part is shown."""
    fault = draft.shown.fault
    if not draft.text and not draft.withheld:
        reason, cause = (fault.reason, fault.cause) if fault else ("empty", "it wrote nothing")
        _degrade(draft, reason, cause)
    elif fault is not None:
        draft.degraded_reason = fault.reason
        _log.warning("%s: a part of the model's answer, %s: %s", draft.answer_id, fault.reason, fault.cause)


def _generated(task: _Task, llm: LLMClient, draft: Draft) -> AsyncGenerator[str, None]:
    """Return the part of the model's text that the policy shows. Raises GenerationError."""
    recipe, grounder, passages = task.recipe, task.grounder, task.found.passages
    hold: Hold = "nothing" if recipe.grounding == "annotate" and not recipe.is_for_small_models else "every unit"
    fixed = fixed_texts(task.question, recipe)[:-1]

    def write(messages: list[Message]) -> AsyncGenerator[str, None]:
        echo = echo_watch(fixed, task.prompt[-1].content, task.question.text, grounder.is_refusal)
        written = write_answer(messages, passages, recipe, llm, grounder, echo, hold, draft.begin_attempt())
        return traced("generate", written)

    def ask_again(text: str, report: Report) -> AsyncGenerator[str, None]:
        return write(second_prompt(task.prompt, text, report, passages))

    return traced("policy", apply_policy(recipe.grounding, write(task.prompt), grounder, draft, ask_again))


def _extracted(task: _Task, retriever: Retriever) -> str:
    """Return what the documents say, with the other side of a conflict and with all copies cited; "" for nothing."""
    passages = task.found.passages
    text = extract(task.found, task.recipe, retriever)
    return cite_copies(with_other_sides(text, cited_passages(text, passages), task.conflicts), passages) if text else ""


def _finished(
    task: _Task, draft: Draft, report: Report | None, timer: _Timer, *, refused: bool, empty_index: bool
) -> Finished:
    cited = cited_passages(draft.text, task.found.passages)
    return Finished(
        text=draft.text,
        mode=draft.mode,
        degraded_reason=draft.degraded_reason,
        refused=refused,
        empty_index=empty_index,
        finish_reason=draft.shown.finish_reason if draft.mode == "generated" else "stop",
        cited=cited,
        conflicts=tuple(conflict for conflict in task.conflicts if conflict.concerns(draft.text, cited)),
        nearest=task.found.related if refused else (),
        grounding=report,
        citations=draft.shown.citations if draft.mode == "generated" else CitationCounts(),
        timings_ms=timer.total(),
        model=draft.shown.model if draft.mode == "generated" else None,
        prompt_tokens=sum(attempt.prompt_tokens for attempt in draft.attempts),
        completion_tokens=sum(attempt.completion_tokens for attempt in draft.attempts),
        withheld=draft.withheld,
        retried=draft.retried,
        retry_failure=draft.retry_failure,
        sent=tuple(attempt.messages for attempt in draft.attempts),
    )
