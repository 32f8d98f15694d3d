"""A guard before a real vLLM: what vLLM adds to OpenAI's API passes, and its answers are checked."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from testing.guard import RunningGuard, running_guard
from testing.serving.examples import Message
from testing.serving.launched import wait_until
from testing.serving.vllm_server import NOTICED_SECONDS, VllmServer

LONG = 3000


@pytest.fixture(scope="module")
def guard(vllm_server: VllmServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGuard]:
    log: Path = tmp_path_factory.mktemp("guard") / "log"
    with running_guard(vllm_server.base_url, log) as running:
        yield running


@pytest.fixture(scope="module")
def client(guard: RunningGuard) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{guard.url}/v1", api_key="none", max_retries=0, timeout=120) as client:
        yield client


def asked(vllm_server: VllmServer, conversation: list[Message], **more: Any) -> dict[str, Any]:
    """A learned request without its answer: the app's own prompt, with numbered passages."""
    messages = conversation[:-1]
    return {"model": vllm_server.model, "messages": messages, "max_tokens": 200, "temperature": 0, **more}


def test_a_learned_answer_streams_word_for_word_and_is_supported_by_the_passages_in_its_prompt(
    client: openai.OpenAI, vllm_server: VllmServer, app_conversations: list[list[Message]]
) -> None:
    conversation = app_conversations[0]
    request = asked(vllm_server, conversation, stream_options={"include_usage": True}, logprobs=True)
    chunks = list(client.chat.completions.create(stream=True, **request))
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert text == conversation[-1]["content"]
    (field,) = [chunk.model_extra["groundwork"] for chunk in chunks if "groundwork" in (chunk.model_extra or {})]
    assert field["grounding"]["supported"]
    assert {context["mark"] for context in field["contexts"]} == {"Sources:"}
    assert chunks[-1].usage is not None
    assert any(choice.logprobs for chunk in chunks for choice in chunk.choices)
    del request["stream_options"]
    whole = client.chat.completions.create(**request)
    assert whole.choices[0].message.content == text
    assert (whole.model_extra or {})["groundwork"]["grounding"] == field["grounding"]


def test_each_of_several_answers_is_checked_and_what_is_made_up_is_withheld(
    client: openai.OpenAI, vllm_server: VllmServer, app_conversations: list[list[Message]]
) -> None:
    request = asked(vllm_server, app_conversations[0], n=2, extra_body={"groundwork": {"policy": "withhold"}})
    hot = client.chat.completions.create(**request | {"temperature": 2.0, "max_tokens": 80})
    verdicts = (hot.model_extra or {})["groundwork"]["choices"]
    assert [verdict["index"] for verdict in verdicts] == [0, 1]
    assert any(verdict["withheld"] for verdict in verdicts)
    assert all(verdict["refused"] or verdict["grounding"]["supported"] for verdict in verdicts)


def test_other_paths_and_errors_are_those_of_vllm(
    client: openai.OpenAI, guard: RunningGuard, vllm_server: VllmServer
) -> None:
    assert [model.id for model in client.models.list()] == [vllm_server.model]
    with guard.client() as http:
        counted = http.post("/tokenize", json={"model": vllm_server.model, "prompt": "How much leave?"}).json()
    assert counted["count"] > 0
    with pytest.raises(openai.NotFoundError, match="does not exist"):
        client.chat.completions.create(model="other", messages=[{"role": "user", "content": "x"}])


def test_a_client_who_leaves_cancels_the_request_to_vllm(client: openai.OpenAI, vllm_server: VllmServer) -> None:
    before = vllm_server.metrics()
    request: dict[str, Any] = {
        "model": vllm_server.model,
        "messages": [{"role": "user", "content": "Write a very long story."}],
        "stream": True,
        "temperature": 2.0,
        "max_tokens": LONG,
        "extra_body": {"ignore_eos": True},
    }
    stream: Any = client.chat.completions.create(**request)
    for _, _chunk in zip(range(5), stream, strict=False):
        pass
    with vllm_server.paused():
        stream.close()
        time.sleep(NOTICED_SECONDS)
    assert wait_until(vllm_server.is_at_rest, seconds=60)
    assert vllm_server.metrics().generated_tokens - before.generated_tokens < LONG * 3 / 4
