from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.answer.events import AnswerEvent, Finished, Started, TextDelta
from app.answer.generated.llm.protocol import LLMClient
from app.answer.pipeline import Answerer, answer
from app.answer.retrieval.retrieve import Retriever, retrieve
from app.answer.types import CitationCounts, Question
from app.api.models import Citation
from core.errors import GenerationError, ModelLoading, Overloaded
from core.recipe import Recipe
from core.texts import DEFAULT_TEXTS, DomainTexts
from core.types import Message, SearchFilter
from testing.handbook import PAGES, PROMPT, REFUSAL, TEXTS, small_retriever
from testing.passages import collect, fill, run
from testing.scripted_llm import ScriptedLLMClient

LEAVE = Question("How many days of annual leave does every colleague have a year?")
GOOD = "Every colleague has 25 days of annual leave a year [1]."
ANSWERING = Recipe(top_k=4, refuse_below=0.0, system_prompt=PROMPT)
REFUSING = replace(ANSWERING, refuse_below=1.0)
COPIED = "# Expenses\n\nExpense claims are due within 30 days after the trip. Keep every receipt of the trip.\n"
COPIED_PAGES = {
    "a.md": COPIED,
    "b.md": COPIED.replace("\n\n", "\n\n\n"),
    "c.md": COPIED.replace("# Expenses", "# Expense rules"),
    "d.md": "# Parking\n\nA parking permit is due in January. Ask the front desk for one.\n",
}


def events_of(
    retriever: Retriever, llm: LLMClient | None, question: Question = LEAVE, recipe: Recipe = ANSWERING
) -> list[AnswerEvent]:
    return run(collect(answer(question, recipe, Answerer(retriever, llm, TEXTS))))


def ending(events: Sequence[AnswerEvent]) -> Finished:
    finished = events[-1]
    assert isinstance(finished, Finished)
    return finished


