"""The whole answer path on a real vLLM: streaming, citations, grounding, cancellation, and vLLM's death."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openai import OpenAI

from core.settings import Settings
from testing.serving.app_service import LEARNED_QUESTIONS, running_app
from testing.serving.examples import Message
from testing.serving.launched import wait_until
from testing.serving.vllm_server import NOTICED_SECONDS, VllmServer

LONG = 3000


@pytest.fixture(scope="module")
def app_url(app_settings: Settings, vllm_server: VllmServer) -> Iterator[str]:
    with running_app(app_settings, vllm_server.base_url, vllm_server.model) as url:
        yield url


@pytest.fixture(scope="module")
def client(app_url: str) -> OpenAI:
    return OpenAI(base_url=f"{app_url}/v1", api_key="none", max_retries=0, timeout=120)


def chunks_of(client: OpenAI, question: str, **settings: Any) -> list[Any]:
    stream = client.chat.completions.create(
        model="groundwork", messages=[{"role": "user", "content": question}], stream=True, **settings
    )
    return list(stream)


def text_of(chunks: list[Any]) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


@pytest.mark.parametrize("position", range(len(LEARNED_QUESTIONS)))
def test_a_learned_answer_comes_through_word_for_word(
    client: OpenAI, app_conversations: list[list[Message]], position: int
) -> None:
    answer = client.chat.completions.create(
        model="groundwork", messages=[{"role": "user", "content": LEARNED_QUESTIONS[position]}]
    )
    assert answer.choices[0].message.content == app_conversations[position][-1]["content"]
    assert answer.usage is not None
    assert answer.usage.completion_tokens > 0
    assert (answer.model_extra or {})["groundwork"]["mode"] == "generated"


def test_an_answer_streams_in_many_pieces_with_passages_first_and_the_verdict_last(client: OpenAI) -> None:
    chunks = chunks_of(client, LEARNED_QUESTIONS[0], stream_options={"include_usage": True})
    first, *middle, last, usage = chunks
    assert len(middle) > 5
    assert first.groundwork["passages"]
    assert first.choices[0].delta.content == ""
    assert last.choices[0].finish_reason == "stop"
    assert last.groundwork["mode"] == "generated"
    assert not last.groundwork["degraded"]
    assert set(last.groundwork["timings_ms"]) >= {"retrieve", "first_word", "total"}
    assert usage.choices == []
    assert usage.usage.completion_tokens >= len(middle) - 1


def test_a_citation_resolves_to_the_passage_that_the_model_was_given(client: OpenAI) -> None:
    chunks = chunks_of(client, LEARNED_QUESTIONS[1])
    passages = {passage["index"]: passage for passage in chunks[0].groundwork["passages"]}
    cited = chunks[-1].groundwork["citations"]
    assert cited
    assert all(passage == passages[passage["index"]] for passage in cited)
    assert f"[{cited[0]['index']}]" in text_of(chunks)


def test_a_sentence_copied_from_a_source_is_grounded(client: OpenAI) -> None:
    report = chunks_of(client, LEARNED_QUESTIONS[0])[-1].groundwork["grounding"]
    assert report["supported"]
    assert report["flags"] == []


def test_what_a_confused_model_makes_up_is_flagged(client: OpenAI) -> None:
    chunks = chunks_of(client, "What is the weather on Mars?", temperature=2.0, max_tokens=120)
    report = chunks[-1].groundwork["grounding"]
    text = text_of(chunks)
    assert report["flags"]
    assert all(text[flag["start"] : flag["end"]] == flag["text"] for flag in report["flags"])


def leave_a_story(client: OpenAI, vllm_server: VllmServer) -> None:
    """Read the first pieces of a long answer, and go."""
    stream = client.chat.completions.create(
        model="groundwork",
        messages=[{"role": "user", "content": "Write a very long story."}],
        stream=True,
        temperature=2.0,
        max_tokens=LONG,
    )
    pieces = 0
    for chunk in stream:
        pieces += bool(chunk.choices and chunk.choices[0].delta.content)
        if pieces == 5:
            break
    with vllm_server.paused():
        stream.close()
        time.sleep(NOTICED_SECONDS)


def test_a_reader_who_leaves_cancels_the_request_to_vllm(client: OpenAI, vllm_server: VllmServer) -> None:
    for _ in range(10):
        before = vllm_server.metrics()
        leave_a_story(client, vllm_server)
        # On a busy machine it takes seconds until the service notices; without a cancellation nearly all tokens come.
        assert wait_until(vllm_server.is_at_rest, seconds=60)
        after = vllm_server.metrics()
        assert after.generated_tokens - before.generated_tokens < LONG * 3 / 4
        # A hot model may end a story by chance. vLLM counts that, and a cancelled request as nothing.
        if after.finished == before.finished:
            return
    raise AssertionError("ten stories in a row ended before their reader left")


def test_a_killed_vllm_takes_its_workers_with_it_and_the_documents_answer(
    client: OpenAI, doomed_vllm_server: VllmServer
) -> None:
    alive = chunks_of(client, LEARNED_QUESTIONS[2])[-1].groundwork
    assert (alive["mode"], alive["degraded"]) == ("generated", False)
    group = doomed_vllm_server.process_group
    assert len(living_processes(group)) > 1
    doomed_vllm_server.kill()
    began = time.monotonic()
    dead = chunks_of(client, LEARNED_QUESTIONS[2])[-1].groundwork
    assert (dead["mode"], dead["degraded"], dead["refused"]) == ("extractive", True, False)
    assert dead["citations"]
    assert dead["grounding"] is None
    assert time.monotonic() - began < 10
    assert wait_until(lambda: not living_processes(group), seconds=10)
    assert not doomed_vllm_server.is_healthy()
    with pytest.raises(httpx2.ConnectError):
        doomed_vllm_server.metrics()


def living_processes(group: int) -> list[str]:
    """Return the command names of the processes of a group, without those that wait to be reaped."""
    names = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            before, _, after = path.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue  # It ended while we looked.
        state, _, its_group = after.split()[:3]
        if int(its_group) == group and state != "Z":
            names.append(before.partition("(")[2])
    return names
