"""`groundwork guard` as its users meet it: the official client, a real process, an upstream that misbehaves."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from testing.guard import RunningGuard, chunks_of, completion, reports_of, running_guard, streamed, text_of
from testing.listening import listening
from testing.model_server import ModelServer, Script
from tests.integration.guard.conftest import KEY, UPSTREAM_KEY

LEAVE = "Full-time staff get 25 days of leave per year. The gym is free for all staff."
RIGHT = "Full-time staff get 25 days of leave per year [1]."
WRONG = "Full-time staff get 30 days of leave per year [1]."
ASKED = [{"role": "user", "content": f"<context>\n{LEAVE}\n</context>\n\nQuestion: How much leave?"}]
PIECES = tuple(f"{RIGHT} {WRONG} The gym is free for all staff."[start : start + 5] for start in range(0, 140, 5))


def sdk(guard: RunningGuard, key: str = "k") -> openai.OpenAI:
    # Without certificates: loading them takes longer than most requests.
    http = httpx2.Client(verify=False)
    return openai.OpenAI(base_url=f"{guard.url}/v1", api_key=key, max_retries=0, timeout=30, http_client=http)


def ask(guard: RunningGuard, key: str = "k", **more: Any) -> tuple[str, dict[str, Any], list[Any]]:
    """Stream an answer; return its text, the field `groundwork` and the chunks."""
    with sdk(guard, key) as client:
        chunks = list(client.chat.completions.create(**{"model": "tiny", "messages": ASKED, "stream": True, **more}))
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    (field,) = [chunk.model_extra["groundwork"] for chunk in chunks if "groundwork" in (chunk.model_extra or {})]
    return text, field, chunks


def test_an_answer_streams_with_its_report_in_the_last_chunk(guard: RunningGuard, upstream: ModelServer) -> None:
    upstream.script = Script(pieces=PIECES)
    text, field, chunks = ask(guard, stream_options={"include_usage": True})
    assert text == "".join(PIECES)
    assert [text[flag["start"] : flag["end"]] for flag in field["grounding"]["flags"]] == ["30"]
    assert field["grounding"]["flags"][0]["evidence"]["text"] == "25"
    (context,) = field["contexts"]
    assert ASKED[0]["content"][context["start"] : context["end"]] == LEAVE
    assert (context["where"], context["mark"], context["message"]) == ("mark", "<context>", 0)
    assert chunks[-1].usage is not None
    assert upstream.requests[-1]["messages"] == ASKED


def test_a_request_may_ask_for_a_stricter_policy(guard: RunningGuard, upstream: ModelServer) -> None:
    upstream.script = Script(pieces=PIECES)
    text, field, _ = ask(guard, extra_headers={"X-Groundwork-Policy": "withhold"})
    assert text == f"{RIGHT} The gym is free for all staff."
    assert field["withheld"] == [{"reasons": ["number_mismatch"]}]
    text, field, _ = ask(guard, extra_body={"groundwork": {"policy": "refuse"}})
    assert field["refused"]
    assert "groundwork" not in upstream.requests[-1]


def test_the_field_contexts_and_the_results_of_tools_are_contexts(guard: RunningGuard, upstream: ModelServer) -> None:
    upstream.script = Script(pieces=(WRONG,))
    plain = [{"role": "user", "content": "How much leave?"}]
    _, field, _ = ask(guard, messages=plain, extra_body={"contexts": [LEAVE]})
    assert [flag["text"] for flag in field["grounding"]["flags"]] == ["30"]
    assert "contexts" not in upstream.requests[-1]
    called = {"id": "a", "type": "function", "function": {"name": "search", "arguments": "{}"}}
    result = {"role": "tool", "tool_call_id": "a", "content": json.dumps([{"text": LEAVE}])}
    messages = [*plain, {"role": "assistant", "content": None, "tool_calls": [called]}, result]
    _, field, _ = ask(guard, messages=messages)
    assert [flag["text"] for flag in field["grounding"]["flags"]] == ["30"]
    assert (field["contexts"][0]["message"], field["contexts"][0]["pointer"]) == (2, "/0/text")


def test_long_contexts_are_read_apart_and_checked_as_others_are(guard: RunningGuard, upstream: ModelServer) -> None:
    upstream.script = Script(pieces=(WRONG,))
    pages = [f"Page {number} is about the {number}th hall of the house." for number in range(4000)]
    long = [{"role": "user", "content": "How much leave?"}]
    _, field, _ = ask(guard, messages=long, extra_body={"contexts": [" ".join(pages), LEAVE]})
    (flag,) = field["grounding"]["flags"]
    assert (flag["text"], flag["evidence"]["context"]) == ("30", 1)


def test_texts_of_other_endpoints_are_counted_as_unchecked(guard: RunningGuard, upstream: ModelServer) -> None:
    before = guard.count("groundwork_guard_unchecked_total", reason="other_endpoint")
    with guard.client() as http:
        http.post("/v1/completions", json={"model": "tiny", "prompt": "x"}).raise_for_status()
    assert guard.count("groundwork_guard_unchecked_total", reason="other_endpoint") == before + 1


def test_without_contexts_an_answer_passes_marked_as_unchecked(guard: RunningGuard, upstream: ModelServer) -> None:
    upstream.script = Script(pieces=(WRONG,))
    before = guard.count("groundwork_guard_unchecked_total", reason="no_contexts")
    text, field, _ = ask(guard, messages=[{"role": "user", "content": "Hello"}])
    assert (text, field["grounding"], field["unchecked"]) == (WRONG, None, "no_contexts")
    assert guard.count("groundwork_guard_unchecked_total", reason="no_contexts") == before + 1


def test_a_guard_with_a_key_asks_for_it_and_shows_the_upstream_another(
    strict: RunningGuard, upstream: ModelServer
) -> None:
    with pytest.raises(openai.AuthenticationError):
        ask(strict, "wrong")
    upstream.script = Script(pieces=PIECES)
    messages = [
        {"role": "system", "content": f"### KB {LEAVE} ### END"},
        {"role": "user", "content": "How much leave?"},
    ]
    text, field, _ = ask(strict, KEY, messages=messages)
    assert (text, field["policy"]) == (f"{RIGHT} The gym is free for all staff.", "withhold")
    assert upstream.keys == [f"Bearer {UPSTREAM_KEY}"]
    with pytest.raises(openai.BadRequestError, match="less strict"):
        ask(strict, KEY, extra_headers={"X-Groundwork-Policy": "annotate"})
    log = strict.log.read_text(encoding="utf-8")
    assert '"path": "/v1/chat/completions"' in log
    assert not any(secret in log for secret in (KEY, UPSTREAM_KEY, "wrong", "Full-time"))


def test_errors_of_the_upstream_pass_as_they_are(guard: RunningGuard, upstream: ModelServer) -> None:
    busy = {"error": {"message": "slow down", "code": "x"}}
    upstream.script = Script(status=429, error=busy, headers={"Retry-After": "7"})
    with pytest.raises(openai.RateLimitError, match="slow down") as raised:
        ask(guard)
    assert raised.value.response.headers["retry-after"] == "7"
    upstream.reset()
    with pytest.raises(openai.NotFoundError, match="other"):
        ask(guard, model="other")


@pytest.mark.parametrize("policy", ["annotate", "withhold"])
def test_an_upstream_that_dies_ends_the_stream_with_what_was_checked_and_an_error(
    guard: RunningGuard, upstream: ModelServer, policy: str
) -> None:
    upstream.script = Script(pieces=PIECES, die_after=24)
    body = {"model": "tiny", "messages": ASKED, "stream": True, "groundwork": {"policy": policy}}
    with guard.client() as http:
        sent = http.post("/v1/chat/completions", json=body).content
    *answer, error = chunks_of(sent)
    assert text_of(answer).startswith(RIGHT)
    assert (WRONG in text_of(answer)) == (policy == "annotate")
    assert len(reports_of(answer)) == 1
    assert error["error"]["code"] == "upstream_unavailable"
    assert sent.endswith(b"data: [DONE]\n\n")


def test_an_upstream_that_is_silent_is_given_up(guard: RunningGuard, upstream: ModelServer) -> None:
    upstream.script = Script(is_hung=True)
    with pytest.raises(openai.InternalServerError, match="--timeout"):
        ask(guard)
    upstream.script = Script(pieces=PIECES, stall_after=10)
    with pytest.raises(openai.APIError, match="in time"):
        ask(guard)


def test_a_client_that_leaves_ends_the_request_to_the_upstream(guard: RunningGuard, upstream: ModelServer) -> None:
    upstream.script = Script(pieces=PIECES, stall_after=10)
    with sdk(guard) as client:
        asked: dict[str, Any] = {"model": "tiny", "messages": ASKED, "stream": True}
        stream: Any = client.chat.completions.create(**asked)
        next(iter(stream))
        assert upstream.stalling.wait(5)
        before = guard.count("groundwork_guard_clients_left_total")
        stream.close()
        assert upstream.left.wait(5)
    assert guard.count("groundwork_guard_clients_left_total") == before + 1, "the timeout ended it, not the client"


def test_a_request_that_is_too_long_is_refused(guard: RunningGuard, upstream: ModelServer) -> None:
    with pytest.raises(openai.APIStatusError) as raised:
        ask(guard, messages=[{"role": "user", "content": "x" * (1 << 20)}])
    assert raised.value.status_code == 413
    assert upstream.requests == []


def test_without_an_upstream_the_answer_is_a_502_that_says_so(guard: RunningGuard, upstream: ModelServer) -> None:
    upstream.stop()
    try:
        with pytest.raises(openai.InternalServerError, match="Check that it runs") as raised:
            ask(guard)
        assert raised.value.status_code == 502
    finally:
        upstream.start()


def test_the_guard_loads_no_model_and_no_index(guard: RunningGuard) -> None:
    loaded = Path(f"/proc/{guard.process.pid}/maps").read_text(encoding="utf-8")
    assert "httptools" in loaded
    assert not any(name in loaded for name in ("torch", "qdrant", "tokenizers", "sqlalchemy"))


def test_the_guard_lives_and_answers_for_no_other_host(guard: RunningGuard) -> None:
    with guard.client() as http:
        assert http.get("/health").json() == {"status": "ok"}
        rebound = http.post("/v1/chat/completions", json={}, headers={"Host": "evil.example"})
        assert (rebound.status_code, rebound.json()["error"]["code"]) == (421, "host_not_allowed")


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent; chat requests with what `answer` says."""

    protocol_version = "HTTP/1.1"
    answer: tuple[bytes, dict[str, str]] = (b"", {})

    def do_POST(self) -> None:
        if self.path.endswith("/cut"):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789")
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        sent = json.dumps([self.command, self.path, [*self.headers.items()], body.decode("latin-1")]).encode()
        content, headers = self.answer if self.path.endswith("/chat/completions") else (sent, {"X-Own": "1"})
        self.send_response(200 if "chat" in self.path else 418)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else content)

    do_GET = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_HEAD = do_POST  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""


