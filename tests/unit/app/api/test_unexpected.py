"""A bug in the answer path: the caller sees no cause, the log has it, and a stream still ends."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import httpx2
import pytest

from app.answer.generated.llm.protocol import Delta, Ended
from app.api import create_app
from app.service.service import Service
from core.recipe import Recipe
from core.types import Message
from testing.passages import run
from testing.services import open_service

QUESTION = {"role": "user", "content": "How many days of annual leave does every colleague have?"}


class BrokenLLMClient:
    """Yields a word and then raises what no client should raise."""

    async def model(self) -> str:
        return "broken"

    def with_cache_salt(self, salt: Callable[[], str]) -> Self:
        """Share all prompts."""
        del salt
        return self

    async def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
        yield Delta("Every ")
        raise RuntimeError("a secret of the inner workings")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with open_service(tmp_path, refuse_below=0.0, llm=BrokenLLMClient()) as made:
        yield made


def chat(service: Service, **body: Any) -> httpx2.Response:
    async def request() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=create_app(service))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.post("/v1/chat/completions", json={"messages": [QUESTION], **body})

    return run(request())


def test_an_unexpected_error_is_a_500_that_reveals_nothing(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    response = chat(service)
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "internal_error"
    assert "secret" not in response.text
    assert f"its log has the cause under {response.headers['x-request-id']}." in response.text
    assert caplog.text.count("RuntimeError: a secret of the inner workings") == 1
    assert "content-security-policy" in response.headers
    assert 'groundwork_requests_total{route="/v1/chat/completions",status="500"} 1.0' in (
        service.metrics.exposition().decode()
    )


def test_an_unexpected_error_in_a_stream_is_an_event_of_it_and_then_it_is_done(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    response = chat(service, stream=True)
    events = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    assert json.loads(events[-2])["error"]["code"] == "internal_error"
    assert "secret" not in response.text
    assert "a secret of the inner workings" in caplog.text
