"""The guard as an ASGI application: chat requests are checked, everything else passes.

Own paths: `/health` and `/metrics`. Of every other request and response, headers, status and bytes pass as they are.
A client that leaves ends the request to the upstream.

Not covered: WebSockets (`/v1/realtime`). Answers of `/v1/completions` and `/v1/responses` pass without a check.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import aclosing, suppress
from typing import Any, TypeAlias

import httpx2

from app.guard.access import check_caller
from app.guard.check import AnswerCheck, Check, NewCheck, Sources, Threads, UncheckedAnswer
from app.guard.errors import error_object
from app.guard.events import DONE, event_of
from app.guard.forward import Headers, Upstream, end_to_end, without
from app.guard.metrics import GuardMetrics
from app.guard.report import report_field
from app.guard.request import Asked, UncheckedReason, read_request
from app.guard.settings import GuardSettings
from app.guard.stream import StreamedReply
from app.guard.whole import whole_reply
from core.errors import RequestError, TooLarge, Unauthorized, UpstreamFault, UpstreamTimeout

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_CHAT = "/chat/completions"
_WRITING = ("/completions", "/responses", "/messages", "/invocations", "/generate")
"""Other endpoints of model servers that write texts. What they write is counted as unchecked."""
_HELD_SECONDS = 10.0
"""After which a client that is sent nothing, because text is held back, gets a comment: connections must not idle."""
_MOST_WHOLE = 64 << 20
"""Bytes of an answer that is not streamed, without its compression. Chosen: more than any answer of a model."""
_READ_IN_THREAD = 64 << 10
"""Bytes of a request from which it is read in a thread."""
_log = logging.getLogger("groundwork")


class GuardProxy:
    """Forwards requests to the upstream. `threads` do what takes processor time."""

    def __init__(self, settings: GuardSettings, upstream: Upstream, metrics: GuardMetrics, threads: Threads) -> None:
        self._settings = settings
        self._upstream = upstream
        self._metrics = metrics
        self._threads = threads

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; see the ASGI specification."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        is_chat = exchange.is_chat
        self._metrics.begin()
        try:
            await self._until_left(self._answer(exchange), exchange)
        finally:
            self._metrics.end("chat" if is_chat else "other", exchange.status)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self._upstream.close()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def _until_left(self, answering: Any, exchange: _Exchange) -> None:
        """Answer, unless the client leaves before the end."""
        work, left = asyncio.create_task(answering), asyncio.create_task(exchange.left())
        try:
            await asyncio.wait((work, left), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                self._metrics.client_left()
                work.cancel()
            with suppress(asyncio.CancelledError):
                await work
        finally:
            work.cancel()
            left.cancel()

    async def _answer(self, exchange: _Exchange) -> None:
        try:
            if exchange.method == "GET" and exchange.path == "/health":
                await exchange.send_whole(200, b'{"status":"ok"}')
                return
            check_caller(exchange.header_values, self._settings)
            if exchange.method == "GET" and exchange.path == "/metrics":
                text = self._metrics.exposition()
                await exchange.send_whole(200, text, b"text/plain; version=0.0.4; charset=utf-8")
            elif exchange.is_chat:
                await self._chat(exchange)
            else:
                await self._pass(exchange)
        except RequestError as error:
            await self._report(error, exchange)

    async def _report(self, error: RequestError, exchange: _Exchange) -> None:
        """Send an error of the guard's own, where the response has not begun; else the connection is cut off."""
        if error.status >= 500:
            self._metrics.fault("timeout" if isinstance(error, UpstreamTimeout) else "broken")
            _log.warning("%s: %s", exchange.path, error)
        if exchange.status:
            return
        more = [(b"www-authenticate", b'Bearer realm="groundwork"')] if isinstance(error, Unauthorized) else []
        await exchange.send_whole(error.status, json.dumps(error_object(error)).encode(), more=more)

    async def _pass(self, exchange: _Exchange) -> None:
        """Pass a request and its response on as they are."""
        if exchange.method == "POST" and exchange.path.rstrip("/").endswith(_WRITING):
            self._metrics.unchecked("other_endpoint")
        body = exchange.pieces() if exchange.has_body else None
        async with self._upstream.open(
            exchange.method, exchange.raw_path, exchange.query, exchange.headers, body
        ) as response:
            await self._pass_response(response, exchange)

    async def _pass_response(self, response: httpx2.Response, exchange: _Exchange) -> None:
        await exchange.begin(response.status_code, end_to_end(response.headers.raw))
        async with aclosing(self._upstream.chunks(response)) as chunks:
            async for data in chunks:
                await exchange.send_more(data)
        await exchange.finish()

    async def _chat(self, exchange: _Exchange) -> None:
        asked = await self._read(exchange)
        self._metrics.found(asked)
        headers = [*without(exchange.headers, (b"accept-encoding",)), (b"accept-encoding", b"identity")]
        async with self._upstream.open("POST", exchange.raw_path, exchange.query, headers, asked.body) as response:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            decode = _decoder(response.headers.get("content-encoding", ""))
            if response.status_code != 200:
                await self._pass_unchecked("upstream_error", response, exchange)
            elif decode is None or kind not in ("text/event-stream", "application/json"):
                await self._pass_unchecked("unreadable_response", response, exchange)
            elif kind == "text/event-stream":
                await self._stream(asked, self._checks(asked), response, decode, exchange)
            else:
                await self._whole(asked, self._checks(asked), response, decode, exchange)

    async def _read(self, exchange: _Exchange) -> Asked:
        body = await exchange.whole(self._settings.body_mb << 20)
        settings = self._settings
        given = (
            body,
            exchange.header_values.get("x-groundwork-policy"),
            settings.policy,
            settings.marks,
            settings.context_characters,
        )
        if len(body) < _READ_IN_THREAD:
            return read_request(*given)
        return await asyncio.get_running_loop().run_in_executor(
            self._threads.for_characters(len(body)), read_request, *given
        )

    def _checks(self, asked: Asked) -> NewCheck:
        """Return what makes a check for each answer. The contexts are read from now on, while the answer is written.

        Not before: the requests of others would be forwarded later.
        """
        reason = asked.unchecked
        if reason is not None:
            return lambda: UncheckedAnswer(reason)
        sources = Sources(asked.found, self._threads)

        def new_check() -> Check:
            return AnswerCheck(sources, asked.policy, self._settings.refusal)

        return new_check

    async def _pass_unchecked(self, reason: UncheckedReason, response: httpx2.Response, exchange: _Exchange) -> None:
        self._metrics.unchecked(reason)
        await self._pass_response(response, exchange)

    async def _whole(
        self, asked: Asked, new_check: NewCheck, response: httpx2.Response, decode: _Decode, exchange: _Exchange
    ) -> None:
        async with aclosing(self._upstream.chunks(response)) as chunks:
            raw, text = await _read_whole(chunks, decode)
        reply = await whole_reply(text, new_check, lambda ended: _field(asked, ended))
        headers = end_to_end(response.headers.raw)
        if reply is None:
            self._metrics.unchecked("unreadable_response")
            await exchange.begin(200, headers)
            await exchange.send_more(raw)
        else:
            body, verdicts = reply
            for verdict in verdicts:
                self._metrics.verdict(verdict, asked.policy)
            headers = without(headers, (b"content-length", b"content-encoding"))
            await exchange.begin(200, [*headers, (b"content-length", str(len(body)).encode())])
            await exchange.send_more(body)
        await exchange.finish()

    async def _stream(
        self, asked: Asked, new_check: NewCheck, response: httpx2.Response, decode: _Decode, exchange: _Exchange
    ) -> None:
        reply = StreamedReply(new_check, lambda ended: _field(asked, ended))
        await exchange.begin(200, without(end_to_end(response.headers.raw), (b"content-length", b"content-encoding")))
        holds = asked.unchecked is None and asked.policy != "annotate"
        beating = asyncio.create_task(exchange.keep_alive()) if holds else None
        try:
            try:
                async with aclosing(self._upstream.chunks(response)) as chunks:
                    async for data in chunks:
                        await exchange.send_more(await reply.feed(decode(data)))
                await exchange.send_more(await reply.end())
            except RequestError as error:
                # The status has been sent: the error is an event, behind what was checked so far.
                rest = await reply.end(is_broken=True)
                await exchange.send_more(rest + event_of(error_object(error)) + b"data: " + DONE + b"\n\n")
                await self._report(error, exchange)
            await exchange.finish()
        finally:
            if beating is not None:
                beating.cancel()
            reply.leave()
            if reply.is_reported_upstream:
                self._metrics.unchecked("upstream_report")
            for verdict in reply.verdicts:
                self._metrics.verdict(verdict, asked.policy)