@pytest.fixture(scope="module")
def echoing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A client of a guard before a server that answers with what it was sent."""
    log = tmp_path_factory.mktemp("echo") / "log"
    with listening(_Echo) as url, running_guard(f"{url}/openai/v1", log) as guard, guard.client() as http:
        yield http


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_other_request_passes_as_it_is(echoing: httpx2.Client, method: str) -> None:
    body = bytes(range(256)) * 9 if method in ("POST", "PUT", "PATCH") else b""
    reply = echoing.request(method, "/v1/files/a%2Fb?x=1&y=%20", content=body, headers={"X-Mine": "2", "Accept": "*/*"})
    sent_method, path, headers, sent_body = reply.json()
    assert (reply.status_code, reply.headers["x-own"]) == (418, "1")
    assert reply.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert (sent_method, path, sent_body.encode("latin-1")) == (method, "/openai/v1/files/a%2Fb?x=1&y=%20", body)
    assert ["x-mine", "2"] in [[name.lower(), value] for name, value in headers]


def test_a_head_has_the_length_and_no_body(echoing: httpx2.Client) -> None:
    reply = echoing.head("/v1/models")
    assert (reply.status_code, reply.content) == (418, b"")
    assert int(reply.headers["content-length"]) > 0


def test_a_response_that_the_upstream_breaks_off_is_broken_off_for_the_client(echoing: httpx2.Client) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        echoing.get("/v1/files/cut")


def test_compressed_answers_are_checked_and_unreadable_ones_pass(echoing: httpx2.Client) -> None:
    body = {"model": "m", "messages": ASKED, "groundwork": {"policy": "refuse"}}
    _Echo.answer = gzip.compress(completion(WRONG)), {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    assert "30 days" not in echoing.post("/v1/chat/completions", json=body).text
    _Echo.answer = gzip.compress(streamed([WRONG])), {"Content-Encoding": "gzip", "Content-Type": "text/event-stream"}
    assert text_of(chunks_of(echoing.post("/chat/completions/", json=body).content)) != WRONG
    for content, kind in ((b"<html>", "text/html"), (b"[1, 2]", "application/json")):
        _Echo.answer = content, {"Content-Type": kind}
        assert echoing.post("/v1/chat/completions", json=body).content == content
