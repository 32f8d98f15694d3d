from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.answer.events import AnswerEvent, Finished, Started, Words
from app.answer.llm.protocol import Generator
from app.answer.pipeline import Answerer, answer
from app.answer.retrieve import Searcher, retrieve
from app.answer.types import Question, citation
from core.errors import GenerationError
from core.recipe import Recipe
from core.types import Message, SearchFilter
from testing.handbook import PAGES, PROMPT, REFUSAL
from testing.passages import collect, fill, run
from testing.scripted_llm import ScriptedGenerator

LEAVE = Question("How many days of annual leave does every colleague have a year?")
GOOD = "Every colleague has 25 days of annual leave a year [1]."
ANSWERING = Recipe(top_k=4, refuse_below=0.0, system_prompt=PROMPT)
REFUSING = replace(ANSWERING, refuse_below=1.0)


def events_of(
    searcher: Searcher, generator: Generator | None, question: Question = LEAVE, recipe: Recipe = ANSWERING
) -> list[AnswerEvent]:
    return run(collect(answer(question, recipe, Answerer(searcher, generator, REFUSAL))))


def ending(events: Sequence[AnswerEvent]) -> Finished:
    finished = events[-1]
    assert isinstance(finished, Finished)
    return finished


def shown(events: Sequence[AnswerEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Words))


def test_an_answer_starts_then_speaks_then_finishes(searcher: Searcher) -> None:
    events = events_of(searcher, ScriptedGenerator("Every colleague ", "has 25 days."))
    assert [type(event) for event in events] == [Started, Words, Words, Finished]


def test_the_passages_are_known_before_the_first_word(searcher: Searcher) -> None:
    started = events_of(searcher, ScriptedGenerator(GOOD))[0]
    assert isinstance(started, Started)
    assert [passage.index for passage in started.passages] == [1, 2, 3, 4]
    assert started.passages[0].chunk.document_id == "leave/annual.md"
    assert started.mode == "generated"


def test_the_words_together_are_the_final_text(searcher: Searcher) -> None:
    events = events_of(searcher, ScriptedGenerator(*GOOD))
    assert shown(events) == ending(events).text == GOOD


def test_what_a_model_said_is_cited_and_grounded(searcher: Searcher) -> None:
    finished = ending(events_of(searcher, ScriptedGenerator(GOOD)))
    assert [passage.index for passage in finished.cited] == [1]
    assert finished.grounding is not None
    assert finished.grounding.supported
    assert (finished.mode, finished.degraded, finished.refused) == ("generated", False, False)


def test_a_number_that_no_source_has_is_flagged_where_it_stands(searcher: Searcher) -> None:
    finished = ending(events_of(searcher, ScriptedGenerator("Every colleague has 77 days of annual leave [1].")))
    assert finished.grounding is not None
    assert not finished.grounding.supported
    assert [finished.text[flag.start : flag.end] for flag in finished.grounding.flags] == ["77"]


def test_a_name_that_an_earlier_question_brought_is_the_topic_and_no_claim(searcher: Searcher) -> None:
    before = (Message("user", "I work with Boris Falk."), Message("assistant", "Good to know, says Vera Okoro."))
    said = "Boris Falk and Vera Okoro have 25 days of annual leave a year [1]."
    report = ending(events_of(searcher, ScriptedGenerator(said), Question(LEAVE.text, before))).grounding
    assert report is not None
    unjudged = [said[part.start : part.end] for part in report.unjudged if part.reason == "from_question"]
    assert unjudged == ["Boris", "Falk"]
    assert {"Vera", "Okoro"} <= {flag.text for flag in report.flags}


def test_the_model_reads_the_domains_prompt_first_and_the_question_last(searcher: Searcher) -> None:
    generator = ScriptedGenerator(GOOD)
    events_of(searcher, generator, Question(LEAVE.text, (Message("user", "Hello?"), Message("assistant", "Hello."))))
    (asked,) = generator.asked
    assert [message.role for message in asked] == ["system", "user", "assistant", "user"]
    assert asked[0].content == PROMPT
    assert asked[-1].content.endswith(f"Question: {LEAVE.text}")
    assert "25 days of annual leave" in asked[-1].content


def test_the_tokens_that_the_server_counted_are_told(searcher: Searcher) -> None:
    finished = ending(events_of(searcher, ScriptedGenerator("One ", "two.")))
    assert finished.completion_tokens == 2
    assert finished.prompt_tokens > 0


def test_markers_that_resolve_to_nothing_are_dropped_and_counted(searcher: Searcher) -> None:
    finished = ending(events_of(searcher, ScriptedGenerator("Every colleague has 25 days [1, ", "77] of leave [88].")))
    assert finished.text == "Every colleague has 25 days [1] of leave."
    assert finished.dropped_markers == 2