def _field(asked: Asked, ended: Any) -> dict[str, Any]:
    return report_field(asked.policy, asked.found.contexts, ended)


_Decode: TypeAlias = Callable[[bytes], bytes]


async def _read_whole(chunks: AsyncIterator[bytes], decode: _Decode) -> tuple[bytes, bytes]:
    """Return a body as it comes, and decoded. Raises UpstreamFault for one that is too long to be an answer."""
    raw, decoded = bytearray(), bytearray()
    async for data in chunks:
        raw += data
        decoded += decode(data)
        if len(decoded) > _MOST_WHOLE:
            raise UpstreamFault(f"The upstream sent an answer of more than {_MOST_WHOLE >> 20} MB.")
    return bytes(raw), bytes(decoded)


def _decoder(encoding: str) -> _Decode | None:
    """Return what undoes the encoding of a response; None for one that the guard cannot read.

    The upstream was asked for none.
    """
    if encoding.strip().lower() in ("", "identity"):
        return bytes
    if encoding.strip().lower() in ("gzip", "x-gzip", "deflate"):
        # Recognises the header of both.
        inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress

        def decode(data: bytes) -> bytes:
            try:
                return inflate(data)
            except zlib.error as error:
                raise UpstreamFault(f"The upstream sent what is no {encoding}: {error}.") from error

        return decode
    return None


