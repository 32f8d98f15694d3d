"""What tests and benchmarks of the guard share: requests, chunks and answers of an upstream, and a running guard."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from app.guard.check import AnswerCheck, Check, NewCheck, Sources, Threads
from app.guard.contexts.find import Context, Found
from app.guard.policy import Policy
from app.guard.report import report_field
from app.guard.stream import StreamedReply
from app.guard.whole import whole_reply
from testing.builders import REPOSITORY
from testing.model_server import free_port

REFUSAL = "The sources do not say."
_START_SECONDS = 60.0


def chunk(index: int = 0, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """A chunk of one choice."""
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def event(value: Any) -> bytes:
    """An event as servers write it: UTF-8, a blank behind the colon."""
    return b"data: " + json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n\n"


def streamed(pieces: Iterable[str], finish: str | None = "stop") -> bytes:
    """The whole stream of one answer."""
    chunks = [chunk(role="assistant", content=""), *(chunk(content=piece) for piece in pieces), chunk(finish=finish)]
    return b"".join(map(event, chunks)) + b"data: [DONE]\n\n"


def completion(*texts: str | None) -> bytes:
    """A response that is not streamed, with one choice for each text."""
    choices = [
        {"index": place, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        for place, text in enumerate(texts)
    ]
    return json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": choices}).encode()


def found(contexts: Sequence[str], question: str = "") -> Found:
    """The contexts of a request that has the field `contexts`."""
    numbered = (Context(text, place, "field", start=0, end=len(text)) for place, text in enumerate(contexts, start=1))
    return Found(tuple(numbered), question)


@contextmanager
def checking(contexts: Sequence[str], policy: Policy, question: str = "") -> Iterator[NewCheck]:
    """What makes the checks of one request; inside of a running event loop."""
    with ThreadPoolExecutor(1) as threads:
        sources = Sources(found(contexts, question), Threads(threads, threads))

        def new_check() -> Check:
            return AnswerCheck(sources, policy, REFUSAL)

        yield new_check


def through_stream(
    sent: Iterable[bytes],
    contexts: Sequence[str],
    policy: Policy = "annotate",
    question: str = "",
    *,
    is_broken: bool = False,
) -> bytes:
    """The bytes that a client gets for those of the upstream, which come in these pieces."""

    async def run() -> bytes:
        with checking(contexts, policy, question) as new_check:
            reply = StreamedReply(new_check, lambda ended: report_field(policy, found(contexts).contexts, ended))
            shown = [await reply.feed(data) for data in sent]
            return b"".join([*shown, await reply.end(is_broken=is_broken)])

    return asyncio.run(run())


def through_whole(body: bytes, contexts: Sequence[str], policy: Policy = "annotate", question: str = "") -> Any:
    """The JSON object that a client gets for the body of the upstream; None where it passes as it is."""

    async def run() -> Any:
        with checking(contexts, policy, question) as new_check:
            made = await whole_reply(
                body, new_check, lambda ended: report_field(policy, found(contexts).contexts, ended)
            )
            return json.loads(made[0]) if made is not None else None

    return asyncio.run(run())


def chunks_of(shown: bytes) -> list[dict[str, Any]]:
    """The JSON objects of a stream."""
    lines = shown.decode("utf-8", "surrogatepass").replace("\r\n", "\n").split("\n")
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


def text_of(chunks: Iterable[dict[str, Any]], index: int = 0) -> str:
    """The text of one choice."""
    choices = (choice for one in chunks for choice in one.get("choices", []) if choice["index"] == index)
    return "".join(choice["delta"].get("content") or "" for choice in choices)


def reports_of(chunks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The fields `groundwork` of a stream."""
    return [one["groundwork"] for one in chunks if "groundwork" in one]


@dataclass(frozen=True)
class RunningGuard:
    """A guard in a process of its own; `url` is without `/v1`, `log` the file with its output."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def client(self, **options: Any) -> httpx2.Client:
        """Return an HTTP client without certificates."""
        return httpx2.Client(base_url=self.url, timeout=60.0, verify=False, **options)

    def count(self, name: str, **labels: str) -> float:
        """Return a sample of its metrics; 0 for one that is not there yet."""
        with self.client() as http:
            families = text_string_to_metric_families(http.get("/metrics").text)
        samples = [sample for family in families for sample in family.samples]
        return sum(sample.value for sample in samples if (sample.name, sample.labels) == (name, labels))


@contextmanager
def running_guard(upstream: str, log: Path, *options: str, env: dict[str, str] | None = None) -> Iterator[RunningGuard]:
    """Run `groundwork guard` until the end of the block; give it when it answers."""
    port = free_port()
    command = [sys.executable, "-m", "cli", "guard", "--upstream", upstream, "--port", str(port), *options]
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=env, stdout=out, stderr=out)
    guard = RunningGuard(process, f"http://127.0.0.1:{port}", log)
    try:
        _wait(guard)
        yield guard
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(guard: RunningGuard) -> None:
    deadline = time.monotonic() + _START_SECONDS
    with guard.client() as http:
        while time.monotonic() < deadline:
            assert guard.process.poll() is None, guard.log.read_text(encoding="utf-8")
            try:
                http.get("/health").raise_for_status()
            except httpx2.TransportError:
                time.sleep(0.02)
            else:
                return
    raise AssertionError(f"the guard did not start: {guard.log.read_text(encoding='utf-8')}")
