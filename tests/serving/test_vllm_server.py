import time
from pathlib import Path
from typing import cast

import httpx2
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam

from app.service.load import COUNTERS, read_sample
from core.errors import ServingError
from testing.documented import vllm_metrics
from testing.serving.examples import Example, render
from testing.serving.launched import wait_until
from testing.serving.vllm_server import NOTICED_SECONDS, VllmServer, running_vllm

LONG_ANSWER_TOKENS = 3000


@pytest.fixture(scope="module")
def client(vllm_server: VllmServer) -> OpenAI:
    return OpenAI(base_url=vllm_server.base_url, api_key="none", max_retries=0)


def prompt(example: Example) -> list[ChatCompletionMessageParam]:
    return cast(list[ChatCompletionMessageParam], render(example)[:-1])


def ask(client: OpenAI, example: Example) -> tuple[str, str]:
    """The answer and vLLM's reason for its end."""
    completion = client.chat.completions.create(model="tiny", messages=prompt(example), temperature=0, max_tokens=256)
    choice = completion.choices[0]
    return choice.message.content or "", choice.finish_reason


def test_it_serves_one_model_named_tiny(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["tiny"]


def test_it_answers_a_learned_question_with_its_sentence_and_marker_and_stops(
    client: OpenAI, examples: list[Example]
) -> None:
    assert [ask(client, example) for example in examples] == [(example.answer, "stop") for example in examples]


def test_it_streams_the_same_answer_in_many_pieces(client: OpenAI, examples: list[Example]) -> None:
    stream = client.chat.completions.create(
        model="tiny", messages=prompt(examples[0]), temperature=0, max_tokens=256, stream=True
    )
    pieces = [chunk.choices[0].delta.content or "" for chunk in stream]
    assert "".join(pieces) == examples[0].answer
    assert sum(bool(piece) for piece in pieces) > 5


def test_it_counts_the_tokens_and_the_answers_that_it_gave(
    client: OpenAI, vllm_server: VllmServer, examples: list[Example]
) -> None:
    before = vllm_server.metrics()
    ask(client, examples[0])
    after = vllm_server.metrics()
    assert after.finished["stop"] == before.finished["stop"] + 1
    assert after.generated_tokens > before.generated_tokens + 5


def test_it_reports_the_few_counters_that_the_app_reads_when_they_are_named(vllm_server: VllmServer) -> None:
    """All of them take it ten times as long, on the event loop that its streams need."""
    everything = httpx2.get(f"{vllm_server.url}/metrics", verify=False).text
    few = httpx2.get(f"{vllm_server.url}/metrics/", params={"name[]": COUNTERS}, verify=False).text
    assert len(few) < len(everything) / 10
    assert read_sample(few, 0.0) == read_sample(everything, 0.0)


def test_it_has_the_metrics_that_the_dashboard_and_the_alerts_read(vllm_server: VllmServer) -> None:
    exported = httpx2.get(f"{vllm_server.url}/metrics", verify=False).text
    assert [name for name in vllm_metrics() if name not in exported] == []


def test_it_aborts_the_request_of_a_client_that_goes_away(client: OpenAI, vllm_server: VllmServer) -> None:
    before = vllm_server.metrics()
    stream = client.chat.completions.create(
        model="tiny",
        messages=[{"role": "user", "content": "Hello"}],
        max_tokens=LONG_ANSWER_TOKENS,
        extra_body={"ignore_eos": True},
        stream=True,
    )
    # One chunk: beside other tests this one may get so little time that the model has finished before the fifth.
    next(stream)
    with vllm_server.paused():
        stream.close()
        time.sleep(NOTICED_SECONDS)
    assert wait_until(vllm_server.is_at_rest, seconds=60)
    after = vllm_server.metrics()
    assert after.finished == before.finished
    assert after.generated_tokens - before.generated_tokens < LONG_ANSWER_TOKENS


def test_a_server_that_cannot_start_shows_the_end_of_its_log(vllm_python: Path, tmp_path: Path) -> None:
    empty = tmp_path / "no-checkpoint-here"
    empty.mkdir()
    with (
        pytest.raises(ServingError, match=r"ended with status 1:[\s\S]*no-checkpoint-here"),
        running_vllm(empty, tmp_path / "vllm.log", vllm_python),
    ):
        pass