class _Exchange:
    """A request that is being read and its response that is being sent. `status` is 0 until it begins."""

    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._is_read = asyncio.Event()
        self._sent_at = 0.0
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.raw_path: str = scope["raw_path"].decode("ascii", "replace")
        self.query: str = scope["query_string"].decode("ascii", "replace")
        self.headers: Headers = list(scope["headers"])
        self.header_values = {name.decode("latin-1"): value.decode("latin-1") for name, value in self.headers}
        self.status = 0

    @property
    def is_chat(self) -> bool:
        """Whether it asks for a chat completion, also where the client's base URL has no `/v1`."""
        return self.method == "POST" and self.path.rstrip("/").endswith(_CHAT)

    @property
    def has_body(self) -> bool:
        """Whether the request has a body."""
        return "transfer-encoding" in self.header_values or self.header_values.get("content-length", "0") != "0"

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes; without an end where the client leaves, which ends the exchange."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._is_read.set()
                await asyncio.Event().wait()
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body"):
                self._is_read.set()
                return

    async def whole(self, most: int) -> bytes:
        """Return the body. Raises TooLarge where it is longer than `most` bytes."""
        body = bytearray()
        async for piece in self.pieces():
            body += piece
            if len(body) > most:
                raise TooLarge(
                    f"The body of the request has more than {most >> 20} MB. Send less, or raise the guard's "
                    "--max-body-mb.",
                    code="request_too_large",
                )
        return bytes(body)

    async def left(self) -> None:
        """Return when the client has gone."""
        if self.has_body:
            await self._is_read.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def begin(self, status: int, headers: Headers) -> None:
        """Send the head of the response."""
        self.status = status
        self._sent_at = time.monotonic()
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def send_more(self, data: bytes) -> None:
        """Send a part of the body; nothing where there is none."""
        if data:
            self._sent_at = time.monotonic()
            await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def finish(self) -> None:
        """End the response."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def send_whole(
        self, status: int, body: bytes, kind: bytes = b"application/json", more: Headers | None = None
    ) -> None:
        """Send a whole response of the guard's own."""
        length = (b"content-length", str(len(body)).encode())
        await self.begin(status, [(b"content-type", kind), length, *(more or [])])
        await self.send_more(body)
        await self.finish()

    async def keep_alive(self) -> None:
        """Send a comment whenever nothing was sent for a while, until cancelled. Whole events are sent otherwise."""
        while True:
            await asyncio.sleep(max(0.1, self._sent_at + _HELD_SECONDS - time.monotonic()))
            if time.monotonic() - self._sent_at >= _HELD_SECONDS:
                await self.send_more(b": text is held back until it is checked\n\n")
