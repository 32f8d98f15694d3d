"""Whatever is sent, the answer is a proper one or a 4xx in OpenAI's shape; never a 500, and nothing internal."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx2
import openai
import pytest

from testing.builders import REPOSITORY
from testing.processes import Serving

CHAT = "/v1/chat/completions"
QUESTION = {"role": "user", "content": "How many days of annual leave does every colleague have?"}


def is_an_error(response: httpx2.Response, *statuses: int) -> dict[str, Any]:
    """The error object, checked for its shape and for what it must not show."""
    assert response.status_code in statuses, f"{response.status_code}: {response.text}"
    assert set(response.json()) == {"error"}
    error: dict[str, Any] = response.json()["error"]
    assert set(error) == {"message", "type", "code"}
    assert all(isinstance(error[key], str) and error[key] for key in error)
    assert error["type"] == "invalid_request_error"
    assert str(REPOSITORY) not in response.text
    assert "Traceback" not in response.text
    return error


def post(http: httpx2.Client, path: str, body: Any) -> httpx2.Response:
    """JSON as Python writes it: lone surrogates and all."""
    return http.post(path, content=json.dumps(body).encode(), headers={"Content-Type": "application/json"})


def chat(**body: Any) -> dict[str, Any]:
    return {"messages": [QUESTION], **body}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("", "empty_question"),
        (" \n\t", "empty_question"),
        ("x" * 100_000, "question_too_long"),
        ("é" * 8001, "question_too_long"),
    ],
)
def test_a_question_of_no_or_of_too_many_characters_is_refused(
    http: httpx2.Client, question: str, code: str, stream: bool
) -> None:
    body = {"messages": [{"role": "user", "content": question}], "stream": stream}
    assert is_an_error(post(http, CHAT, body), 400)["code"] == code
    assert is_an_error(post(http, "/v1/search", {"query": question}), 400)["code"] == code


def test_a_question_of_the_greatest_length_is_answered(http: httpx2.Client) -> None:
    question = ("annual leave " * 1000)[:8000]
    assert post(http, CHAT, {"messages": [{"role": "user", "content": question}]}).status_code == 200


@pytest.mark.parametrize(
    "content",
    [
        "NUL \x00 inside annual leave?",
        "😀 annual leave? 👩‍👩‍👧‍👦 🇪🇺",
        "‮annual leave‬ ​?",
        "annual leave?",
        "１２ days of ａｎｎｕａｌ leave?",
        "\U0010ffff\ufffe annual leave?",
    ],
)
def test_strange_characters_are_answered(http: httpx2.Client, content: str) -> None:
    response = post(http, CHAT, {"messages": [{"role": "user", "content": content}]})
    assert response.status_code == 200, response.text
    response.content.decode("utf-8")
    assert post(http, "/v1/search", {"query": content}).status_code == 200


@pytest.mark.parametrize("lone", [json.loads(r'"\ud800"'), json.loads(r'"annual \udfff leave"')])
def test_half_a_character_is_rejected_in_every_field(http: httpx2.Client, lone: str) -> None:
    is_an_error(post(http, CHAT, {"messages": [{"role": "user", "content": lone}]}), 400)
    is_an_error(post(http, CHAT, {"messages": [{"role": "user", "content": [{"type": "text", "text": lone}]}]}), 400)
    is_an_error(post(http, CHAT, chat(model=lone)), 400, 404)
    is_an_error(post(http, CHAT, {"messages": [{"role": lone, "content": "?"}]}), 400)
    is_an_error(post(http, "/v1/search", {"query": lone}), 400)
    is_an_error(post(http, "/v1/search", {"query": "annual leave", "filter": {"document_ids": [lone]}}), 400)
    is_an_error(post(http, "/v1/search", {"query": "annual leave", lone: 1}), 400)
    is_an_error(post(http, "/v1/ground", {"answer": lone, "contexts": []}), 400)
    is_an_error(post(http, "/v1/ground", {"answer": "Yes.", "contexts": [lone]}), 400)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"not json",
        b"[]",
        b"null",
        b'"text"',
        b"5",
        b"\xff\xfe\x00",
        b'{"messages": NaN}',
        b'{"messages": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
)
@pytest.mark.parametrize("path", [CHAT, "/v1/search", "/v1/ground", "/v1/ingest"])
def test_what_is_no_json_object_is_refused(http: httpx2.Client, path: str, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    error = is_an_error(http.post(path, content=content, headers=headers), 400)
    assert error["code"] == "invalid_request"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_content_type_is_refused(http: httpx2.Client, kind: str) -> None:
    body = json.dumps(chat()).encode()
    is_an_error(http.post(CHAT, content=body, headers={"Content-Type": kind}), 400, 415)


@pytest.mark.parametrize("model", ["gpt-4o", "", "groundwork:none", "GROUNDWORK", "x" * 10_000])
def test_an_unknown_model_is_not_found(http: httpx2.Client, model: str) -> None:
    error = is_an_error(post(http, CHAT, chat(model=model)), 404)
    assert error["code"] == "model_not_found"


@pytest.mark.parametrize("top_k", [0, -1, 101, 10**30, 1.5, "x", [], {}, float("inf")])
def test_a_wrong_number_of_passages_is_refused(http: httpx2.Client, top_k: Any) -> None:
    assert "top_k" in is_an_error(post(http, "/v1/search", {"query": "leave", "top_k": top_k}), 400)["message"]
    assert "top_k" in is_an_error(post(http, CHAT, chat(top_k=top_k)), 400)["message"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", 2),
        ("n", 0),
        ("temperature", 3),
        ("temperature", "hot"),
        ("max_tokens", 0),
        ("max_tokens", 10**9),
        ("stream", "perhaps"),
        ("stream_options", 5),
        ("messages", None),
        ("messages", {}),
        ("messages", "How many days?"),
        ("model", 5),
    ],
)
def test_an_invalid_field_is_named(http: httpx2.Client, field: str, value: Any) -> None:
    assert field in is_an_error(post(http, CHAT, chat(**{field: value})), 400)["message"]


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [QUESTION, {"role": "assistant", "content": "Yes."}],
        [{"role": "system", "content": "Be kind."}],
        [{"role": "nobody", "content": "?"}],
        [{"content": "?"}],
        [{"role": "user"}],
        [{"role": "user", "content": None}],
        [{"role": "user", "content": 5}],
        [{"role": "user", "content": {"text": "?"}}],
        [{"role": "user", "content": []}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]}],
        [{"role": "user", "content": [{"type": "text"}]}],
        [{"role": "user", "content": [{"type": "text", "text": 5}]}],
        [{"role": "user", "content": ["text"]}],
        ["text"],
        [QUESTION] * 600,
    ],
)
def test_messages_that_are_no_conversation_are_refused(http: httpx2.Client, messages: list[Any]) -> None:
    is_an_error(post(http, CHAT, {"messages": messages}), 400)


def test_the_longest_conversation_is_answered(http: httpx2.Client) -> None:
    assert post(http, CHAT, {"messages": [QUESTION] * 500}).status_code == 200


def test_an_enormous_turn_in_the_conversation_does_not_delay_the_answer(http: httpx2.Client) -> None:
    history = [{"role": "user", "content": "leave and expenses " * 100_000}, {"role": "assistant", "content": "Yes."}]
    response = post(http, "/v1/search", {"query": "And then?", "history": history})
    assert response.status_code == 200
    assert len(response.json()["query"]) < 600
    assert response.elapsed.total_seconds() < 5


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": None},
        {"query": "leave", "unknown": 1},
        {"query": "leave", "history": [{"role": "nobody", "content": "?"}]},
        {"query": "leave", "history": "?"},
        {"query": "leave", "filter": {"unknown": []}},
        {"query": "leave", "filter": {"document_ids": "leave"}},
        {"query": "leave", "filter": []},
        {"query": "leave", "filter": {"sources": ["x"] * 101}},
    ],
)
def test_an_invalid_search_is_rejected(http: httpx2.Client, body: dict[str, Any]) -> None:
    is_an_error(post(http, "/v1/search", body), 400)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"answer": "Yes."},
        {"contexts": []},
        {"answer": 5, "contexts": []},
        {"answer": "Yes.", "contexts": "text"},
        {"answer": "Yes.", "contexts": [5]},
        {"answer": "Yes.", "contexts": [""] * 1001},
        {"answer": "x" * 1_000_001, "contexts": []},
        {"answer": "Yes.", "contexts": [], "unknown": 1},
    ],
)
def test_an_invalid_grounding_request_is_rejected(http: httpx2.Client, body: dict[str, Any]) -> None:
    is_an_error(post(http, "/v1/ground", body), 400)


def test_a_body_that_announces_too_much_is_refused(http: httpx2.Client) -> None:
    error = is_an_error(post(http, CHAT, chat(padding="x" * 8_000_001)), 413)
    assert error["code"] == "too_large"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/v1/nowhere", 404, "not_found"),
        ("GET", "/page/../../cli.py", 404, "not_found"),
        ("GET", "/page/%2e%2e/service.py", 404, "not_found"),
        ("GET", "/page/nope.js", 404, "not_found"),
        ("GET", CHAT, 405, "method_not_allowed"),
        ("PUT", "/v1/documents", 405, "method_not_allowed"),
        ("POST", "/health", 405, "method_not_allowed"),
        ("GET", "/docs", 404, "not_found"),
    ],
)
def test_what_is_not_there_is_an_error_in_the_same_shape(
    http: httpx2.Client, method: str, path: str, status: int, code: str
) -> None:
    assert is_an_error(http.request(method, path), status)["code"] == code


@pytest.mark.parametrize(
    "head",
    [
        b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: \xb2\r\n\r\n",
        b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"GET /v1/documents/\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET \r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
    ],
)
def test_a_request_that_is_hardly_http_is_a_4xx_as_well(service: Serving, http: httpx2.Client, head: bytes) -> None:
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as raw:
        raw.sendall(head)
        answer = raw.recv(4096)
    assert answer.startswith(b"HTTP/1.1 4"), answer
    assert http.get("/health").status_code == 200


def test_the_official_client_raises_its_own_errors(sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as bad:
        sdk.chat.completions.create(model="groundwork", messages=[{"role": "user", "content": ""}])
    assert bad.value.code == "empty_question"
    with pytest.raises(openai.NotFoundError) as missing:
        sdk.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "How many days?"}])
    assert missing.value.code == "model_not_found"
    assert missing.value.type == "invalid_request_error"


def test_after_all_of_these_the_log_has_no_unexpected_error(service: Serving) -> None:
    log = service.log.read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert "unexpected error" not in log