def shown(events: Sequence[AnswerEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def test_an_answer_starts_then_speaks_then_finishes(retriever: Retriever) -> None:
    events = events_of(retriever, ScriptedLLMClient("Every colleague ", "has 25 days."))
    assert [type(event) for event in events] == [Started, TextDelta, TextDelta, TextDelta, Finished]


def test_the_passages_are_known_before_the_first_word(retriever: Retriever) -> None:
    started = events_of(retriever, ScriptedLLMClient(GOOD))[0]
    assert isinstance(started, Started)
    assert [passage.index for passage in started.passages] == [1, 2, 3, 4]
    assert started.passages[0].chunk.document_id == "leave/annual.md"
    assert started.mode == "generated"


def test_the_words_together_are_the_final_text(retriever: Retriever) -> None:
    events = events_of(retriever, ScriptedLLMClient(*GOOD))
    assert shown(events) == ending(events).text == GOOD


def test_a_models_answer_is_cited_and_grounded(retriever: Retriever) -> None:
    finished = ending(events_of(retriever, ScriptedLLMClient(GOOD)))
    assert [passage.index for passage in finished.cited] == [1]
    assert finished.grounding is not None
    assert finished.grounding.supported
    assert (finished.mode, finished.degraded, finished.refused) == ("generated", False, False)


def test_a_number_that_no_passage_contains_is_flagged_at_its_offsets(retriever: Retriever) -> None:
    finished = ending(events_of(retriever, ScriptedLLMClient("Every colleague has 77 days of annual leave [1].")))
    assert finished.grounding is not None
    assert not finished.grounding.supported
    assert [finished.text[flag.start : flag.end] for flag in finished.grounding.flags] == ["77"]


def test_a_name_from_an_earlier_question_is_the_topic_and_no_claim(retriever: Retriever) -> None:
    before = (Message("user", "I work with Boris Falk."), Message("assistant", "Good to know, says Vera Okoro."))
    said = "Boris Falk and Vera Okoro have 25 days of annual leave a year [1]."
    report = ending(events_of(retriever, ScriptedLLMClient(said), Question(LEAVE.text, before))).grounding
    assert report is not None
    unjudged = [said[part.start : part.end] for part in report.unjudged if part.reason == "from_question"]
    assert unjudged == ["Boris", "Falk"]
    assert {"Vera", "Okoro"} <= {flag.text for flag in report.flags}


def test_the_model_reads_the_domains_prompt_first_and_the_question_last(retriever: Retriever) -> None:
    llm = ScriptedLLMClient(GOOD)
    events_of(retriever, llm, Question(LEAVE.text, (Message("user", "Hello?"), Message("assistant", "Hello."))))
    (asked,) = llm.asked
    assert [message.role for message in asked] == ["system", "user", "assistant", "user"]
    assert asked[0].content == PROMPT
    assert asked[-1].content.endswith(f"Question: {LEAVE.text}")
    assert "25 days of annual leave" in asked[-1].content


def test_the_tokens_that_the_server_counted_are_reported(retriever: Retriever) -> None:
    finished = ending(events_of(retriever, ScriptedLLMClient("One ", "two.")))
    assert finished.completion_tokens == 2
    assert finished.prompt_tokens > 0


def test_markers_that_resolve_to_nothing_are_dropped_and_counted(retriever: Retriever) -> None:
    finished = ending(events_of(retriever, ScriptedLLMClient("Every colleague has 25 days [1, ", "77] of leave [88].")))
    assert finished.text == "Every colleague has 25 days [1] of leave."
    assert finished.citations == CitationCounts(kept=1, dropped=2)


def test_without_enough_relevance_the_answer_is_the_domains_refusal_and_no_model_is_asked(retriever: Retriever) -> None:
    llm = ScriptedLLMClient(GOOD)
    events = events_of(retriever, llm, recipe=REFUSING)
    finished = ending(events)
    assert llm.asked == []
    assert shown(events) == finished.text == REFUSAL
    assert (finished.refused, finished.degraded) == (True, False)
    assert finished.grounding is None
    assert finished.cited == ()


def test_a_refusal_still_shows_what_was_found(retriever: Retriever) -> None:
    started = events_of(retriever, None, recipe=REFUSING)[0]
    assert isinstance(started, Started)
    assert len(started.passages) == 4


@pytest.mark.parametrize("said", [REFUSAL, f" {REFUSAL}\n", "I could not find this in the handbook"])
def test_a_models_own_refusal_is_recognised(retriever: Retriever, said: str) -> None:
    finished = ending(events_of(retriever, ScriptedLLMClient(said)))
    assert finished.refused
    assert finished.grounding is None


def test_an_answer_that_only_mentions_the_refusal_is_not_a_refusal(retriever: Retriever) -> None:
    said = f"The rule says [1]: answer '{REFUSAL}' when the handbook is silent, which it is not."
    assert not ending(events_of(retriever, ScriptedLLMClient(said))).refused


def test_a_model_that_fails_before_its_first_word_is_replaced_by_the_extractive_answer(
    retriever: Retriever,
) -> None:
    events = events_of(retriever, ScriptedLLMClient("never said", fail_after=0))
    finished = ending(events)
    assert (finished.mode, finished.degraded, finished.refused) == ("extractive", True, False)
    assert "25 days" in finished.text
    assert shown(events) == finished.text


def test_a_model_that_fails_after_its_first_word_raises_because_shown_text_cannot_be_withdrawn(
    retriever: Retriever,
) -> None:
    seen: list[AnswerEvent] = []
    llm = ScriptedLLMClient("Every ", "colleague", fail_after=1)
    with pytest.raises(GenerationError):
        run(fill(seen, answer(LEAVE, ANSWERING, Answerer(retriever, llm, TEXTS))))
    assert shown(seen).startswith("Every")
    assert not any(isinstance(event, Finished) for event in seen)


def test_a_model_that_fails_after_only_the_beginning_of_a_marker_is_replaced(retriever: Retriever) -> None:
    finished = ending(events_of(retriever, ScriptedLLMClient("[", fail_after=1)))
    assert (finished.mode, finished.degraded) == ("extractive", True)


@pytest.mark.parametrize("pieces", [(), ("",), ("\n\n", "  "), (" [99]",)])
def test_a_model_that_says_nothing_is_replaced_by_the_extractive_answer(
    retriever: Retriever, pieces: tuple[str, ...]
) -> None:
    events = events_of(retriever, ScriptedLLMClient(*pieces))
    finished = ending(events)
    assert (finished.mode, finished.degraded) == ("extractive", True)
    assert "25 days" in finished.text
    assert shown(events) == finished.text


def test_a_model_that_fails_after_nothing_but_white_space_is_replaced(retriever: Retriever) -> None:
    events = events_of(retriever, ScriptedLLMClient("\n\n", "Every", fail_after=1))
    assert ending(events).degraded
    assert shown(events) == ending(events).text


def test_blank_lines_before_the_answer_are_not_shown(retriever: Retriever) -> None:
    events = events_of(retriever, ScriptedLLMClient("\n", "\n ", "\n Every colleague", " has 25 days."))
    assert shown(events) == ending(events).text == "Every colleague has 25 days. [1]"


def test_a_reader_who_leaves_cancels_the_generator_at_once(retriever: Retriever) -> None:
    llm = ScriptedLLMClient("Every ", "colleague ", "has ", "25 days.")

    async def work() -> None:
        events = answer(LEAVE, ANSWERING, Answerer(retriever, llm, TEXTS))
        async for event in events:
            if isinstance(event, TextDelta):
                break
        assert not llm.cancelled
        await events.aclose()
        assert llm.cancelled

    run(work())


def test_a_task_that_is_cancelled_cancels_the_generator(retriever: Retriever) -> None:
    llm = ScriptedLLMClient(*("word " for _ in range(1000)))

    async def read_slowly(first_word: asyncio.Event) -> None:
        async for event in answer(LEAVE, ANSWERING, Answerer(retriever, llm, TEXTS)):
            if isinstance(event, TextDelta):
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
    assert llm.cancelled


def test_without_a_model_the_answer_is_made_of_the_documents_own_sentences(retriever: Retriever) -> None:
    events = events_of(retriever, None)
    finished = ending(events)
    assert (finished.mode, finished.degraded) == ("extractive", False)
    documents = "\n".join(PAGES.values())
    parts = re.split(r"\s*\[\d+\]\s*", finished.text)
    assert parts[-1] == ""
    assert all(part in documents for part in parts)
    assert "25 days of annual leave" in finished.text


def test_an_extractive_answer_cites_its_passages_and_claims_no_grounding(retriever: Retriever) -> None:
    finished = ending(events_of(retriever, None))
    assert finished.grounding is None
    assert finished.cited


def test_an_extractive_answer_keeps_to_the_recipes_number_of_sentences(retriever: Retriever) -> None:
    finished = ending(events_of(retriever, None, recipe=replace(ANSWERING, sentences=1)))
    assert len(re.findall(r"\[\d+\]", finished.text)) == 1


def test_the_same_question_has_the_same_answer_every_time(retriever: Retriever) -> None:
    assert len({ending(events_of(retriever, None)).text for _ in range(5)}) == 1


@pytest.mark.parametrize(
    ("llm", "stages"),
    [
        (None, {"retrieve", "extract", "ground", "first_word", "total"}),
        (ScriptedLLMClient(GOOD), {"retrieve", "generate", "ground", "first_word", "total"}),
    ],
)
def test_every_stage_is_timed(retriever: Retriever, llm: LLMClient | None, stages: set[str]) -> None:
    timings = ending(events_of(retriever, llm)).timings_ms
    assert set(timings) == stages
    assert all(milliseconds >= 0 for milliseconds in timings.values())
    assert timings["total"] >= timings["first_word"] >= timings["retrieve"]


def test_every_answer_has_an_id_of_its_own(retriever: Retriever) -> None:
    ids = {event.answer_id for _ in range(3) for event in events_of(retriever, None) if isinstance(event, Started)}
    assert len(ids) == 3


@pytest.mark.parametrize("question", [LEAVE, Question("Thanks!")])
def test_an_answer_has_the_id_that_it_is_given(retriever: Retriever, question: Question) -> None:
    events = run(collect(answer(question, ANSWERING, Answerer(retriever, None, TEXTS), "answer-7")))
    assert isinstance(events[0], Started)
    assert events[0].answer_id == "answer-7"


def test_a_wrong_sentence_has_its_evidence_from_the_passage_that_the_model_cited(retriever: Retriever) -> None:
    finished = ending(
        events_of(retriever, ScriptedLLMClient("Every colleague has 77 days of annual leave a year [1]."))
    )
    assert "[1]" not in finished.text
    assert finished.grounding is not None
    evidence = finished.grounding.flags[0].evidence
    assert evidence is not None
    assert (evidence.context, evidence.text) == (0, "25")


def test_each_cited_sentence_has_what_supports_it(retriever: Retriever) -> None:
    for llm in (ScriptedLLMClient(GOOD), None):
        (support,) = ending(events_of(retriever, llm)).support[:1]
        assert (support.index, support.evidence.text) == (1, "Every colleague has 25 days of annual leave a year.")


def test_a_citation_points_at_its_text_in_the_document(retriever: Retriever) -> None:
    started = events_of(retriever, None)[0]
    assert isinstance(started, Started)
    for passage in started.passages:
        found = Citation.of(passage)
        document = retriever.index.document(found.document_id)
        assert document is not None
        assert document.text[found.start : found.end] == found.text
        assert 0 <= found.score <= 1


def test_passages_are_numbered_in_the_rankers_order_and_no_more_than_asked_for(retriever: Retriever) -> None:
    for top_k in (1, 3, 100):
        found = retrieve(LEAVE.text, (), replace(ANSWERING, top_k=top_k), retriever)
        assert [passage.index for passage in found.passages] == list(range(1, len(found.passages) + 1))
        assert len(found.passages) <= top_k


def test_a_question_without_passages_is_not_answerable(retriever: Retriever) -> None:
    assert 0.0 < retrieve(LEAVE.text, (), ANSWERING, retriever).answerability < 1.0
    nowhere = retrieve(LEAVE.text, (), ANSWERING, retriever, SearchFilter(document_ids=("no such document",)))
    assert (nowhere.passages, nowhere.answerability, nowhere.related) == ((), 0.0, ())


def test_a_refusal_has_the_nearest_passages_and_an_answer_has_none(retriever: Retriever) -> None:
    refused = ending(events_of(retriever, None, recipe=REFUSING))
    assert refused.refused
    assert [passage.index for passage in refused.nearest][:1] == [1]
    assert len(refused.nearest) <= 3
    assert ending(events_of(retriever, None)).nearest == ()


def test_a_refusal_of_a_question_about_something_else_has_no_nearest_passages(retriever: Retriever) -> None:
    assert ending(events_of(retriever, None, Question("quantum chromodynamics lattice"), REFUSING)).nearest == ()


def test_copies_are_cited_with_the_sentence_and_take_no_place_of_the_ranking(tmp_path: Path) -> None:
    index = small_retriever(tmp_path, pages=COPIED_PAGES)
    try:
        found = retrieve("When are expense claims due?", (), replace(ANSWERING, top_k=2), index)
        finished = ending(events_of(index, None, Question("When are expense claims due?")))
    finally:
        index.close()
    assert len(found.distinct) == 2
    assert [passage.copy_of for passage in found.passages if "claims" in passage.chunk.text] == [None, 1, 1]
    assert "[1, 2, 3]" in finished.text
    assert finished.text.count("Expense claims are due") == 1
    assert [passage.index for passage in finished.cited][:3] == [1, 2, 3]


def test_an_answer_shows_both_sides_of_a_conflict(tmp_path: Path) -> None:
    pages = {
        "meals.md": "# Meals\n\nMeals are refunded up to 28 EUR a day on trips.\n",
        "trips.md": "# Going by train\n\nOn trips, meals are refunded up to 35 EUR a day.\n",
    }
    index = small_retriever(tmp_path, pages=pages)
    try:
        question = Question("Up to how much are meals refunded on trips?")
        finished = ending(events_of(index, None, question))
        prompt = ScriptedLLMClient("Up to 28 EUR [1].")
        generated = ending(events_of(index, prompt, question))
    finally:
        index.close()
    assert "28 EUR" in finished.text
    assert "35 EUR" in finished.text
    assert {conflict.what for conflict in finished.conflicts} <= {"28 EUR / 35 EUR", "35 EUR / 28 EUR"}
    assert len(finished.conflicts) == len(generated.conflicts) == 1


def test_a_filter_keeps_to_its_documents_and_sources(retriever: Retriever) -> None:
    only = SearchFilter(document_ids=("leave/sick.md", "travel.txt"))
    found = retrieve(LEAVE.text, (), ANSWERING, retriever, only)
    assert {passage.chunk.document_id for passage in found.passages} == {"leave/sick.md", "travel.txt"}
    assert retrieve(LEAVE.text, (), ANSWERING, retriever, SearchFilter(sources=("elsewhere",))).passages == ()


@pytest.mark.parametrize(
    "question", ["\x00", "a\x00b", "😀 👩‍👩‍👧", "???", "ａｎｎｕａｌ", "the of and", "x" * 8000, "‮gnirts"]
)
def test_any_question_has_an_answer_of_some_kind(retriever: Retriever, question: str) -> None:
    finished = ending(events_of(retriever, None, Question(question)))
    assert finished.text


def test_a_busy_model_is_not_asked_and_the_answer_is_extractive(retriever: Retriever) -> None:
    llm = ScriptedLLMClient(GOOD)
    answerer = Answerer(retriever, llm, TEXTS, overload=Overloaded("busy", retry_after=3))
    events = run(collect(answer(LEAVE, ANSWERING, answerer)))
    assert llm.asked == []
    assert (ending(events).mode, ending(events).degraded_reason) == ("extractive", "overloaded")
    assert "25 days" in shown(events)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (GenerationError("the kettle is empty"), "unreachable"),
        (ModelLoading("the kettle is empty"), "loading"),
        (Overloaded("the kettle is empty", retry_after=3), "overloaded"),
    ],
)
def test_the_reason_for_an_extractive_answer_is_reported_and_its_cause_logged(
    retriever: Retriever, caplog: pytest.LogCaptureFixture, error: GenerationError, reason: str
) -> None:
    events = events_of(retriever, ScriptedLLMClient("never said", fail_after=0, error=error))
    started = events[0]
    assert isinstance(started, Started)
    assert (ending(events).degraded_reason, ending(events).model) == (reason, None)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == f"{started.answer_id}: extractive answer, model {reason}: the kettle is empty"


