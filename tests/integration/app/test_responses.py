"""What the service really sends is what the response models say: no field more, no field fewer, of the right type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from app.api.chat.responses import AnswerEnd, AnswerStart, ChatCompletion, ChatCompletionChunk, Model, ModelList
from app.api.documents.responses import (
    DocumentDeleted,
    DocumentList,
    DocumentText,
    IngestionJob,
    JobQueued,
    UploadsQueued,
)
from app.api.grounding.responses import Report
from app.api.models import ErrorResponse, Response
from app.api.search.responses import SearchResponse
from app.api.system.responses import Configuration, Health, Readiness
from testing.model_server import ModelServer, Script
from testing.processes import Serving, wait_for_job

CHAT = "/v1/chat/completions"
QUESTION = {"role": "user", "content": "How many days of annual leave does every colleague have a year?"}
HOPELESS = {"role": "user", "content": "What is the boiling point of tungsten in kelvin?"}
WRONG = "Every colleague has 77 days of annual leave a year [1]."


def read(model: type[Response], body: bytes | str) -> Any:
    """Read a body through its model, strictly, and compare what comes out with what went in."""
    found = model.model_validate_json(body, extra="forbid", strict=True)
    assert found.model_dump(mode="json", exclude_unset=True) == json.loads(body)
    return found


def events_of(response: httpx2.Response) -> Iterator[str]:
    for event in response.text.strip().split("\n\n"):
        for line in event.splitlines():
            assert line.startswith(("data: ", ":")), line
            if line.startswith("data: "):
                yield line.removeprefix("data: ")


def chunks_of(http: httpx2.Client, **body: Any) -> list[ChatCompletionChunk]:
    *chunks, done = events_of(http.post(CHAT, json={"stream": True, **body}))
    assert done == "[DONE]"
    return [read(ChatCompletionChunk, chunk) for chunk in chunks]


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/v1/models", ModelList),
        ("/v1/models/groundwork:brief", Model),
        ("/v1/documents", DocumentList),
        ("/v1/documents/leave/annual.md", DocumentText),
        ("/health", Health),
        ("/ready", Readiness),
        ("/v1/configuration", Configuration),
    ],
)
def test_what_is_read_has_its_model(http: httpx2.Client, path: str, model: type[Response]) -> None:
    response = http.get(path)
    assert response.status_code == 200
    read(model, response.content)


def test_a_search_has_its_model(http: httpx2.Client) -> None:
    assert read(SearchResponse, http.post("/v1/search", json={"query": "annual leave"}).content).hits


def test_a_grounding_report_has_its_model(http: httpx2.Client) -> None:
    body = {"answer": f"{WRONG} And who are you?", "contexts": ["Every colleague has 25 days of annual leave a year."]}
    report = read(Report, http.post("/v1/ground", json=body).content)
    assert report.flags[0].evidence is not None
    assert report.unjudged


def test_an_uploads_whole_life_has_its_models(http: httpx2.Client) -> None:
    note, broken = ("pantry.md", b"# Pantry\n\nThe pantry is locked."), ("broken.pdf", b"%PDF nonsense")
    files = [("files", note), ("files", broken)]
    queued = read(UploadsQueued, http.post("/v1/documents", files=files).content)
    wait_for_job(http, queued.job_id)
    job = read(IngestionJob, http.get(f"/v1/ingest/jobs/{queued.job_id}").content)
    assert job.status == "done"
    assert job.report.failed
    read(DocumentDeleted, http.request("DELETE", "/v1/documents/uploads/pantry.md").content)


def test_an_ingestion_over_http_has_its_model(service: Serving, http: httpx2.Client) -> None:
    response = http.post("/v1/ingest", json={}, headers={"X-Groundwork-Token": service.token()})
    assert response.status_code == 202
    wait_for_job(http, read(JobQueued, response.content).job_id)


@pytest.mark.parametrize("question", [QUESTION, HOPELESS])
def test_an_extractive_answer_has_its_model(http: httpx2.Client, question: dict[str, str]) -> None:
    completion = read(ChatCompletion, http.post(CHAT, json={"messages": [question]}).content)
    assert completion.groundwork.kind == ("answer" if question is QUESTION else "refusal")
    extra = completion.groundwork
    assert (extra.choices, extra.conflicts, extra.nearest) == ([], [], [])


@pytest.mark.parametrize("question", [QUESTION, HOPELESS])
def test_every_event_of_a_stream_has_its_model(http: httpx2.Client, question: dict[str, str]) -> None:
    chunks = chunks_of(http, messages=[question], stream_options={"include_usage": True})
    first, finish, usage = chunks[0], chunks[-2], chunks[-1]
    assert isinstance(first.groundwork, AnswerStart)
    assert isinstance(finish.groundwork, AnswerEnd)
    assert finish.groundwork.kind == ("answer" if question is QUESTION else "refusal")
    assert all(chunk.groundwork is None for chunk in chunks[1:-2])
    assert usage.usage is not None


@pytest.mark.parametrize("policy", ["annotate", "retry", "withhold", "refuse"])
def test_a_generated_answer_has_its_model_under_every_policy(
    generating_http: httpx2.Client, model_server: ModelServer, policy: str
) -> None:
    model_server.script = Script(pieces=tuple(WRONG))
    model = "groundwork" if policy == "annotate" else f"groundwork:{policy}"
    completion = read(ChatCompletion, generating_http.post(CHAT, json={"messages": [QUESTION], "model": model}).content)
    assert completion.groundwork.mode == "generated"
    finish = chunks_of(generating_http, messages=[QUESTION], model=model)[-1].groundwork
    assert isinstance(finish, AnswerEnd)
    assert finish.withheld == completion.groundwork.withheld
    assert bool(finish.withheld) == (policy in ("withhold", "refuse"))


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (Script(status=500), "unreachable"),
        (Script(pieces=()), "empty"),
        (Script(status=503, error={"error": {"message": "Loading model", "code": 503}}), "loading"),
    ],
)
def test_a_degraded_answer_has_its_model_and_its_reason(
    generating_http: httpx2.Client, model_server: ModelServer, script: Script, reason: str
) -> None:
    model_server.script = script
    extra = read(ChatCompletion, generating_http.post(CHAT, json={"messages": [QUESTION]}).content).groundwork
    assert (extra.mode, extra.degraded, extra.degraded_reason) == ("extractive", True, reason)
    finish = chunks_of(generating_http, messages=[QUESTION])[-1].groundwork
    assert isinstance(finish, AnswerEnd)
    assert (finish.mode, finish.degraded, finish.degraded_reason) == ("extractive", True, reason)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", CHAT, {"messages": []}, 400),
        ("POST", CHAT, {"messages": [QUESTION], "model": "gpt-4o"}, 404),
        ("GET", "/v1/models/gpt-4o", None, 404),
        ("POST", "/v1/search", {"query": ""}, 400),
        ("POST", "/v1/ground", {}, 400),
        ("POST", "/v1/documents", {}, 400),
        ("GET", "/v1/documents/nope.md", None, 404),
        ("DELETE", "/v1/documents/nope.md", None, 404),
        ("DELETE", "/v1/documents/leave/annual.md", None, 409),
        ("POST", "/v1/ingest", {}, 403),
        ("GET", "/v1/ingest/jobs/job-0", None, 404),
        ("GET", "/nowhere", None, 404),
        ("PUT", "/v1/models", None, 405),
    ],
)
def test_every_error_has_its_model(
    http: httpx2.Client, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    response = http.request(method, path, json=body)
    assert response.status_code == status
    read(ErrorResponse, response.content)


def test_an_error_inside_a_stream_has_its_model(generating_http: httpx2.Client, model_server: ModelServer) -> None:
    model_server.script = Script(pieces=("Every colleague ", "has"), die_after=1)
    response = generating_http.post(CHAT, json={"messages": [QUESTION], "stream": True})
    *chunks, error, done = events_of(response)
    assert done == "[DONE]"
    for chunk in chunks:
        read(ChatCompletionChunk, chunk)
    assert read(ErrorResponse, error).error.code == "model_unavailable"
