"""A bug in a part of the answer path: the caller learns nothing of it, the log everything, and a stream still ends."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.answer.llm.protocol import Delta, Ended
from app.api import create_app
from app.service.service import Service
from core.domain import load_domain
from core.index import Bm25Encoder
from core.index.edge_store import EdgeStore
from core.recipe import Recipe
from core.settings import Settings
from core.types import Message
from ingest.run import fingerprint_of
from testing.handbook import ignore_progress, write_domain
from testing.hash_embedder import HashEmbedder
from testing.passages import run

QUESTION = {"role": "user", "content": "How many days of annual leave does every colleague have?"}


class BrokenGenerator:
    """Says a word and then does what none of its kind should do."""

    async def model(self) -> str:
        return "broken"

    async def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
        yield Delta("Every ")
        raise RuntimeError("a secret of the inner workings")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    domain = load_domain(write_domain(tmp_path / "team", refuse_below=0.0))
    embedder, sparse = HashEmbedder(64), Bm25Encoder("english")
    store = EdgeStore(tmp_path / "index", fingerprint_of(embedder, sparse))
    (tmp_path / "index").mkdir()
    settings = Settings(data_dir=tmp_path / "data", domain_dir=domain.folder)
    made = Service(settings, domain, embedder, sparse, store, BrokenGenerator())
    made.open()
    made.run_ingestion([], rebuilding=False, progress=ignore_progress)
    yield made
    made.close()


def chat(service: Service, **body: Any) -> httpx2.Response:
    async def request() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=create_app(service), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.post("/v1/chat/completions", json={"messages": [QUESTION], **body})

    return run(request())


def test_an_unexpected_error_is_a_500_that_tells_nothing(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    response = chat(service)
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "internal_error"
    assert "secret" not in response.text
    assert "a secret of the inner workings" in caplog.text


def test_an_unexpected_error_in_a_stream_is_told_in_it_and_then_it_is_done(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    response = chat(service, stream=True)
    events = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    assert json.loads(events[-2])["error"]["code"] == "internal_error"
    assert "secret" not in response.text
    assert "a secret of the inner workings" in caplog.text