def test_an_empty_answer_is_a_reason_that_is_logged(retriever: Retriever, caplog: pytest.LogCaptureFixture) -> None:
    assert ending(events_of(retriever, ScriptedLLMClient("\n"))).degraded_reason == "empty"
    assert "extractive answer, model empty: it wrote nothing" in caplog.text


def test_a_busy_model_is_a_reason_that_is_logged(retriever: Retriever, caplog: pytest.LogCaptureFixture) -> None:
    answerer = Answerer(retriever, ScriptedLLMClient(GOOD), TEXTS, overload=Overloaded("40 wait", retry_after=3))
    run(collect(answer(LEAVE, ANSWERING, answerer)))
    assert "extractive answer, model overloaded: 40 wait" in caplog.text


def test_a_models_answer_has_the_models_name_and_no_reason(
    retriever: Retriever, caplog: pytest.LogCaptureFixture
) -> None:
    finished = ending(events_of(retriever, ScriptedLLMClient(GOOD)))
    assert (finished.model, finished.degraded_reason, finished.kind) == ("scripted", None, "answer")
    assert caplog.records == []


def test_a_refusal_is_of_its_own_kind(retriever: Retriever) -> None:
    assert ending(events_of(retriever, None, recipe=REFUSING)).kind == "refusal"