def test_without_enough_evidence_the_answer_is_the_domains_refusal_and_no_model_is_asked(searcher: Searcher) -> None:
    generator = ScriptedGenerator(GOOD)
    events = events_of(searcher, generator, recipe=REFUSING)
    finished = ending(events)
    assert generator.asked == []
    assert shown(events) == finished.text == REFUSAL
    assert (finished.refused, finished.degraded) == (True, False)
    assert finished.grounding is None
    assert finished.cited == ()


def test_a_refusal_still_shows_what_was_found(searcher: Searcher) -> None:
    started = events_of(searcher, None, recipe=REFUSING)[0]
    assert isinstance(started, Started)
    assert len(started.passages) == 4


@pytest.mark.parametrize("said", [REFUSAL, f" {REFUSAL}\n", "I could not find this in the handbook"])
def test_a_models_own_refusal_is_recognised(searcher: Searcher, said: str) -> None:
    finished = ending(events_of(searcher, ScriptedGenerator(said)))
    assert finished.refused
    assert finished.grounding is None


def test_an_answer_that_only_mentions_the_refusal_is_none(searcher: Searcher) -> None:
    said = f"The rule says [1]: answer '{REFUSAL}' when the handbook is silent, which it is not."
    assert not ending(events_of(searcher, ScriptedGenerator(said))).refused


def test_a_generator_that_fails_before_its_first_word_is_replaced_by_the_extractive_answer(
    searcher: Searcher,
) -> None:
    events = events_of(searcher, ScriptedGenerator("never said", fail_after=0))
    finished = ending(events)
    assert (finished.mode, finished.degraded, finished.refused) == ("extractive", True, False)
    assert "25 days" in finished.text
    assert shown(events) == finished.text


def test_a_generator_that_fails_after_its_first_word_raises_because_words_cannot_be_taken_back(
    searcher: Searcher,
) -> None:
    seen: list[AnswerEvent] = []
    generator = ScriptedGenerator("Every ", "colleague", fail_after=1)
    with pytest.raises(GenerationError):
        run(fill(seen, answer(LEAVE, ANSWERING, Answerer(searcher, generator, REFUSAL))))
    assert shown(seen).startswith("Every")
    assert not any(isinstance(event, Finished) for event in seen)


def test_a_generator_that_fails_while_only_the_beginning_of_a_marker_was_said_is_replaced(searcher: Searcher) -> None:
    finished = ending(events_of(searcher, ScriptedGenerator("[", fail_after=1)))
    assert (finished.mode, finished.degraded) == ("extractive", True)


@pytest.mark.parametrize("pieces", [(), ("",), ("\n\n", "  "), (" [99]",)])
def test_a_model_that_says_nothing_is_replaced_by_the_extractive_answer(
    searcher: Searcher, pieces: tuple[str, ...]
) -> None:
    events = events_of(searcher, ScriptedGenerator(*pieces))
    finished = ending(events)
    assert (finished.mode, finished.degraded) == ("extractive", True)
    assert "25 days" in finished.text
    assert shown(events) == finished.text


def test_a_generator_that_fails_after_nothing_but_blanks_is_replaced(searcher: Searcher) -> None:
    events = events_of(searcher, ScriptedGenerator("\n\n", "Every", fail_after=1))
    assert ending(events).degraded
    assert shown(events) == ending(events).text


def test_blank_lines_before_the_answer_are_not_shown(searcher: Searcher) -> None:
    events = events_of(searcher, ScriptedGenerator("\n", "\n ", "\n Every colleague", " has 25 days."))
    assert shown(events) == ending(events).text == "Every colleague has 25 days."


def test_a_reader_who_leaves_cancels_the_generator_at_once(searcher: Searcher) -> None:
    generator = ScriptedGenerator("Every ", "colleague ", "has ", "25 days.")

    async def work() -> None:
        events = answer(LEAVE, ANSWERING, Answerer(searcher, generator, REFUSAL))
        async for event in events:
            if isinstance(event, Words):
                break
        assert not generator.cancelled
        await events.aclose()
        assert generator.cancelled

    run(work())


def test_a_task_that_is_cancelled_cancels_the_generator(searcher: Searcher) -> None:
    generator = ScriptedGenerator(*("word " for _ in range(1000)))

    async def read_slowly(first_word: asyncio.Event) -> None:
        async for event in answer(LEAVE, ANSWERING, Answerer(searcher, generator, REFUSAL)):
            if isinstance(event, Words):
                first_word.set()
                await asyncio.sleep(0.01)

    async def work() -> None:
        first_word = asyncio.Event()
        reading = asyncio.create_task(read_slowly(first_word))
        await first_word.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    run(work())
    assert generator.cancelled


