"""What a recipe's grounding policy shows of an answer, over the whole answer path."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.citations import without_markers
from app.answer.events import AnswerEvent, Finished, TextDelta
from app.answer.generated.llm.protocol import Delta, Ended, LLMClient
from app.answer.pipeline import Answerer, answer
from app.answer.retrieval.retrieve import NOTHING_INGESTED, Retriever
from app.answer.types import Question
from core.errors import GenerationError, Overloaded
from core.index import Bm25Encoder
from core.index.edge.index import EdgeIndex
from core.permissions import EVERYTHING
from core.recipe import GroundingPolicy, Recipe
from core.texts import DomainTexts
from core.types import Message
from ingest.run import fingerprint_of
from testing.handbook import PROMPT
from testing.hash_embedder import HashEmbedder
from testing.passages import collect, fill, run
from testing.properties import tried
from testing.scripted_llm import ScriptedLLMClient

REFUSAL = "I could not find this in the handbook. Please ask Wilhelmina Quist."
TEXTS = DomainTexts.of(REFUSAL)
LEAVE = Question("How many days of annual leave does every colleague have a year?")
GOOD = "Every colleague has 25 days of annual leave a year [1]."
EXPIRE = "Unused days expire on 31 March of the next year [1]."
WRONG = "Every colleague has 77 days of annual leave a year."
WORSE = "Every colleague has 77 days of annual leave and a bonus of 4,000 EUR."
LATE = "Unused days expire on 19 April of the next year."
HELD: list[GroundingPolicy] = ["retry", "withhold", "refuse"]
ALL: list[GroundingPolicy] = ["annotate", *HELD]


class InTurn:
    """A client that answers each time as the next of others."""

    def __init__(self, *generators: LLMClient) -> None:
        self._next = iter(generators)

    def with_cache_salt(self, salt: Callable[[], str]) -> Self:
        """Share all prompts."""
        del salt
        return self

    async def model(self) -> str:
        return "scripted"

    def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
        return next(self._next).generate(messages, recipe)


class Halting:
    """Yields its pieces, then waits forever."""

    def __init__(self, *pieces: str) -> None:
        self._pieces = pieces
        self.halted = asyncio.Event()
        self.cancelled = False

    async def model(self) -> str:
        return "halting"

    def with_cache_salt(self, salt: Callable[[], str]) -> Self:
        """Share all prompts."""
        del salt
        return self

    async def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
        try:
            for piece in self._pieces:
                yield Delta(piece)
            self.halted.set()
            await asyncio.Event().wait()
        finally:
            self.cancelled = True


def recipe(policy: GroundingPolicy) -> Recipe:
    return Recipe(top_k=4, refuse_below=0.0, system_prompt=PROMPT, grounding=policy)


def events_of(retriever: Retriever, policy: GroundingPolicy, llm: LLMClient | None) -> list[AnswerEvent]:
    return run(collect(answer(LEAVE, recipe(policy), Answerer(retriever, llm, TEXTS))))


def words_of(events: Sequence[AnswerEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, TextDelta)]


def said(retriever: Retriever, policy: GroundingPolicy, *pieces: str) -> Finished:
    """The end of an answer that the model writes in these pieces; what was shown is its text."""
    return finish(retriever, policy, ScriptedLLMClient(*pieces))


def finish(retriever: Retriever, policy: GroundingPolicy, llm: LLMClient | None) -> Finished:
    events = events_of(retriever, policy, llm)
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert "".join(words_of(events)) == finished.text
    return finished


# Every policy


@pytest.mark.parametrize("policy", ALL)
@pytest.mark.parametrize(
    "text", [f"{GOOD} {EXPIRE}", "Hello! How can I help you today?", "Do you mean annual leave, or sick leave?"]
)
def test_supported_text_and_text_without_claims_is_not_changed(
    retriever: Retriever, policy: GroundingPolicy, text: str
) -> None:
    llm = ScriptedLLMClient(*text)
    finished = finish(retriever, policy, llm)
    assert finished.text == text
    assert len(llm.asked) == 1
    assert (finished.refused, finished.withheld, finished.retried) == (False, (), None)
    assert finished.grounding is not None
    assert finished.grounding.supported


@pytest.mark.parametrize("policy", ALL)
def test_a_models_own_refusal_is_not_changed_whomever_it_names(retriever: Retriever, policy: GroundingPolicy) -> None:
    finished = said(retriever, policy, *REFUSAL)
    assert finished.text == REFUSAL
    assert (finished.refused, finished.grounding, finished.withheld, finished.retried) == (True, None, (), None)


@pytest.mark.parametrize("policy", HELD)
def test_an_extractive_answer_is_the_same_under_every_policy(retriever: Retriever, policy: GroundingPolicy) -> None:
    extractive = finish(retriever, policy, None)
    assert extractive.text == finish(retriever, "annotate", None).text
    assert (extractive.mode, extractive.refused, extractive.withheld) == ("extractive", False, ())
    assert extractive.grounding is None


@pytest.mark.parametrize("policy", HELD)
def test_a_model_that_fails_before_any_text_is_shown_is_replaced(retriever: Retriever, policy: GroundingPolicy) -> None:
    llm = ScriptedLLMClient("Every colleague ", "has 25 ", "days", fail_after=2)
    finished = finish(retriever, policy, llm)
    assert (finished.mode, finished.degraded, finished.refused) == ("extractive", True, False)
    assert "25 days of annual leave" in finished.text
    assert len(llm.asked) == 1


@pytest.mark.parametrize("policy", HELD)
def test_an_empty_answer_is_replaced_under_every_policy(retriever: Retriever, policy: GroundingPolicy) -> None:
    finished = said(retriever, policy, "\n", " [99]")
    assert (finished.mode, finished.degraded, finished.refused) == ("extractive", True, False)


@pytest.mark.parametrize("policy", ALL)
def test_a_reader_who_leaves_before_any_text_is_shown_cancels_the_generator(
    retriever: Retriever, policy: GroundingPolicy
) -> None:
    async def work() -> None:
        llm = Halting(*GOOD[:30])
        reading = asyncio.create_task(collect(answer(LEAVE, recipe(policy), Answerer(retriever, llm, TEXTS))))
        await llm.halted.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert llm.cancelled

    run(work())


@pytest.mark.parametrize("policy", ALL)
def test_every_stage_is_timed_under_every_policy(retriever: Retriever, policy: GroundingPolicy) -> None:
    timings = said(retriever, policy, GOOD).timings_ms
    assert set(timings) == {"retrieve", "generate", "ground", "first_word", "total"}


def test_without_enough_relevance_every_policy_refuses(retriever: Retriever) -> None:
    for policy in ALL:
        hopeless = replace(recipe(policy), refuse_below=1.0)
        finished = run(collect(answer(LEAVE, hopeless, Answerer(retriever, ScriptedLLMClient(WRONG), TEXTS))))[-1]
        assert isinstance(finished, Finished)
        assert (finished.text, finished.refused, finished.withheld) == (REFUSAL, True, ())


@pytest.mark.parametrize("policy", ALL)
def test_an_empty_index_answers_under_every_policy_that_nothing_has_been_ingested(
    tmp_path: Path, policy: GroundingPolicy
) -> None:
    embedder, sparse = HashEmbedder(64), Bm25Encoder("english")
    index = EdgeIndex.create(tmp_path / "index", fingerprint_of(embedder, sparse, "team"))
    finished = finish(Retriever(index.visible_to(EVERYTHING), embedder, sparse), policy, None)
    index.close()
    assert (finished.text, finished.kind, finished.empty_index) == (NOTHING_INGESTED, "refusal", True)
    assert (finished.grounding, finished.withheld) == (None, ())


# Withhold


def test_an_unsupported_sentence_is_not_shown_and_its_reasons_are_given(retriever: Retriever) -> None:
    finished = said(retriever, "withhold", *f"{GOOD} Lunch is paid up to 4,711 EUR [2]. {EXPIRE}")
    assert finished.text == f"{GOOD} {EXPIRE}"
    (withheld,) = finished.withheld
    assert withheld.text == "Lunch is paid up to 4,711 EUR."
    assert "number_absent" in withheld.reasons or "number_mismatch" in withheld.reasons
    assert [passage.index for passage in finished.cited] == [1]
    assert (finished.refused, finished.degraded) == (False, False)


def test_the_report_is_about_what_is_shown(retriever: Retriever) -> None:
    finished = said(retriever, "withhold", f"{WRONG} {GOOD} How about sick leave?")
    assert finished.text == f"{GOOD} How about sick leave?"
    report = finished.grounding
    assert report is not None
    assert report.supported
    assert [finished.text[one.start : one.end] for one in report.sentences] == [GOOD, "How about sick leave?"]
    assert [finished.text[one.start : one.end] for one in report.unjudged] == ["How about sick leave?"]


def test_a_sentence_is_shown_before_the_model_has_written_the_next_one(retriever: Retriever) -> None:
    async def work() -> None:
        following = "Sick leave is reported on the first day. It is paid for six weeks, and then by the insurer."
        llm = Halting(*f"{GOOD} {EXPIRE} {following}")
        events = answer(LEAVE, recipe("withhold"), Answerer(retriever, llm, TEXTS))
        async for event in events:
            if isinstance(event, TextDelta):
                assert event.text == GOOD
                break
        await events.aclose()
        assert llm.cancelled

    run(work())


def test_sentences_are_shown_one_by_one(retriever: Retriever) -> None:
    events = events_of(retriever, "withhold", ScriptedLLMClient(*f"{GOOD} {WRONG} {EXPIRE} How about you?"))
    assert words_of(events) == [GOOD, f" {EXPIRE}", " How about you?"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (f"{WRONG}\n\n{GOOD}", GOOD),
        (f"{GOOD}\n\n{WRONG} {EXPIRE}", f"{GOOD}\n\n{EXPIRE}"),
        (f"{GOOD}\n\n- {WRONG}\n- {EXPIRE}", f"{GOOD}\n\n- {EXPIRE}"),
        (f"- {GOOD}\n\n- {WRONG}\n  - {EXPIRE}", f"- {GOOD}\n\n  - {EXPIRE}"),
        (f"{GOOD}\n\n{WRONG}\n", GOOD),
        (f"{GOOD}\n\n| Leave | Days |\n|---|---|\n| annual | 77 |\n\n{EXPIRE}", f"{GOOD}\n\n{EXPIRE}"),
    ],
)
def test_paragraphs_and_lists_keep_their_shape_around_a_gap(retriever: Retriever, written: str, shown: str) -> None:
    assert said(retriever, "withhold", *written).text == shown


@tried(40)
@given(
    st.lists(
        st.tuples(st.sampled_from([" ", "\n\n", "\n- ", "\n1. "]), st.sampled_from([GOOD, WRONG, EXPIRE, LATE])),
        min_size=1,
        max_size=4,
        unique_by=lambda pair: pair[1],
    )
)
def test_exactly_the_unsupported_sentences_are_missing(retriever: Retriever, written: list[tuple[str, str]]) -> None:
    finished = said(retriever, "withhold", *"".join(break_ + sentence for break_, sentence in written))
    supported = [sentence for _, sentence in written if sentence not in (WRONG, LATE)]
    assert len(finished.withheld) == len(written) - len(supported)
    assert finished.refused == (not supported)
    if finished.grounding is not None:
        shown = [finished.text[one.start : one.end] for one in finished.grounding.sentences]
        # The markers of an item are at its end.
        assert [without_markers(sentence).lstrip("-1. ") for sentence in shown] == list(map(without_markers, supported))
        assert finished.grounding.supported


def test_where_nothing_remains_the_answer_is_the_refusal(retriever: Retriever) -> None:
    finished = said(retriever, "withhold", f"{WRONG} {WORSE}")
    assert finished.text == REFUSAL
    assert (finished.mode, finished.refused, finished.grounding, finished.cited) == ("generated", True, None, ())
    assert len(finished.withheld) == 2


def test_a_refusal_with_something_unsupported_behind_it_is_a_refusal(retriever: Retriever) -> None:
    finished = said(retriever, "withhold", f"{REFUSAL} {WRONG}")
    assert (finished.text, finished.refused, len(finished.withheld)) == (REFUSAL, True, 1)


def test_a_model_that_fails_after_a_sentence_was_shown_raises(retriever: Retriever) -> None:
    seen: list[AnswerEvent] = []
    llm = ScriptedLLMClient(GOOD, f" {EXPIRE}", f" {WRONG}", f" {LATE}", fail_after=4)
    with pytest.raises(GenerationError):
        run(fill(seen, answer(LEAVE, recipe("withhold"), Answerer(retriever, llm, TEXTS))))
    assert words_of(seen)[0] == GOOD


def test_what_was_withheld_of_an_answer_that_failed_is_not_reported(retriever: Retriever) -> None:
    finished = finish(retriever, "withhold", ScriptedLLMClient(WRONG, f" {WRONG}", f" {WRONG}", fail_after=3))
    assert (finished.mode, finished.degraded, finished.withheld) == ("extractive", True, ())


# Refuse


def test_nothing_of_an_answer_with_an_unsupported_sentence_is_shown(retriever: Retriever) -> None:
    events = events_of(retriever, "refuse", ScriptedLLMClient(*f"{GOOD} {WRONG}"))
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert words_of(events) == [REFUSAL]
    assert (finished.text, finished.refused, finished.grounding, finished.cited) == (REFUSAL, True, None, ())
    assert [withheld.text for withheld in finished.withheld] == [WRONG]


def test_under_refuse_a_supported_answer_is_shown_at_once(retriever: Retriever) -> None:
    assert words_of(events_of(retriever, "refuse", ScriptedLLMClient(*f"{GOOD} {EXPIRE}"))) == [f"{GOOD} {EXPIRE}"]


# Retry


def test_the_model_reads_what_is_wrong_and_its_better_answer_is_shown(retriever: Retriever) -> None:
    first, second = ScriptedLLMClient(WRONG), ScriptedLLMClient(*GOOD)
    finished = finish(retriever, "retry", InTurn(first, second))
    assert (finished.text, finished.retried, finished.degraded) == (GOOD, "second", False)
    assert finished.grounding is not None
    assert finished.grounding.supported
    (asked_first,), (asked_then,) = first.asked, second.asked
    assert asked_then[: len(asked_first)] == asked_first
    assert [message.role for message in asked_then[len(asked_first) :]] == ["assistant", "user"]
    assert asked_then[-2].content == WRONG
    assert re.search(r'^- "77[^"]*": .+', asked_then[-1].content, re.MULTILINE)
    assert "the sources say 25" in asked_then[-1].content
    assert "only what the sources say" in asked_then[-1].content


def test_tokens_are_those_of_both_answers(retriever: Retriever) -> None:
    first, second = ScriptedLLMClient(WRONG), ScriptedLLMClient("Every colleague has ", "25 days.")
    finished = finish(retriever, "retry", InTurn(first, second))
    read = sum(len(message.content) for asked in (*first.asked, *second.asked) for message in asked)
    assert (finished.prompt_tokens, finished.completion_tokens) == (read, 3)


@pytest.mark.parametrize(
    ("written", "shown", "retried"),
    [
        ([WORSE, WRONG], WRONG, "second"),
        ([WRONG, WORSE], WRONG, "first"),
        ([WRONG, WRONG], WRONG, "second"),
        ([f"{GOOD} {EXPIRE} {WRONG}", WRONG], f"{GOOD} {EXPIRE} {WRONG}", "first"),
        ([WRONG, REFUSAL], REFUSAL, "second"),
        ([WRONG, " \n"], WRONG, "failed"),
    ],
)
def test_the_better_of_two_answers_is_shown(retriever: Retriever, written: list[str], shown: str, retried: str) -> None:
    finished = finish(retriever, "retry", InTurn(*(ScriptedLLMClient(*text) for text in written)))
    assert (finished.text, finished.retried) == (shown, retried)
    assert finished.refused == (shown == REFUSAL)


def test_the_first_answer_is_shown_when_the_model_fails_at_the_second(retriever: Retriever) -> None:
    finished = finish(retriever, "retry", InTurn(ScriptedLLMClient(WRONG), ScriptedLLMClient(GOOD, fail_after=0)))
    assert (finished.text, finished.retried, finished.mode) == (WRONG, "failed", "generated")
    assert finished.degraded is False
    assert finished.grounding is not None
    assert not finished.grounding.supported


def test_markers_and_finish_reason_are_those_of_the_answer_that_is_shown(retriever: Retriever) -> None:
    finished = finish(retriever, "retry", InTurn(ScriptedLLMClient(f"{WRONG} [88]"), ScriptedLLMClient(WORSE)))
    assert (finished.retried, finished.citations.dropped) == ("first", 1)


@pytest.mark.parametrize(
    ("second", "reason", "cause"),
    [
        (ScriptedLLMClient(GOOD, fail_after=0), "unreachable", "the scripted model fails here"),
        (
            ScriptedLLMClient(GOOD, fail_after=0, error=Overloaded("forty wait", retry_after=3)),
            "overloaded",
            "forty wait",
        ),
        (ScriptedLLMClient(" \n"), "empty", "the model wrote nothing"),
    ],
)
def test_the_reason_for_a_missing_second_answer_is_reported_and_its_cause_logged(
    retriever: Retriever, caplog: pytest.LogCaptureFixture, second: LLMClient, reason: str, cause: str
) -> None:
    finished = finish(retriever, "retry", InTurn(ScriptedLLMClient(WRONG), second))
    assert (finished.retried, finished.retry_failure) == ("failed", reason)
    assert f"no second answer, model {reason}: {cause}" in caplog.text


def test_a_second_answer_that_is_worse_is_no_failure(retriever: Retriever, caplog: pytest.LogCaptureFixture) -> None:
    finished = finish(retriever, "retry", InTurn(ScriptedLLMClient(WRONG), ScriptedLLMClient(WORSE)))
    assert (finished.retried, finished.retry_failure) == ("first", None)
    assert caplog.records == []
