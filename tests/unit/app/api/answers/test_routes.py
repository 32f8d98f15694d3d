"""The explanation of an answer, through the whole application and a real index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.api import create_app
from app.service.service import Service
from cli.operations.explain import print_explanation
from testing.handbook import ignore_progress
from testing.passages import run
from testing.scripted_llm import ScriptedLLMClient
from testing.services import open_service

QUESTION = "How many days of annual leave does every colleague have?"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    model = ScriptedLLMClient("Every colleague has ", "31 days of annual leave ", "a year [1].")
    with open_service(tmp_path, refuse_below=0.0, llm=model) as opened:
        yield opened


def _send(service: Service, method: str, path: str, **more: Any) -> httpx2.Response:
    async def send() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=create_app(service))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.request(method, path, **more)

    return run(send())


def _ask(service: Service, *history: dict[str, str]) -> dict[str, Any]:
    messages = [*history, {"role": "user", "content": QUESTION}]
    answered = _send(service, "POST", "/v1/chat/completions", json={"messages": messages})
    about: dict[str, Any] = answered.json()["groundwork"]
    return about


def _explained(service: Service, answer_id: str) -> dict[str, Any]:
    response = _send(service, "GET", f"/v1/answers/{answer_id}/explanation")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_an_explanation_has_what_was_searched_found_sent_and_flagged(service: Service) -> None:
    about = _ask(service)

    found = _explained(service, about["answer_id"])

    assert (found["question"], found["mode"], found["kind"]) == (QUESTION, "generated", "answer")
    assert QUESTION in found["query"]
    first = found["candidates"][0]
    assert (first["passage"], first["now"]) == (1, "unchanged")
    assert first["features"]["similarity"] > 0
    assert [one["score"] for one in found["candidates"]] == sorted(
        (one["score"] for one in found["candidates"]), reverse=True
    )
    assert [one["index"] for one in found["passages"]] == [one["index"] for one in about["passages"]]
    assert found["passages"][0]["text"] == about["passages"][0]["text"]
    [messages] = found["sent"]
    assert [message["role"] for message in messages] == ["system", "user"]
    assert "25 days of annual leave" in messages[1]["content"]
    [flag] = [one for one in found["flags"] if one["severity"] == "hard"]
    assert flag["text"].startswith("31")
    assert "the sources say" in flag["why"]
    assert "25" in flag["evidence"]
    assert found["passages"][flag["passage"] - 1]["document_id"] == "leave/annual.md"


def test_an_explanation_says_what_changed_since(service: Service) -> None:
    about = _ask(service)
    corpus = service.domain.folder / "corpus"
    page = corpus / "leave" / "annual.md"
    page.write_text(page.read_text(encoding="utf-8").replace("25 days", "27 days"), encoding="utf-8")
    (corpus / "leave" / "sick.md").unlink()
    service.library.ingest([], rebuilding=False, progress=ignore_progress)

    found = _explained(service, about["answer_id"])

    now = {one["document_id"]: (one["now"], one["text"]) for one in found["candidates"]}
    assert now["leave/annual.md"] == ("changed", None)
    assert now["leave/sick.md"] == ("gone", None)
    assert now["travel.txt"][0] == "unchanged"
    assert found["passages"][0]["now"] == "changed"
    # What the model was sent is kept as it was.
    assert "25 days" in found["sent"][0][1]["content"]


def test_an_answer_from_the_cache_names_the_one_that_was_written(service: Service) -> None:
    first, second = _ask(service), _ask(service)
    found = _explained(service, second["answer_id"])
    assert found["cached_from"] == first["answer_id"]
    assert found["text"] == _explained(service, first["answer_id"])["text"]
    assert found["sent"] == []


def test_the_explanation_of_an_unknown_answer_is_not_found(service: Service) -> None:
    response = _send(service, "GET", "/v1/answers/answer-0/explanation")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "answer_not_found")


def test_the_command_prints_an_explanation(service: Service) -> None:
    from io import StringIO

    from rich.console import Console

    about = _ask(service, {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello."})
    _send(service, "POST", "/v1/feedback", json={"answer_id": about["answer_id"], "rating": "down", "reason": "wrong"})
    output = StringIO()
    print_explanation(_explained(service, about["answer_id"]), Console(file=output, width=200))
    printed = output.getvalue()
    for part in (about["answer_id"], QUESTION, "Candidates", "leave/annual.md", "[system]", "31 days", "down: wrong"):
        assert part in printed, part
