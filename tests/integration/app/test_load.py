"""A busy model, as the app sees it: 503 with Retry-After, or the extractive answer, as its domain has it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from testing.handbook import write_domain
from testing.model_server import Busy, ModelServer, Script
from testing.processes import environment, serving

QUESTION = {"messages": [{"role": "user", "content": "How many days of annual leave does every colleague have?"}]}
OVERLOADED = Busy(waiting=40, begun=4.0)
IDLE = Busy()
_PATIENCE_SECONDS = 20.0


@contextmanager
def service_that(folder: Path, model_server: ModelServer, embedding_url: str, answer: str) -> Iterator[httpx2.Client]:
    """Run a service that answers as named when its model is busy: `refuse` or `extract`."""
    env = environment(
        folder / "data",
        write_domain(folder / "team", refuse_below=0.0, recipes=f'[overload]\nttft_ms = 2000\nanswer = "{answer}"\n'),
        LLM_BASE_URL=model_server.url,
        LLM_MODEL="tiny",
        EMBEDDING_BASE_URL=embedding_url,
        EMBEDDING_MODEL="hash",
    )
    with serving(env, folder / "log") as service:
        service.ingest()
        with service.client() as http:
            yield http


def sample(http: httpx2.Client, name: str, **labels: str) -> float:
    families = text_string_to_metric_families(http.get("/metrics").text)
    found = [each.value for family in families for each in family.samples if (each.name, each.labels) == (name, labels)]
    return found[0] if found else 0.0


def wait_for_expectation(http: httpx2.Client, low: float, high: float) -> None:
    """Until the service expects a first token within these seconds."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        expected = sample(http, "groundwork_model_expected_first_token_seconds")
        if low <= expected <= high:
            return
        time.sleep(0.1)
    raise AssertionError(f"the service expects {expected} s")


@pytest.fixture
def vllm_like(model_server: ModelServer) -> ModelServer:
    """Return the model server with vLLM's counters, without a queue."""
    model_server.busy = IDLE
    return model_server


@pytest.fixture(scope="module")
def services(
    tmp_path_factory: pytest.TempPathFactory, _one_model_server: ModelServer, embedding_url: str
) -> Iterator[Mapping[str, httpx2.Client]]:
    """One service for each answer to a question while the model is busy."""
    with ExitStack() as stack:
        _one_model_server.busy = IDLE
        yield {
            answer: stack.enter_context(
                service_that(tmp_path_factory.mktemp(answer), _one_model_server, embedding_url, answer)
            )
            for answer in ("refuse", "extract")
        }


@pytest.fixture
def refusing(services: Mapping[str, httpx2.Client], vllm_like: ModelServer) -> httpx2.Client:
    """Return the service that refuses, after it has seen that nothing waits."""
    wait_for_expectation(services["refuse"], 0, 2)
    return services["refuse"]


@pytest.fixture
def extracting(services: Mapping[str, httpx2.Client], vllm_like: ModelServer) -> httpx2.Client:
    """Return the service that answers with its documents, after it has seen that nothing waits."""
    wait_for_expectation(services["extract"], 0, 2)
    return services["extract"]


def count_shed(http: httpx2.Client, answer: str) -> float:
    """Return how many questions were answered so since the service started."""
    return sample(http, "groundwork_questions_shed_total", answer=answer)


def test_a_question_to_an_overloaded_model_is_rejected_with_the_seconds_to_wait(
    refusing: httpx2.Client, vllm_like: ModelServer
) -> None:
    assert refusing.post("/v1/chat/completions", json=QUESTION).status_code == 200
    before = count_shed(refusing, "refuse")
    vllm_like.busy = OVERLOADED
    wait_for_expectation(refusing, 5, 15)
    sent = len(vllm_like.requests)

    for stream in (False, True):
        refused = refusing.post("/v1/chat/completions", json={**QUESTION, "stream": stream})
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "overloaded"
        assert 3 <= int(refused.headers["retry-after"]) <= 15
    assert len(vllm_like.requests) == sent
    assert count_shed(refusing, "refuse") == before + 2
    assert refusing.post("/v1/search", json={"query": "annual leave"}).status_code == 200

    vllm_like.busy = IDLE
    wait_for_expectation(refusing, 0, 2)
    assert refusing.post("/v1/chat/completions", json=QUESTION).json()["groundwork"]["mode"] == "generated"


def test_a_domain_that_prefers_it_answers_with_its_documents_meanwhile(
    extracting: httpx2.Client, vllm_like: ModelServer
) -> None:
    labels = {"mode": "extractive", "recipe": "default", "arm": "", "outcome": "degraded"}
    shed, answered = count_shed(extracting, "extract"), sample(extracting, "groundwork_answers_total", **labels)
    vllm_like.busy = OVERLOADED
    wait_for_expectation(extracting, 5, 15)
    sent = len(vllm_like.requests)
    answer = extracting.post("/v1/chat/completions", json=QUESTION).json()["groundwork"]
    assert (answer["mode"], answer["degraded"], answer["refused"]) == ("extractive", True, False)
    assert answer["degraded_reason"] == "overloaded"
    assert answer["citations"]
    assert len(vllm_like.requests) == sent
    assert count_shed(extracting, "extract") == shed + 1
    assert sample(extracting, "groundwork_answers_total", **labels) == answered + 1


FULL = Script(status=503, error={"error": {"message": "busy", "code": 503}}, headers={"Retry-After": "7"})
"""What vLLM answers beyond --max-num-queued-reqs; the app's counters have not seen it yet."""


@pytest.mark.parametrize("stream", [False, True])
def test_a_question_that_the_model_server_rejects_itself_is_rejected_by_the_service(
    refusing: httpx2.Client, vllm_like: ModelServer, stream: bool
) -> None:
    vllm_like.script = FULL
    before = count_shed(refusing, "refuse")
    refused = refusing.post("/v1/chat/completions", json={**QUESTION, "stream": stream})
    if stream:
        # The passages were sent before the model was asked.
        first, error, done = refused.text.strip().split("\n\n")
        assert '"passages"' in first
        assert '"code":"overloaded"' in error
        assert done == "data: [DONE]"
    else:
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "7")
        assert refused.json()["error"]["code"] == "overloaded"
    assert count_shed(refusing, "refuse") == before + 1


def test_a_question_that_the_model_server_rejects_itself_has_an_extractive_answer(
    extracting: httpx2.Client, vllm_like: ModelServer
) -> None:
    vllm_like.script = FULL
    before = count_shed(extracting, "extract")
    answer = extracting.post("/v1/chat/completions", json=QUESTION).json()["groundwork"]
    assert (answer["mode"], answer["degraded"], answer["refused"]) == ("extractive", True, False)
    assert answer["degraded_reason"] == "overloaded"
    assert count_shed(extracting, "extract") == before + 1


def test_a_server_without_vllms_counters_is_sent_every_question(
    tmp_path: Path, model_server: ModelServer, embedding_url: str
) -> None:
    with service_that(tmp_path, model_server, embedding_url, "refuse") as http:
        for _ in range(3):
            assert http.post("/v1/chat/completions", json=QUESTION).json()["groundwork"]["mode"] == "generated"
        assert count_shed(http, "refuse") == 0
