"""Judges for tests: a value that follows a rule, and a server that replies as a script says."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx2
import openai

from evals.cases.case import Case
from evals.judge.cache import ReplyCache
from evals.judge.client import JudgeClient
from evals.judge.verdict import Preference, Preferred, Verdict
from testing.listening import listening


@dataclass
class RuleJudge:
    """A judge that applies a function to each answer; None of it: the judge failed. `asked` has the answers.

    Of two answers it prefers the one that alone holds; with `place` it prefers a place, whatever the answers.
    """

    holds: Callable[[str], bool | None] = lambda answer: "right" in answer
    place: Preferred | None = None
    asked: list[str] = field(default_factory=list)

    async def is_correct(self, case: Case, answer: str) -> Verdict:
        """See Judge."""
        return self._verdict(answer)

    async def is_faithful(self, question: str | None, answer: str, contexts: Sequence[str]) -> Verdict:
        """See Judge."""
        return self._verdict(answer)

    async def prefers(self, case: Case, first: str, second: str) -> Preference:
        """See Judge."""
        self.asked += [first, second]
        if self.place is not None:
            return Preference(self.place, "its place")
        one, other = self.holds(first), self.holds(second)
        if one is None or other is None:
            return Preference(None, "the judge failed")
        return Preference("tie" if one == other else "first" if one else "second", "a rule")

    def _verdict(self, answer: str) -> Verdict:
        self.asked.append(answer)
        holds = self.holds(answer)
        return Verdict(holds, "the judge failed" if holds is None else "a rule")


Responder = Callable[[dict[str, Any]], httpx2.Response | Awaitable[httpx2.Response]]


def completion(content: str | None, *, finish_reason: str = "stop", refusal: str | None = None) -> httpx2.Response:
    """Return the response of an OpenAI-compatible server with one choice."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    usage = {"prompt_tokens": 200, "completion_tokens": 20, "total_tokens": 220}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": finish_reason}], "usage": usage}
    return httpx2.Response(200, json=body)


def judge_client(cache: Path, respond: Responder, *, at_once: int = 4, tries: int = 1) -> JudgeClient:
    """Return a client whose requests a function answers, without a network."""

    async def handle(request: httpx2.Request) -> httpx2.Response:
        response = respond(json.loads(request.content))
        return response if isinstance(response, httpx2.Response) else await response

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(handle))
    client = openai.AsyncOpenAI(
        base_url="http://judge.test/v1", api_key="secret-key", http_client=http, max_retries=tries - 1
    )
    return JudgeClient(client, "a-judge", ReplyCache(cache), at_once)


def verdict_by_words(body: dict[str, Any], *words: str) -> dict[str, Any]:
    """Return the reply that its schema asks for: positive for an answer in which one of the words is."""
    name = body["response_format"]["json_schema"]["name"]
    asked = body["messages"][-1]["content"]
    if name == "better":
        first, second = (part.partition("\n-----\n")[2] for part in asked.split("answer:")[-2:])
        one, other = _has(first.partition("\n-----")[0], words), _has(second, words)
        return {"reason": "By words.", "better": "tie" if one == other else "first" if one else "second"}
    return {"reason": "By words.", name: _has(asked.rpartition("The answer:")[2], words)}


def _has(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words)


@contextmanager
def running_judge(*words: str) -> Iterator[str]:
    """Run a judge on a free port that finds answers with one of these words good; yield the value for --judge-url."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            model = {"id": "judge-by-words", "object": "model", "created": 0, "owned_by": "tests"}
            self._answer({"object": "list", "data": [model]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(completion(json.dumps(verdict_by_words(body, *words))).json())

        def _answer(self, value: dict[str, Any]) -> None:
            content = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing on stderr."""

    with listening(Handler) as url:
        yield f"{url}/v1"