def test_an_answer_that_begins_with_a_short_refusal_is_checked(retriever: Retriever) -> None:
    llm = ScriptedLLMClient("No. Every colleague has 77 days of annual leave [1].")
    finished = run(collect(answer(LEAVE, ANSWERING, Answerer(retriever, llm, DomainTexts.of("No.")))))[-1]
    assert isinstance(finished, Finished)
    assert not finished.refused
    assert finished.grounding is not None
    assert [flag.text for flag in finished.grounding.flags] == ["77"]


@pytest.mark.parametrize(
    ("turn", "reply"),
    [
        ("thanks", DEFAULT_TEXTS["en"].thanks),
        ("Vielen Dank!", DEFAULT_TEXTS["de"].thanks),
        ("bonjour", DEFAULT_TEXTS["fr"].greeting),
        ("adiós", DEFAULT_TEXTS["es"].farewell),
    ],
)
def test_small_talk_has_a_short_reply_and_nothing_is_searched_for(turn: str, reply: str) -> None:
    nowhere = Retriever(None, None, None)  # type: ignore[arg-type]
    llm = ScriptedLLMClient(GOOD)
    started, delta, finished = run(collect(answer(Question(turn), ANSWERING, Answerer(nowhere, llm, TEXTS))))
    assert isinstance(started, Started)
    assert isinstance(delta, TextDelta)
    assert isinstance(finished, Finished)
    assert (started.passages, llm.asked) == ((), [])
    assert (delta.text, finished.text) == (reply, reply)
    assert (finished.kind, finished.refused, finished.degraded) == ("small_talk", False, False)
    assert (finished.grounding, finished.cited, finished.choices) == (None, (), ())


