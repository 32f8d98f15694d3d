"""What is answered from the cache, and above all what is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from app.answer.events import AnswerEvent, Finished, Started, TextDelta
from app.answer.evidence import CitedEvidence, SentenceSupport
from app.answer.pipeline import answer
from app.answer.types import CitationCounts, DegradedReason, Mode, Passage, Question
from app.service.answer_cache import AnswerCache
from app.service.metrics import Metrics
from app.service.service import Service
from core.index import IndexView
from core.permissions import EVERYTHING
from core.recipe import Recipe
from core.types import Message, SearchFilter
from testing.handbook import ignore_progress
from testing.passages import passage
from testing.services import open_service


@dataclass(frozen=True)
class Seen:
    """What the cache asks of a view."""

    generation: str = "first"
    restriction: frozenset[str] | None = None


INDEX = cast(IndexView, Seen())
QUESTION = Question("How many days of leave?")
PASSAGES = (passage(1), passage(2, "Leave is paid."))


@dataclass
class Asked:
    """A cache and the answer path below it, which counts how often it wrote an answer."""

    cache: AnswerCache = field(default_factory=lambda: AnswerCache(1_000_000, Metrics()))
    written: int = 0
    started: int = 0

    def ask(
        self,
        question: Question = QUESTION,
        recipe: Recipe | None = None,
        passages: tuple[Passage, ...] = PASSAGES,
        index: IndexView = INDEX,
        only: SearchFilter | None = None,
        mode: Mode = "extractive",
        degraded: DegradedReason | None = None,
        fresh: bool = False,
        answerability: float = 0.5,
        answer_id: str | None = None,
    ) -> list[AnswerEvent]:
        async def collect() -> list[AnswerEvent]:
            answer = self._answer(passages, mode, degraded, answerability, answer_id)
            events = self.cache.answered(
                answer,
                question,
                recipe or Recipe(),
                index,
                only or SearchFilter(),
                fresh=fresh,
                is_repeatable=answer_id is not None,
            )
            return [event async for event in events]

        return asyncio.run(collect())

    async def _answer(
        self,
        passages: tuple[Passage, ...],
        mode: Mode,
        degraded: DegradedReason | None,
        answerability: float = 0.5,
        answer_id: str | None = None,
    ) -> AsyncGenerator[AnswerEvent, None]:
        self.started += 1
        yield Started(answer_id or f"answer-{self.started}", mode, passages, answerability)
        self.written += 1
        text = f"Answer {self.written} [2]"
        yield TextDelta(text)
        yield Finished(
            text=text,
            mode=mode,
            degraded_reason=degraded,
            refused=False,
            finish_reason="stop",
            cited=passages[1:],
            grounding=None,
            citations=CitationCounts(),
            timings_ms={"retrieve": 1.0, "total": 2.0},
            prompt_tokens=10,
            completion_tokens=5,
            support=(SentenceSupport(0, 12, 9, 2, CitedEvidence(0, 5, "Every")),),
        )


def test_a_question_that_was_asked_before_gets_the_same_answer_under_a_new_id() -> None:
    asked = Asked()

    first, second = asked.ask(), asked.ask()

    assert asked.written == 1
    assert second[0] == Started("answer-2", "extractive", PASSAGES, 0.5)
    assert "".join(event.text for event in second if isinstance(event, TextDelta)) == "Answer 1 [2]"
    before, after = first[-1], second[-1]
    assert isinstance(before, Finished)
    assert isinstance(after, Finished)
    assert after.cited == before.cited == PASSAGES[1:]
    assert after.support == before.support != ()
    assert set(after.timings_ms) == {"retrieve", "cache", "first_word", "total"}
    assert (after.prompt_tokens, after.completion_tokens) == (0, 0)
    again = replace(before, timings_ms={}, prompt_tokens=0, completion_tokens=0, cached_from="answer-1")
    assert replace(after, timings_ms={}) == again


CHANGED = replace(PASSAGES[0], chunk=replace(PASSAGES[0].chunk, text="Every colleague has 27 days."))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"question": Question("How many days of sick leave?")}, id="another question"),
        pytest.param({"question": replace(QUESTION, history=(Message("user", "In Spain?"),))}, id="another history"),
        pytest.param({"recipe": Recipe(sentences=1)}, id="another recipe"),
        pytest.param({"recipe": Recipe(system_prompt="Be brief.")}, id="another prompt"),
        pytest.param({"passages": (CHANGED, PASSAGES[1])}, id="a changed text"),
        pytest.param({"passages": PASSAGES[:1]}, id="a passage less"),
        pytest.param({"answerability": 0.1}, id="a larger index, in which the same passages may not be enough"),
        pytest.param({"passages": (PASSAGES[0], replace(PASSAGES[1], score=0.2))}, id="another score"),
        pytest.param({"only": SearchFilter(sources=("support",))}, id="another filter"),
        pytest.param({"index": cast(IndexView, Seen("second"))}, id="a rebuilt index"),
        pytest.param({"mode": "generated"}, id="a model"),
    ],
)
def test_whatever_an_answer_depends_on_gives_another_answer_when_it_differs(other: dict[str, Any]) -> None:
    asked = Asked()
    asked.ask()

    asked.ask(**other)

    assert asked.written == 2


@pytest.mark.parametrize("field_name", ["document_name", "content_hash", "lead", "url", "section", "page", "start"])
def test_everything_that_is_shown_of_a_passage_must_be_the_same(field_name: str) -> None:
    asked = Asked()
    asked.ask()
    values: dict[str, Any] = {"section": ("Other",), "page": 7, "start": 3}
    chunk = replace(PASSAGES[0].chunk, **{field_name: values.get(field_name, "other")})

    asked.ask(passages=(replace(PASSAGES[0], chunk=chunk), PASSAGES[1]))

    assert asked.written == 2


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param({"degraded": "loading"}, id="degraded"),
        pytest.param({"passages": ()}, id="without passages"),
        pytest.param({"mode": "generated", "recipe": Recipe(temperature=0.7)}, id="sampled"),
    ],
)
def test_answers_that_would_differ_or_should_be_replaced_are_not_kept(kind: dict[str, Any]) -> None:
    asked = Asked()

    asked.ask(**kind)
    asked.ask(**kind)

    assert asked.written == 2


def test_an_answer_of_a_model_at_temperature_zero_is_kept() -> None:
    asked = Asked()

    asked.ask(mode="generated")
    asked.ask(mode="generated")

    assert asked.written == 1


def test_an_answer_that_began_before_the_index_was_rebuilt_is_not_kept_for_the_new_one() -> None:
    cache, rebuilt = AnswerCache(1_000_000, Metrics()), cast(IndexView, Seen("second"))
    slow, asked = Asked(cache), Asked(cache)

    async def overtaken() -> None:
        events = cache.answered(slow._answer(PASSAGES, "extractive", None), QUESTION, Recipe(), INDEX, SearchFilter())
        await anext(events)
        async for _ in cache.answered(
            asked._answer(PASSAGES[:1], "extractive", None), QUESTION, Recipe(), rebuilt, SearchFilter()
        ):
            pass
        async for _ in events:
            pass

    asyncio.run(overtaken())
    asked.ask(index=rebuilt)

    assert asked.written == 2


def test_the_answer_that_was_used_longest_ago_goes_first() -> None:
    one = Asked()
    one.ask()
    size = one.cache._size
    asked = Asked(AnswerCache(2 * size + size // 2, Metrics()))
    first, second, third = (Question(f"How many days of leave {number}?") for number in range(3))

    for question in (first, second, first, third):
        asked.ask(question)
    assert asked.written == 3
    asked.ask(first)
    assert asked.written == 3
    asked.ask(second)
    assert asked.written == 4


@pytest.mark.parametrize("limit", [0, 10])
def test_a_cache_without_space_keeps_nothing(limit: int) -> None:
    asked = Asked(AnswerCache(limit, Metrics()))

    asked.ask()
    asked.ask()

    assert asked.written == 2


def test_a_fresh_answer_is_written_again_and_is_not_counted_as_a_lookup() -> None:
    asked = Asked()
    asked.ask()

    asked.ask(fresh=True)
    asked.ask()

    assert asked.written == 2


def test_lookups_are_counted() -> None:
    metrics = Metrics()
    asked = Asked(AnswerCache(1_000_000, metrics))

    for _ in range(3):
        asked.ask()

    exposition = metrics.exposition().decode()
    assert 'groundwork_answer_cache_lookups_total{found="no"} 1.0' in exposition
    assert 'groundwork_answer_cache_lookups_total{found="yes"} 2.0' in exposition
    assert "groundwork_answer_cache_answers 1.0" in exposition


def ask_service(service: Service) -> Finished:
    """Ask as the endpoint does."""

    async def ask() -> Finished:
        question, recipe, answerer = QUESTION, service.recipes.find(None), service.answerer(EVERYTHING)
        events = answer(question, recipe, answerer)
        index = answerer.retriever.index
        found = [event async for event in service.answers.answered(events, question, recipe, index, SearchFilter())]
        assert isinstance(found[-1], Finished)
        return found[-1]

    return asyncio.run(ask())


def test_a_service_answers_from_its_documents_as_they_are_now(tmp_path: Path) -> None:
    with open_service(tmp_path, refuse_below=0.0) as service:
        page = service.domain.folder / "corpus" / "leave" / "annual.md"
        before = page.read_text(encoding="utf-8")
        ask_service(service)
        assert "cache" in ask_service(service).timings_ms

        page.write_text(before.replace("25 days", "27 days"), encoding="utf-8")
        service.library.ingest([], rebuilding=False, progress=ignore_progress)
        changed = ask_service(service)
        assert "cache" not in changed.timings_ms
        assert "27 days" in changed.text
        assert "cache" in ask_service(service).timings_ms

        service.library.ingest([], rebuilding=True, progress=ignore_progress)
        assert "cache" not in ask_service(service).timings_ms

        page.unlink()
        service.library.ingest([], rebuilding=False, progress=ignore_progress)
        gone = ask_service(service)
        assert "cache" not in gone.timings_ms
        assert "27 days" not in gone.text


def text_of(events: list[AnswerEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.mark.parametrize(
    "request_of",
    [
        pytest.param({"degraded": "loading"}, id="degraded"),
        pytest.param({"mode": "generated", "recipe": Recipe(temperature=0.7)}, id="sampled"),
        pytest.param({"fresh": True}, id="fresh"),
        pytest.param({}, id="as any other"),
    ],
)
def test_a_request_that_is_sent_again_gets_the_answer_that_was_given_whatever_it_is(request_of: dict[str, Any]) -> None:
    asked = Asked()
    first = asked.ask(answer_id="answer-of-a-key", **request_of)
    second = asked.ask(answer_id="answer-of-a-key", **request_of)
    assert asked.written == 1
    assert second[0] == first[0]
    assert text_of(second) == text_of(first)
    asked.ask(answer_id="answer-of-another-key", **{**request_of, "fresh": True})
    assert asked.written == 2


def test_a_request_that_is_sent_again_gets_its_answer_though_the_model_came_in_between() -> None:
    asked = Asked()
    asked.ask(answer_id="answer-of-a-key", mode="extractive", degraded="overloaded")
    asked.ask(answer_id="answer-of-a-key", mode="generated", recipe=Recipe(temperature=0.7))
    assert asked.written == 1


def test_a_request_whose_passages_have_changed_is_answered_again() -> None:
    asked = Asked()
    asked.ask(answer_id="answer-of-a-key")
    asked.ask(answer_id="answer-of-a-key", passages=(CHANGED, PASSAGES[1]))
    assert asked.written == 2


def test_an_answer_from_the_cache_is_kept_for_its_request_too() -> None:
    asked = Asked()
    asked.ask()
    asked.ask(answer_id="answer-of-a-key")
    asked.ask(answer_id="answer-of-a-key", fresh=True)
    assert asked.written == 1
