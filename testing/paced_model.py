"""A model server with fixed delays, in a process of its own: to the first token, and between two tokens.

    python -m testing.paced_model --port 8001 --first-ms 200 --between-ms 50 --tokens 150

It speaks OpenAI's streaming API and holds hundreds of streams at once with little processor time, so that what a
service adds can be measured on the same machine. The answer is made of the words of the sources in the prompt, each
sentence with a citation; without sources, of one sentence again and again. `max_tokens` of a request is kept. A chunk
has the time at which it was sent, `sent_at`, in seconds of the machine's monotonic clock.

Not covered: a queue, batching, `/tokenize` and `/metrics`, which a server need not have. Requests are trusted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice

import httpx2

from testing.builders import REPOSITORY
from testing.model_server import free_port

_START_SECONDS = 30.0
_SOURCE = re.compile(r"^\[(\d+)\][^\n]*\n(.*?)\n-----$", re.MULTILINE | re.DOTALL)
_SENTENCE = re.compile(r"[A-Z][^.!?|\n]{30,}[.!?](?=\s|$)")
_MODELS = json.dumps({"object": "list", "data": [{"id": "paced", "object": "model", "max_model_len": 16_384}]}).encode()
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds to the first token and between tokens, and the tokens of an answer."""

    first_s: float = 0.2
    between_s: float = 0.05
    tokens: int = 150


def answer_words(messages: Sequence[dict[str, str]], count: int) -> list[str]:
    """Return the tokens of an answer: words with the blank before them."""
    sources = _SOURCE.findall(messages[-1]["content"])
    sentences = [f"{found} [{number}]." for number, text in sources for found in _sentences(text)]
    words = " ".join(sentences or ["Nothing is said about it."]).split(" ")
    return [f" {word}" if place else word for place, word in enumerate(islice(cycle(words), count))]


def _sentences(text: str) -> list[str]:
    return [found.rstrip(".!?") for found in _SENTENCE.findall(text)]


async def serve(port: int, pace: Pace) -> None:
    """Answer until cancelled."""
    server = await asyncio.start_server(partial(_connection, pace=pace), "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


@contextmanager
def running_paced_model(pace: Pace) -> Iterator[str]:
    """Run the server in a process of its own until the end of the block; yield the value for LLM_BASE_URL."""
    port = free_port()
    options = {"--port": port, "--first-ms": pace.first_s * 1000, "--between-ms": pace.between_s * 1000}
    command = [sys.executable, "-m", "testing.paced_model", *(str(part) for pair in options.items() for part in pair)]
    with subprocess.Popen([*command, "--tokens", str(pace.tokens)], cwd=REPOSITORY) as process:
        try:
            url = f"http://127.0.0.1:{port}/v1"
            transport = httpx2.HTTPTransport(retries=8, verify=False)
            with httpx2.Client(transport=transport, timeout=_START_SECONDS) as http:
                http.get(f"{url}/models").raise_for_status()
            yield url
        finally:
            process.terminate()


async def _connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pace: Pace) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1])) if length else b""
            if head.startswith(b"POST /v1/chat/completions"):
                await _stream(writer, json.loads(body), pace)
            else:
                found = head.startswith(b"GET /v1/models")
                _send_whole(writer, b"200 OK" if found else b"404 Not Found", _MODELS if found else b"{}")
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # The client has gone.
    finally:
        writer.close()


def _send_whole(writer: asyncio.StreamWriter, status: bytes, content: bytes) -> None:
    about = b"Content-Type: application/json\r\nContent-Length: %d" % len(content)
    writer.write(b"HTTP/1.1 %s\r\n%s\r\n\r\n%s" % (status, about, content))


async def _stream(writer: asyncio.StreamWriter, asked: dict[str, object], pace: Pace) -> None:
    clock = asyncio.get_running_loop()
    due = clock.time() + pace.first_s
    limit = asked.get("max_tokens")
    count = min(pace.tokens, limit) if isinstance(limit, int) else pace.tokens
    words = answer_words(asked["messages"], count)  # type: ignore[arg-type]
    await asyncio.sleep(due - clock.time())
    writer.write(_HEAD)
    for word in words:
        chunk = {"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]}
        writer.write(_event({**chunk, "sent_at": clock.time()}))
        await writer.drain()
        due += pace.between_s
        await asyncio.sleep(due - clock.time())
    ending = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    writer.write(_event({**ending, "sent_at": clock.time()}))
    usage = {"prompt_tokens": 0, "completion_tokens": count, "total_tokens": count}
    writer.write(_event({"choices": [], "usage": usage}))
    writer.write(_chunk(b"data: [DONE]\n\n") + _chunk(b""))
    await writer.drain()


def _event(chunk: dict[str, object]) -> bytes:
    named = {"id": "paced", "object": "chat.completion.chunk", "created": 0, "model": "paced", **chunk}
    return _chunk(b"data: %s\n\n" % json.dumps(named).encode())


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def main() -> None:
    """Serve until the process is stopped."""
    parser = argparse.ArgumentParser(description="A model server with fixed delays.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--first-ms", type=float, default=Pace().first_s * 1000)
    parser.add_argument("--between-ms", type=float, default=Pace().between_s * 1000)
    parser.add_argument("--tokens", type=int, default=Pace().tokens)
    chosen = parser.parse_args()
    asyncio.run(serve(chosen.port, Pace(chosen.first_ms / 1000, chosen.between_ms / 1000, chosen.tokens)))


if __name__ == "__main__":
    main()
