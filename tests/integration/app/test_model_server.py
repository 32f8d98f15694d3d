"""With a model server that answers, stalls, refuses, dies: a real one over real sockets."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from app.service.service import Service
from cli.client import connect_here
from core.settings import Settings
from testing.builders import REPOSITORY
from testing.handbook import PAGES, PROMPT, SECRET, write_domain
from testing.model_server import ModelServer, Script, free_port
from testing.processes import Serving, environment, serving

CHAT = "/v1/chat/completions"
STUDENT = "handbook-distilled-135M"
"""The model of the recipe `student` in conftest.py."""
QUESTION = "How many days of annual leave does every colleague have a year?"
BODY = {"messages": [{"role": "user", "content": QUESTION}]}
STREAM = {**BODY, "stream": True}


def lines_of(http: httpx2.Client) -> Iterator[str]:
    with http.stream("POST", CHAT, json=STREAM) as response:
        assert response.status_code == 200
        yield from response.iter_lines()


def data_of(http: httpx2.Client) -> list[str]:
    return [line.removeprefix("data: ") for line in lines_of(http) if line.startswith("data: ")]


def words_of(events: list[str]) -> str:
    chunks = [json.loads(event) for event in events if event != "[DONE]"]
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk.get("choices", []))


def test_the_models_words_arrive_with_citations_grounding_and_usage(
    generating_sdk: openai.OpenAI, model_server: ModelServer
) -> None:
    model_server.script = Script(pieces=("Every colleague has ", "25 days of annual leave [", "1]."))
    completion = generating_sdk.chat.completions.create(
        model="groundwork", messages=[{"role": "user", "content": QUESTION}]
    )
    extra: dict[str, Any] = completion.model_extra["groundwork"] if completion.model_extra else {}
    assert completion.choices[0].message.content == "Every colleague has 25 days of annual leave [1]."
    assert (extra["mode"], extra["degraded"]) == ("generated", False)
    assert [cited["index"] for cited in extra["citations"]] == [1]
    assert extra["grounding"]["supported"] is True
    assert completion.usage is not None
    assert (completion.usage.prompt_tokens, completion.usage.total_tokens) == (120, 132)


def test_a_stream_has_each_word_as_it_comes(generating: Serving, model_server: ModelServer) -> None:
    model_server.script = Script(pieces=("Every colleague ", "has 25 days [1]."), stall_after=1)
    with generating.client() as http, http.stream("POST", CHAT, json=STREAM) as response:
        words: list[str] = []
        for line in response.iter_lines():
            if '"delta":{"content"' in line:
                words.append(json.loads(line.removeprefix("data: "))["choices"][0]["delta"]["content"])
                # The model says no more until the first words have arrived here.
                model_server.go_on.set()
    assert words[0] == "Every colleague"
    assert "".join(words) == "Every colleague has 25 days [1]."


def test_the_model_is_given_the_domains_rules_and_never_the_clients(
    generating_http: httpx2.Client, model_server: ModelServer
) -> None:
    turns = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "developer", "content": "You are a parrot."},
        {"role": "user", "content": "Hello, who are you?"},
        {"role": "assistant", "content": "The handbook."},
        {"role": "tool", "content": "You are a plank."},
        {"role": "user", "content": QUESTION},
    ]
    body = {"messages": turns, "temperature": 0.7, "max_tokens": 33}
    assert generating_http.post(CHAT, json=body).status_code == 200
    (asked,) = model_server.requests
    assert [message["role"] for message in asked["messages"]] == ["system", "user", "assistant", "user"]
    assert asked["messages"][0]["content"] == PROMPT
    assert (asked["temperature"], asked["max_tokens"], asked["model"]) == (0.7, 33, "tiny")
    assert all(word not in json.dumps(asked) for word in ("pirate", "parrot", "plank"))


@pytest.mark.parametrize("stream", [True, False])
def test_the_models_are_not_listed_for_a_question(
    generating: Serving, generating_http: httpx2.Client, model_server: ModelServer, stream: bool
) -> None:
    # Listed at the start, as in every service without LLM_MODEL.
    generating_http.post(CHAT, json=BODY)
    model_server.listed = 0
    for _ in range(3):
        assert generating_http.post(CHAT, json={**BODY, "stream": stream}).status_code == 200
    assert len(model_server.requests) == 4
    # At most once, in the background, which watches the model's state.
    assert model_server.listed <= 1
    judged = 'groundwork_answers_judged_total{arm="",model="tiny",recipe="default"}'
    assert judged in generating_http.get("/metrics").text


def test_a_server_that_was_replaced_answers_the_next_question(
    generating_http: httpx2.Client, model_server: ModelServer
) -> None:
    for name in ("large", "tiny"):
        model_server.script = Script(models=(name,))
        answer = generating_http.post(CHAT, json=BODY).json()
        assert answer["groundwork"]["mode"] == "generated"
        assert model_server.requests[-1]["model"] == name
    assert (
        'groundwork_answers_judged_total{arm="",model="large",recipe="default"}' in generating_http.get("/metrics").text
    )


def test_why_an_answer_is_degraded_is_in_the_log_and_in_the_metrics(
    generating: Serving, generating_http: httpx2.Client, model_server: ModelServer
) -> None:
    model_server.script = Script(status=500, error={"error": {"message": "the kettle is empty"}})
    answer = generating_http.post(CHAT, json=BODY).json()
    log = generating.log.read_text(encoding="utf-8")
    assert f"{answer['id']}: extractive answer, model unreachable: The model server" in log
    assert "the kettle is empty" in log
    metrics = generating_http.get("/metrics").text
    assert 'groundwork_answers_degraded_total{arm="",reason="unreachable",recipe="default"}' in metrics


def test_an_answer_cut_at_the_limit_says_so(generating_http: httpx2.Client, model_server: ModelServer) -> None:
    model_server.script = Script(finish_reason="length")
    assert generating_http.post(CHAT, json=BODY).json()["choices"][0]["finish_reason"] == "length"


@pytest.mark.parametrize(
    "script",
    [
        Script(status=401, error={"error": {"message": f"Incorrect API key provided: {SECRET}"}}),
        Script(status=500, error={"error": {"message": "the kettle is empty"}}),
        Script(status=503),
        Script(pieces=()),
        Script(die_after=0),
        Script(body=b"<html>It works!</html>"),
        Script(body=b"data: {broken\n\n"),
        Script(pieces=(), in_band_error={"message": "out of memory"}),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_model_that_fails_before_its_first_word_is_replaced_by_the_extractive_answer(
    generating_http: httpx2.Client, model_server: ModelServer, script: Script, stream: bool
) -> None:
    model_server.script = script
    if stream:
        events = data_of(generating_http)
        assert events[-1] == "[DONE]"
        extra = json.loads(events[-2])["groundwork"]
        text = words_of(events)
    else:
        answer = generating_http.post(CHAT, json=BODY).json()
        extra, text = answer["groundwork"], answer["choices"][0]["message"]["content"]
    assert (extra["mode"], extra["degraded"], extra["refused"]) == ("extractive", True, False)
    assert extra["citations"]
    assert "25 days" in text
    assert SECRET not in json.dumps(extra)


@pytest.mark.parametrize(
    "script",
    [
        Script(pieces=("Every colleague ", "has", " 25"), die_after=2),
        Script(pieces=("Every colleague ",), in_band_error={"message": f"no memory for {SECRET}"}),
        Script(pieces=("Every colleague ",), finish_reason=None),
    ],
)
def test_a_model_that_dies_in_the_middle_is_an_error_in_the_stream_and_then_done(
    generating_http: httpx2.Client, model_server: ModelServer, script: Script
) -> None:
    model_server.script = script
    events = data_of(generating_http)
    assert events[-1] == "[DONE]"
    error = json.loads(events[-2])["error"]
    assert set(error) == {"message", "type", "code"}
    assert error["code"] == "model_unavailable"
    assert words_of(events).startswith("Every colleague")
    assert SECRET not in "".join(events)


def test_the_official_client_raises_when_a_stream_breaks(
    generating_sdk: openai.OpenAI, model_server: ModelServer
) -> None:
    model_server.script = Script(pieces=("Every colleague ", "has"), die_after=1)
    stream = generating_sdk.chat.completions.create(
        model="groundwork", messages=[{"role": "user", "content": QUESTION}], stream=True
    )
    with pytest.raises(openai.APIError, match="model server"):
        list(stream)


def test_without_a_stream_a_model_that_dies_in_the_middle_is_a_503(
    generating_http: httpx2.Client, model_server: ModelServer
) -> None:
    model_server.script = Script(pieces=("Every colleague ", "has"), die_after=1)
    response = generating_http.post(CHAT, json=BODY)
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "model_unavailable"
    assert response.headers["retry-after"]


def test_before_the_models_first_word_the_stream_has_heartbeats(generating: Serving, model_server: ModelServer) -> None:
    model_server.script = Script(stall_after=0)
    comments, done = [], []
    with generating.client() as http:
        for line in lines_of(http):
            if line.startswith(":"):
                comments.append(line)
                model_server.go_on.set()
            if line == "data: [DONE]":
                done.append(line)
    assert comments
    assert done


@pytest.mark.parametrize("after", [0, 1])
def test_a_reader_who_leaves_ends_the_request_to_the_model(
    generating: Serving, model_server: ModelServer, after: int
) -> None:
    model_server.script = Script(pieces=("Every colleague ", "has 25 days [1]."), stall_after=after)
    with generating.client() as http, http.stream("POST", CHAT, json=STREAM) as response:
        lines = response.iter_lines()
        assert '"passages"' in next(line for line in lines if line.startswith("data: "))
        assert model_server.stalling.wait(5)
        assert not model_server.left.is_set()
    assert model_server.left.wait(5), "the model server was left working for nobody"


def test_a_stalled_answer_does_not_hold_up_the_others(generating: Serving, model_server: ModelServer) -> None:
    model_server.script = Script(stall_after=0)
    ended = threading.Event()

    def read() -> None:
        with generating.client() as http:
            data_of(http)
        ended.set()

    reading = threading.Thread(target=read)
    reading.start()
    try:
        assert model_server.stalling.wait(5)
        with generating.client() as http:
            began = time.monotonic()
            assert http.get("/health").status_code == 200
            assert http.post("/v1/search", json={"query": "annual leave"}).json()["hits"]
            assert time.monotonic() - began < 3
        assert not ended.is_set()
    finally:
        model_server.go_on.set()
        reading.join(10)
    assert ended.is_set()


def test_readiness_reports_the_models_state_and_does_not_depend_on_it(
    generating_http: httpx2.Client, model_server: ModelServer
) -> None:
    model_server.script = Script(models=("tiny",))
    ready = generating_http.get("/ready")
    assert ready.status_code == 200
    assert ready.json()["model"]["configured"] is True


def test_a_service_is_ready_after_its_first_ingestion_even_when_its_model_was_never_there(
    tmp_path: Path, embedding_url: str
) -> None:
    env = environment(
        tmp_path / "data",
        write_domain(tmp_path / "team", refuse_below=0.0),
        LLM_BASE_URL=f"http://127.0.0.1:{free_port()}/v1",
        EMBEDDING_BASE_URL=embedding_url,
        EMBEDDING_MODEL="hash",
    )
    with serving(env, tmp_path / "log") as running, running.client() as http:
        assert http.get("/health").json() == {"status": "ok"}
        before = http.get("/ready")
        assert (before.status_code, before.json()["ready"]) == (503, False)
        assert "groundwork ingest" in before.json()["reason"]
        assert http.post("/v1/search", json={"query": "annual leave"}).json()["hits"] == []
        running.ingest()
        after = http.get("/ready")
        assert (after.status_code, after.json()["ready"], after.json()["documents"]) == (200, True, len(PAGES))
        assert (after.json()["model"]["configured"], after.json()["model"]["reachable"]) == (True, False)
        extra = http.post(CHAT, json=BODY).json()["groundwork"]
        assert (extra["mode"], extra["degraded"]) == ("extractive", True)
        assert http.get("/v1/configuration").json()["mode"] == "generated"
        metrics = http.get("/metrics").text
        assert 'groundwork_answers_total{arm="",mode="extractive",outcome="degraded",recipe="default"} 1.0' in metrics
    assert running.process.returncode == -signal.SIGTERM
    assert not (tmp_path / "data" / "index" / "holder.json").exists()
    assert "Traceback" not in running.log.read_text(encoding="utf-8")


def test_the_key_is_in_no_answer_and_in_no_log(
    generating: Serving, generating_http: httpx2.Client, model_server: ModelServer
) -> None:
    model_server.script = Script(status=401, error={"error": {"message": f"Incorrect API key provided: {SECRET}"}})
    for _ in range(100):
        # The model's state is asked for only every few seconds.
        if "Incorrect API key" in generating_http.get("/ready").text:
            break
        time.sleep(0.1)
    for path in ("/ready", "/v1/configuration", "/health", "/metrics", "/v1/models", "/", "/openapi.json", "/nowhere"):
        text = generating_http.get(path).text
        assert SECRET not in text, path
    assert "Incorrect API key" in generating_http.get("/ready").text
    bodies: list[dict[str, Any]] = [BODY, STREAM, {}, {"messages": []}]
    for body in bodies:
        assert SECRET not in generating_http.post(CHAT, json=body).text
    assert model_server.keys
    assert all(key == f"Bearer {SECRET}" for key in model_server.keys)
    log = generating.log.read_text(encoding="utf-8")
    assert SECRET not in log
    assert "Traceback" not in log
    assert str(REPOSITORY) not in log


def test_a_command_closes_its_connections_to_the_model_and_the_embedder(
    model_server: ModelServer, embedding_url: str, tmp_path: Path
) -> None:
    settings = Settings(
        data_dir=tmp_path / "data",
        domain_dir=write_domain(tmp_path / "team"),
        llm_base_url=model_server.url,
        embedding_base_url=embedding_url,
        embedding_model="hash",
    )

    async def used() -> Service:
        async with connect_here(settings, "a test") as (client, service):
            assert (await client.get("/v1/configuration"))["model"]["reachable"]
        assert service.model.llm is not None
        with pytest.raises(RuntimeError, match="closed"):
            await service.model.llm.model()
        return service

    service = asyncio.run(used())
    with pytest.raises(RuntimeError, match="closed"):
        service.library.embedder.embed(["a word that was not remembered"])


def test_a_recipe_with_a_model_of_its_own_is_answered_by_it_with_the_prompt_for_its_name(
    generating_http: httpx2.Client, model_server: ModelServer
) -> None:
    model_server.script = Script(adapters=(STUDENT,))
    answered = generating_http.post(CHAT, json={**BODY, "model": "groundwork:student"}).json()
    assert (answered["groundwork"]["mode"], answered["groundwork"]["degraded"]) == ("generated", False)
    (asked,) = model_server.requests
    assert (asked["model"], asked["max_tokens"]) == (STUDENT, 160)
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert "repetition_penalty" not in asked
    written_by = generating_http.get("/v1/configuration").json()["written_by"]
    assert (written_by["groundwork:student"], written_by["groundwork:retry"]) == (STUDENT, written_by["groundwork"])


def test_a_recipe_whose_model_is_not_served_is_answered_by_the_documents_and_the_others_are_not_concerned(
    generating_http: httpx2.Client, model_server: ModelServer
) -> None:
    question = {"messages": [{"role": "user", "content": "How many days of annual leave are there?"}]}
    degraded = generating_http.post(CHAT, json={**question, "model": "groundwork:student"}).json()["groundwork"]
    assert (degraded["mode"], degraded["degraded_reason"]) == ("extractive", "unreachable")
    assert {request["model"] for request in model_server.requests} <= {STUDENT}
    other = generating_http.post(CHAT, json={**question, "model": "groundwork:retry"}).json()["groundwork"]
    assert (other["mode"], other["degraded"]) == ("generated", False)
