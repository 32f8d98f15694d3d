"""The events of an answer as OpenAI's objects."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.events import Finished, Started, TextDelta
from app.answer.evidence import CitedEvidence, SentenceSupport
from app.answer.types import CitationCounts
from app.api.chat.envelope import Envelope
from app.api.chat.responses import Answer, AnswerEnd, AnswerStart, ChatCompletion, ChatCompletionChunk
from app.grounding import check
from app.grounding.withhold import Withheld
from testing.passages import passages

STARTED = Started("answer-1", "generated", tuple(passages(2)))
TEXT = "Every colleague has 77 days [1]."
FINISHED = Finished(
    text=TEXT,
    mode="generated",
    degraded_reason=None,
    refused=False,
    finish_reason="stop",
    cited=STARTED.passages[:1],
    grounding=check(TEXT, ["Every colleague has 25 days."]),
    citations=CitationCounts(),
    timings_ms={"retrieve": 1.0, "total": 2.0},
    prompt_tokens=3,
    completion_tokens=4,
    withheld=(Withheld("Lunch is free.", ("term_absent",)),),
    support=(SentenceSupport(0, 32, 28, 1, CitedEvidence(0, 28, "Every colleague has 25 days.")),),
)


def envelope() -> Envelope:
    return Envelope("groundwork", "default", STARTED, "conversation-1")


def json_of(event: bytes) -> dict[str, Any]:
    assert event.startswith(b"data: ")
    assert event.endswith(b"\n\n")
    assert event.count(b"\n") == 2
    assert b"\r" not in event
    body: dict[str, Any] = json.loads(event.removeprefix(b"data: "))
    return body


def chunk_of(event: bytes) -> ChatCompletionChunk:
    return ChatCompletionChunk.model_validate(json_of(event), extra="forbid")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_chunk_has_the_text_whatever_it_is(text: str) -> None:
    chunk = chunk_of(envelope().text(TextDelta(text)))
    assert chunk.choices[0].delta.content == text
    assert chunk.groundwork is None


@pytest.mark.parametrize("text", ["a\r\nb\rc\nd", "\x00", "\u2028\u2029", 'data: {"error": {}}\n\n', "\\u0000"])
def test_text_cannot_end_its_event(text: str) -> None:
    assert chunk_of(envelope().text(TextDelta(text))).choices[0].delta.content == text


def test_the_chunks_of_an_answer_have_one_frame() -> None:
    made = envelope()
    events = [made.first(), made.text(TextDelta("Yes.")), made.last(FINISHED), made.usage(FINISHED)]
    frames = {(chunk.id, chunk.object, chunk.created, chunk.model) for chunk in map(chunk_of, events)}
    assert len(frames) == 1
    assert frames.pop()[::3] == ("answer-1", "groundwork")


def test_the_first_chunk_has_the_passages() -> None:
    body = json_of(envelope().first())
    extra = AnswerStart.model_validate(body["groundwork"], extra="forbid")
    assert [passage.index for passage in extra.passages] == [1, 2]
    assert body["choices"] == [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]


def test_the_finish_chunk_has_everything_but_the_passages() -> None:
    body = json_of(envelope().last(FINISHED))
    extra = AnswerEnd.model_validate(body["groundwork"], extra="forbid")
    assert set(body["groundwork"]) == set(AnswerEnd.model_fields)
    assert (extra.kind, extra.refused, extra.degraded, extra.degraded_reason) == ("answer", False, False, None)
    assert (extra.choices, extra.conflicts, extra.nearest) == ([], [], [])
    assert extra.grounding is not None
    assert [flag.text for flag in extra.grounding.flags] == ["77"]
    evidence = {"start": 0, "end": 28, "text": "Every colleague has 25 days."}
    support = {"start": 0, "end": 32, "marker": 28, "index": 1, "evidence": evidence}
    assert body["groundwork"]["support"] == [support]
    assert body["choices"] == [{"index": 0, "delta": {}, "finish_reason": "stop"}]
    assert "Lunch" not in json.dumps(body)


def test_only_the_last_chunk_has_the_usage() -> None:
    body = json_of(envelope().usage(FINISHED))
    assert body["choices"] == []
    assert body["usage"] == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    assert "usage" not in json_of(envelope().last(FINISHED))


def test_a_completion_has_the_fields_of_both_chunks() -> None:
    body = envelope().completion(FINISHED).model_dump()
    ChatCompletion.model_validate(body, extra="forbid")
    assert set(body["groundwork"]) == set(Answer.model_fields) == set(AnswerEnd.model_fields) | {"passages"}
    end = json_of(envelope().last(FINISHED))["groundwork"]
    assert {name: value for name, value in body["groundwork"].items() if name != "passages"} == end
