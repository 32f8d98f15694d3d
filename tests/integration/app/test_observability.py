"""Traces by OTLP and the log as JSON, of a service in its own process with a model and a collector."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from core.logs import FIELDS
from testing.handbook import SECRET, write_domain
from testing.model_server import ModelServer, Script
from testing.otlp_receiver import OtlpReceiver, ReceivedSpan, running_otlp_receiver
from testing.processes import Serving, environment, serving
from testing.reranking_server import reranking_server

CHAT = "/v1/chat/completions"
ROOT = f"POST {CHAT}"
QUESTION = "How many days of annual leave does every colleague have?"
BODY = {"messages": [{"role": "user", "content": QUESTION}]}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
FAILED = 2
CLIENT = 3


@pytest.fixture(scope="module")
def receiver() -> Iterator[OtlpReceiver]:
    with running_otlp_receiver() as running:
        yield running


@pytest.fixture(scope="module")
def reranker_url() -> Iterator[str]:
    with reranking_server() as server:
        yield server.base_url


@pytest.fixture(scope="module")
def traced(
    tmp_path_factory: pytest.TempPathFactory,
    _one_model_server: ModelServer,
    embedding_url: str,
    reranker_url: str,
    receiver: OtlpReceiver,
) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("traced")
    env = environment(
        folder / "data",
        write_domain(folder / "team", refuse_below=0.0, recipes='[recipes.retry]\ngrounding = "retry"\n'),
        LLM_BASE_URL=_one_model_server.url,
        LLM_API_KEY=SECRET,
        EMBEDDING_BASE_URL=embedding_url,
        EMBEDDING_MODEL="hash",
        RERANKER_BASE_URL=reranker_url,
        GROUNDWORK_LOG_FORMAT="json",
        OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
        OTEL_EXPORTER_OTLP_HEADERS="x-api-key=a%20key",
        OTEL_SERVICE_NAME="handbook",
        OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=test",
        OTEL_BSP_SCHEDULE_DELAY="100",
    )
    with serving(env, folder / "log") as running:
        running.ingest()
        yield running


@pytest.fixture(scope="module")
def client(traced: Serving) -> Iterator[httpx2.Client]:
    with traced.client() as http:
        yield http


def lines(service: Serving) -> list[dict[str, Any]]:
    return [json.loads(line) for line in service.log.read_text(encoding="utf-8").splitlines()]


def new_trace(number: int) -> tuple[str, dict[str, str]]:
    """Return the id of a trace, and the headers of a client that has begun it."""
    trace_id = f"{TRACE[:-4]}{number:04x}"
    return trace_id, {"traceparent": f"00-{trace_id}-{PARENT}-01"}


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_has_a_span_for_each_stage_in_the_clients_trace_which_the_model_continues(
    client: httpx2.Client, model_server: ModelServer, receiver: OtlpReceiver, stream: bool
) -> None:
    trace_id, headers = new_trace(1 + stream)
    assert client.post(CHAT, json={**BODY, "stream": stream}, headers=headers).status_code == 200

    spans = receiver.trace(trace_id, ROOT)
    (root,), (answer,), (generate,), (chat,) = (spans[name] for name in (ROOT, "answer", "generate", "chat tiny"))
    searching = {"clarify", "retrieve", "encode", "search", "rank", "rerank", "conflicts"}
    assert spans.keys() == searching | {
        ROOT,
        "answer",
        "prompt",
        "policy",
        "generate",
        "chat tiny",
        "ground",
        "support",
    }
    assert root.parent_id == PARENT
    assert answer.parent_id == root.span_id
    assert generate.parent_id == spans["policy"][0].span_id
    assert (chat.parent_id, chat.kind) == (generate.span_id, CLIENT)
    assert spans["encode"][0].parent_id == spans["retrieve"][0].span_id
    assert model_server.traceparents == [f"00-{trace_id}-{chat.span_id}-01"]
    assert answer.seconds >= generate.seconds >= chat.seconds > 0
    assert all("groundwork.cancelled" not in span.attributes for (span, *_) in spans.values())


def test_the_call_of_the_model_has_the_attributes_of_the_semantic_conventions(
    client: httpx2.Client, model_server: ModelServer, receiver: OtlpReceiver
) -> None:
    trace_id, headers = new_trace(3)
    client.post(CHAT, json=BODY, headers=headers)

    (chat,) = receiver.trace(trace_id, ROOT)["chat tiny"]
    assert chat.attributes["gen_ai.response.time_to_first_chunk"] > 0
    assert {name: value for name, value in chat.attributes.items() if "time_to" not in name} == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "tiny",
        "gen_ai.request.stream": True,
        "gen_ai.request.temperature": 0.0,
        "gen_ai.request.max_tokens": 512,
        "gen_ai.response.model": "tiny",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 120,
        "gen_ai.usage.output_tokens": 12,
        "server.address": "127.0.0.1",
        "server.port": int(model_server.url.split(":")[2].removesuffix("/v1")),
    }


def test_a_second_attempt_of_the_policy_is_a_second_call_of_the_model(
    client: httpx2.Client, model_server: ModelServer, receiver: OtlpReceiver
) -> None:
    trace_id, headers = new_trace(4)
    wrong = ("Every colleague has 77 days of annual leave a year [1].",)
    model_server.script = Script(pieces=wrong, then=Script())
    client.post(CHAT, json={**BODY, "model": "groundwork:retry"}, headers=headers)

    spans = receiver.trace(trace_id, ROOT)
    assert len(spans["generate"]) == len(spans["chat tiny"]) == 2
    assert {span.parent_id for span in spans["ground"]} == {spans["policy"][0].span_id}


def test_a_follow_up_that_the_model_rewrites_has_a_span_around_that_call(
    client: httpx2.Client, model_server: ModelServer, receiver: OtlpReceiver
) -> None:
    trace_id, headers = new_trace(10)
    model_server.script = Script(pieces=("How many days of sick leave?",), then=Script())
    turns = [*BODY["messages"], {"role": "assistant", "content": "25."}, {"role": "user", "content": "And sick leave?"}]
    client.post(CHAT, json={"messages": turns}, headers=headers)

    spans = receiver.trace(trace_id, ROOT)
    (rewrite,), (generate,) = spans["rewrite"], spans["generate"]
    assert [span.parent_id for span in spans["chat tiny"]] == [rewrite.span_id, generate.span_id]


def test_the_extractive_answer_in_place_of_the_models_has_a_span(
    client: httpx2.Client, model_server: ModelServer, receiver: OtlpReceiver
) -> None:
    trace_id, headers = new_trace(11)
    model_server.script = Script(status=500, error={"error": {"message": "broken"}})
    client.post(CHAT, json=BODY, headers=headers)

    spans = receiver.trace(trace_id, ROOT)
    (answer,) = spans["answer"]
    assert [span.parent_id for span in spans["extract"]] == [answer.span_id]
    assert (answer.attributes["groundwork.mode"], answer.attributes["groundwork.degraded_reason"]) == (
        "extractive",
        "unreachable",
    )
    assert spans["chat tiny"][0].attributes["error.type"] == "GenerationError"


def test_a_client_that_leaves_ends_the_spans_as_cancelled_and_is_counted(
    client: httpx2.Client, model_server: ModelServer, receiver: OtlpReceiver
) -> None:
    trace_id, headers = new_trace(5)
    model_server.script = Script(pieces=("Every colleague ", "has 25 days."), stall_after=1)
    with client.stream("POST", CHAT, json={**BODY, "stream": True}, headers=headers):
        assert model_server.stalling.wait(10)

    spans = receiver.trace(trace_id, ROOT)
    cancelled = [name for name, (span, *_) in spans.items() if span.attributes.get("groundwork.cancelled")]
    assert {"answer", "policy", "generate", "chat tiny"} <= set(cancelled)
    assert all(span.status != FAILED for (span, *_) in spans.values())
    metrics = client.get("/metrics").text
    assert "groundwork_answers_cancelled_total 1.0" in metrics
    assert "groundwork_answers_in_progress 0.0" in metrics


def test_an_answer_that_the_model_breaks_off_ends_its_spans_with_the_error(
    client: httpx2.Client, model_server: ModelServer, receiver: OtlpReceiver
) -> None:
    trace_id, headers = new_trace(6)
    model_server.script = Script(pieces=("Every colleague ", "has 25 days."), die_after=1)
    events = client.post(CHAT, json={**BODY, "stream": True}, headers=headers).text
    assert "model_unavailable" in events

    spans = receiver.trace(trace_id, ROOT)
    failed = {name: span.attributes["error.type"] for name, (span, *_) in spans.items() if span.status == FAILED}
    assert failed == dict.fromkeys(("chat tiny", "generate", "policy", "answer"), "GenerationError")
    assert 'groundwork_answers_failed_total{code="model_unavailable"} 1.0' in client.get("/metrics").text


def test_a_refused_request_has_a_span_and_a_probe_has_none(client: httpx2.Client, receiver: OtlpReceiver) -> None:
    trace_id, headers = new_trace(7)
    client.get("/ready", headers=headers)
    client.post(CHAT, json={"messages": []}, headers=headers)

    assert receiver.trace(trace_id, ROOT).keys() == {ROOT}
    (root,) = receiver.trace(trace_id, ROOT)[ROOT]
    assert root.attributes["http.response.status_code"] == 400
    assert (root.attributes["http.route"], root.status) == (CHAT, 0)


def test_an_ingestion_job_has_a_span_for_each_of_its_stages(traced: Serving, receiver: OtlpReceiver) -> None:
    def is_job(span: ReceivedSpan) -> bool:
        return span.name == "ingest" and span.attributes.get("groundwork.ingest.created", 0) > 0

    job = receiver.wait_for(is_job)
    spans = receiver.trace(job.trace_id, "ingest")
    assert {"ingest listing", "ingest reading", "ingest embedding", "ingest writing"} <= spans.keys()
    assert all(len(found) == 1 for name, found in spans.items() if name.startswith("ingest "))
    assert job.attributes["groundwork.ingest.status"] == "done"
    (reading,) = spans["ingest reading"]
    assert reading.parent_id == job.span_id
    assert 0 <= reading.attributes["groundwork.busy_seconds"] <= job.seconds


def test_the_service_and_its_environment_name_the_traces(client: httpx2.Client, receiver: OtlpReceiver) -> None:
    assert set(receiver.paths) == {"/v1/traces"}
    assert receiver.headers[-1]["x-api-key"] == "a key"
    assert receiver.resource["service.name"] == "handbook"
    assert receiver.resource["deployment.environment.name"] == "test"


def test_no_span_and_no_line_has_a_text(
    traced: Serving, client: httpx2.Client, model_server: ModelServer, receiver: OtlpReceiver
) -> None:
    trace_id, headers = new_trace(8)
    model_server.script = Script(pieces=("Every colleague has 77 zeppelins.",))
    client.post(CHAT, json=BODY, headers=headers)
    receiver.trace(trace_id, ROOT)

    for seen in (b"".join(receiver.bodies), traced.log.read_bytes()):
        for text in (b"zeppelins", b"annual leave", b"How many days", b"Every colleague"):
            assert text not in seen


def test_every_line_of_the_log_is_json_with_known_fields(traced: Serving) -> None:
    written = lines(traced)
    assert written[0]["message"].startswith("Groundwork is at http://")
    for line in written:
        assert list(line) == [field for field in FIELDS if field in line], line
        assert {"time", "level", "logger", "message"} <= line.keys()


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [("abc-DEF_1.23456", True), ("short", False), ("two words here", False), ("x" * 65, False), ('a"b"c"d"e"', False)],
)
def test_a_well_formed_request_id_of_the_client_is_kept(client: httpx2.Client, given: str, is_kept: bool) -> None:
    found = client.get("/v1/models", headers={"X-Request-Id": given}).headers["x-request-id"]
    assert (found == given) is is_kept
    assert found.startswith(("request-", "abc-"))


def test_each_line_of_a_request_has_the_id_that_the_client_gets_and_those_of_trace_and_answer(
    traced: Serving, client: httpx2.Client, model_server: ModelServer
) -> None:
    trace_id, headers = new_trace(9)
    model_server.script = Script(status=500, error={"error": {"message": "the kettle is empty"}})
    response = client.post(CHAT, json={**BODY, "stream": True}, headers=headers)
    request_id = response.headers["x-request-id"]
    answer_id = json.loads(response.text.split("data: ")[1])["id"]

    logged, access = written_for(traced, request_id)
    assert "the kettle is empty" in logged["message"]
    assert (access["method"], access["path"], access["status"], access["client"]) == ("POST", CHAT, 200, "127.0.0.1")
    for line in (logged, access):
        assert (line["trace_id"], line["answer_id"]) == (trace_id, answer_id)


def test_a_refused_request_is_logged_with_its_id(traced: Serving, client: httpx2.Client) -> None:
    response = client.get("/v1/models", headers={"Host": "evil.example"})
    refused, access = written_for(traced, response.headers["x-request-id"])
    assert (refused["level"], access["status"]) == ("warning", 421)


def test_a_job_is_logged_with_the_request_that_queued_it(traced: Serving, client: httpx2.Client) -> None:
    files = {"files": ("broken.pdf", b"%PDF-1.4 nothing", "application/pdf")}
    response = client.post("/v1/documents", files=files)
    job_id = response.json()["job_id"]
    for _ in range(300):
        if client.get(f"/v1/ingest/jobs/{job_id}").json()["status"] not in ("queued", "running"):
            break
        time.sleep(0.1)

    (ended,) = (line for line in lines(traced) if line.get("job_id") == job_id)
    assert ended["message"] == f"the ingestion job {job_id} ended: done"
    assert ended["request_id"] == response.headers["x-request-id"]


def written_for(service: Serving, request_id: str) -> list[dict[str, Any]]:
    """Return the lines with a request id, in their order but with that of the access log last."""
    found = [line for line in lines(service) if line.get("request_id") == request_id]
    return sorted(found, key=lambda line: line["logger"] == "uvicorn.access")


def test_the_query_string_is_not_logged(traced: Serving, client: httpx2.Client) -> None:
    response = client.get("/v1/models?secret=question")
    (access,) = written_for(traced, response.headers["x-request-id"])
    assert access["path"] == "/v1/models"
    assert "secret" not in json.dumps(access)