def test_a_refusal_is_in_the_language_of_the_question(retriever: Retriever) -> None:
    question = Question("Wie hoch ist der Siedepunkt von Wolfram?")
    finished = ending(events_of(retriever, None, question, REFUSING))
    assert (finished.text, finished.kind) == (DEFAULT_TEXTS["de"].refusal, "refusal")


def test_a_models_refusal_in_another_language_is_recognised(retriever: Retriever) -> None:
    finished = ending(events_of(retriever, ScriptedLLMClient(DEFAULT_TEXTS["fr"].refusal)))
    assert (finished.refused, finished.grounding) == (True, None)


LAPTOP = (Message("user", "Where do I report a lost laptop?"), Message("assistant", "At the security desk."))


def test_a_follow_up_is_rewritten_by_the_model_before_it_is_searched_for(retriever: Retriever) -> None:
    llm = ScriptedLLMClient("When do I report a lost laptop?")
    events = events_of(retriever, llm, Question("And when?", LAPTOP))
    rewriting, answering = llm.asked
    assert "User: And when?" in rewriting[-1].content
    assert answering[-1].content.endswith("Question: And when?")
    started = events[0]
    assert isinstance(started, Started)
    assert started.passages[0].chunk.document_id == "security/laptops.md"


@pytest.mark.parametrize("question", [Question(LEAVE.text, LAPTOP), Question("And when?"), Question("thanks", LAPTOP)])
def test_a_question_that_is_no_follow_up_is_not_rewritten(retriever: Retriever, question: Question) -> None:
    llm = ScriptedLLMClient(GOOD)
    events_of(retriever, llm, question)
    assert len(llm.asked) <= 1


def test_a_recipe_may_leave_follow_ups_to_the_rule(retriever: Retriever) -> None:
    llm = ScriptedLLMClient(GOOD)
    events_of(retriever, llm, Question("And when?", LAPTOP), replace(ANSWERING, rewrite_follow_ups=False))
    assert len(llm.asked) == 1


@pytest.mark.parametrize("recipe", [replace(ANSWERING, prompt="distilled"), replace(ANSWERING, model="a-distilled-8B")])
def test_a_distilled_model_is_asked_for_the_answer_alone(retriever: Retriever, recipe: Recipe) -> None:
    llm = ScriptedLLMClient(GOOD)
    events = events_of(retriever, llm, Question("And when?", LAPTOP), recipe)
    (answering,) = llm.asked
    assert answering[-1].content.endswith("Question: And when?")
    started = events[0]
    assert isinstance(started, Started)
    assert started.passages[0].chunk.document_id == "security/laptops.md"


def test_a_recipe_may_answer_a_question_without_a_topic_at_once(retriever: Retriever) -> None:
    question = Question("How do I report it?")
    finished = ending(events_of(retriever, None, question, replace(ANSWERING, clarify=False)))
    assert finished.kind == "answer"
