"""OpenTelemetry behind the spans of a service: with texts, sampled, and with a collector that does not answer."""

from __future__ import annotations

import builtins
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.api import create_app
from app.service.service import Service
from app.service.tracing import OpenTelemetryTracer, ThinnedLog, connect_tracer
from core.errors import ConfigurationError
from core.settings import Settings
from core.tracing import NO_TRACER
from core.tracing_settings import TracingSettings
from testing.model_server import free_port
from testing.otlp_receiver import OtlpReceiver, running_otlp_receiver
from testing.passages import run
from testing.scripted_llm import ScriptedLLMClient
from testing.services import open_service

QUESTION = "How many days of annual leave does every colleague have?"
EXPORT_SECONDS = 10.0
"""After which OpenTelemetry's exporter gives a request up."""
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"


@pytest.fixture
def receiver() -> Iterator[OtlpReceiver]:
    with running_otlp_receiver() as running:
        yield running


def tracer(url: str, **settings: Any) -> OpenTelemetryTracer:
    return OpenTelemetryTracer(TracingSettings(endpoint=f"{url}/v1/traces", **settings))


def ask(service: Service, traceparent: str = "") -> httpx2.Response:
    async def request() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=create_app(service))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
            body = {"messages": [{"role": "user", "content": QUESTION}]}
            return await http.post("/v1/chat/completions", json=body, headers={"traceparent": traceparent})

    return run(request())


def test_without_settings_nothing_is_traced(tmp_path: Path) -> None:
    assert connect_tracer(Settings(tmp_path, tmp_path)) is NO_TRACER


def test_an_endpoint_without_the_library_is_refused_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **named: Any) -> Any:
        if name.startswith("opentelemetry"):
            raise ImportError(name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    settings = Settings(tmp_path, tmp_path, tracing=TracingSettings("http://localhost:4318/v1/traces"))
    with pytest.raises(ConfigurationError, match=r"pip install 'groundwork\[tracing\]'"):
        connect_tracer(settings)


def test_with_texts_the_spans_have_question_query_and_answer(receiver: OtlpReceiver, tmp_path: Path) -> None:
    with open_service(tmp_path, refuse_below=0.0, tracer=tracer(receiver.url, with_text=True)) as service:
        content = ask(service).json()["choices"][0]["message"]["content"]
    spans = {span.name: span.attributes for span in receiver.spans}
    assert spans["answer"]["groundwork.question"] == QUESTION
    assert spans["answer"]["groundwork.answer"] == content
    assert spans["retrieve"]["groundwork.query"] == QUESTION


def test_a_trace_that_its_client_does_not_record_is_not_recorded_here(receiver: OtlpReceiver, tmp_path: Path) -> None:
    with open_service(tmp_path, refuse_below=0.0, tracer=tracer(receiver.url)) as service:
        assert ask(service, f"{PARENT}-00").status_code == 200
    assert receiver.spans == []


def test_a_wrong_traceparent_begins_a_trace_of_its_own(receiver: OtlpReceiver, tmp_path: Path) -> None:
    with open_service(tmp_path, refuse_below=0.0, tracer=tracer(receiver.url)) as service:
        ask(service, "00-nonsense-01")
    roots = [span for span in receiver.spans if not span.parent_id]
    assert [span.name for span in roots] == ["POST /v1/chat/completions"]


def test_a_message_of_the_exporter_is_written_once_a_minute() -> None:
    seconds = [0.0]
    thinned = ThinnedLog(lambda: seconds[0])

    def passes(message: str, *arguments: object) -> bool:
        return thinned.filter(logging.LogRecord("exporter", logging.WARNING, "", 1, message, arguments, None))

    assert passes("Transient error %s", "refused")
    assert not passes("Transient error %s", "timeout")
    assert passes("Failed to export")
    seconds[0] = 61.0
    assert passes("Transient error %s", "refused")


@pytest.mark.parametrize("state", ["down", "stalled"])
def test_a_collector_that_does_not_answer_delays_neither_answers_nor_the_end(
    receiver: OtlpReceiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
    receiver.stalls.set()
    url = f"http://127.0.0.1:{free_port()}" if state == "down" else receiver.url
    llm = ScriptedLLMClient("Every colleague has 25 days of annual leave a year [1].")
    with open_service(tmp_path, refuse_below=0.0, llm=llm, tracer=tracer(url)) as service:
        for _ in range(3):
            began = time.monotonic()
            assert ask(service).json()["groundwork"]["mode"] == "generated"
            assert time.monotonic() - began < EXPORT_SECONDS / 2
        began = time.monotonic()
        service.tracer.close()
        assert time.monotonic() - began < EXPORT_SECONDS / 2
    receiver.stalls.clear()