def test_without_a_model_the_answer_is_made_of_the_documents_own_sentences(searcher: Searcher) -> None:
    events = events_of(searcher, None)
    finished = ending(events)
    assert (finished.mode, finished.degraded) == ("extractive", False)
    documents = "\n".join(PAGES.values())
    parts = re.split(r"\s*\[\d+\]\s*", finished.text)
    assert parts[-1] == ""
    assert all(part in documents for part in parts)
    assert "25 days of annual leave" in finished.text


def test_an_extractive_answer_is_grounded_and_cites_every_sentence(searcher: Searcher) -> None:
    finished = ending(events_of(searcher, None))
    assert finished.grounding is not None
    assert finished.grounding.supported
    assert finished.grounding.flags == ()
    assert finished.cited


def test_an_extractive_answer_keeps_to_the_recipes_number_of_sentences(searcher: Searcher) -> None:
    finished = ending(events_of(searcher, None, recipe=replace(ANSWERING, sentences=1)))
    assert len(re.findall(r"\[\d+\]", finished.text)) == 1


def test_the_same_question_has_the_same_answer_every_time(searcher: Searcher) -> None:
    assert len({ending(events_of(searcher, None)).text for _ in range(5)}) == 1


@pytest.mark.parametrize(
    ("generator", "stages"),
    [
        (None, {"retrieve", "extract", "ground", "first_word", "total"}),
        (ScriptedGenerator(GOOD), {"retrieve", "generate", "ground", "first_word", "total"}),
    ],
)
def test_every_stage_is_timed(searcher: Searcher, generator: Generator | None, stages: set[str]) -> None:
    timings = ending(events_of(searcher, generator)).timings_ms
    assert set(timings) == stages
    assert all(milliseconds >= 0 for milliseconds in timings.values())
    assert timings["total"] >= timings["first_word"] >= timings["retrieve"]


def test_every_answer_has_an_id_of_its_own(searcher: Searcher) -> None:
    ids = {event.answer_id for _ in range(3) for event in events_of(searcher, None) if isinstance(event, Started)}
    assert len(ids) == 3


def test_a_citation_points_at_its_text_in_the_document(searcher: Searcher) -> None:
    started = events_of(searcher, None)[0]
    assert isinstance(started, Started)
    for passage in started.passages:
        told = citation(passage)
        document = searcher.index.document(told["document_id"])
        assert document is not None
        assert document.text[told["start"] : told["end"]] == told["text"]
        assert 0 <= told["score"] <= 1


def test_passages_are_numbered_in_the_rankers_order_and_no_more_than_asked_for(searcher: Searcher) -> None:
    for top_k in (1, 3, 100):
        found = retrieve(LEAVE.text, (), replace(ANSWERING, top_k=top_k), searcher)
        assert [passage.index for passage in found.passages] == list(range(1, len(found.passages) + 1))
        assert len(found.passages) <= top_k


def test_evidence_is_that_of_the_best_passage_and_none_without_passages(searcher: Searcher) -> None:
    found = retrieve(LEAVE.text, (), ANSWERING, searcher)
    assert found.evidence == max(passage.score for passage in found.passages)
    nowhere = retrieve(LEAVE.text, (), ANSWERING, searcher, SearchFilter(document_ids=("no such document",)))
    assert nowhere.passages == ()
    assert nowhere.evidence == 0.0


def test_a_filter_keeps_to_its_documents_and_sources(searcher: Searcher) -> None:
    wanted = SearchFilter(document_ids=("leave/sick.md", "travel.txt"))
    found = retrieve(LEAVE.text, (), ANSWERING, searcher, wanted)
    assert {passage.chunk.document_id for passage in found.passages} == {"leave/sick.md", "travel.txt"}
    assert retrieve(LEAVE.text, (), ANSWERING, searcher, SearchFilter(sources=("elsewhere",))).passages == ()


@pytest.mark.parametrize(
    "question", ["\x00", "a\x00b", "😀 👩‍👩‍👧", "???", "ａｎｎｕａｌ", "the of and", "x" * 8000, "‮gnirts"]
)
def test_any_question_has_an_answer_of_some_kind(searcher: Searcher, question: str) -> None:
    finished = ending(events_of(searcher, None, Question(question)))
    assert finished.text


def test_a_busy_model_is_not_asked_and_the_documents_answer(searcher: Searcher) -> None:
    generator = ScriptedGenerator(GOOD)
    answerer = Answerer(searcher, generator, REFUSAL, overloaded=True)
    events = run(collect(answer(LEAVE, ANSWERING, answerer)))
    assert generator.asked == []
    assert (ending(events).mode, ending(events).degraded) == ("extractive", True)
    assert "25 days" in shown(events)
