"""The limit on the size of a request's body, whether its length was announced or not.

Starlette's own limiter (`max_body_size`) answers in plain text where no route reads the body, and leaves the connection
open, so that a body without an end goes on being received.

Not covered: slow senders, which a proxy in front limits; and a body that no route reads, which the server receives and
drops.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from core.errors import RequestError, TooLarge
from ingest.parse import MAX_BYTES

UPLOAD_PATH = "/v1/documents"
"""The one endpoint that takes files."""
MAX_JSON_BYTES = 8_000_000
"""Of every other body. Chosen: a conversation of 500 turns with 16 kB each, or eight contexts of a million letters."""
MAX_UPLOAD_BYTES = MAX_BYTES + (1 << 20)
"""The largest document, and 1 MiB for the frame of the multipart body around it."""
_MAX_DIGITS = 18
"""Of a length: 10^18 bytes exceed every limit, and Python refuses to read numbers of more than 4,300 digits."""


def body_limit(scope: Scope, headers: Headers) -> int:
    """Return the number of bytes that the body of this request may have."""
    is_multipart = headers.get("content-type", "").lower().startswith("multipart/form-data")
    return MAX_UPLOAD_BYTES if is_multipart and scope["path"] == UPLOAD_PATH else MAX_JSON_BYTES


def check_announced_length(headers: Headers, limit: int) -> None:
    """Raise RequestError for a `Content-Length` that is no number or is repeated, and TooLarge for one over `limit`.

    A length beside `Transfer-Encoding` is refused as well: two readers would see two bodies (RFC 9112, section 6.1).
    """
    values = headers.getlist("content-length")
    if not values:
        return
    length = values[0]
    if len(values) > 1 or "transfer-encoding" in headers or not (length.isascii() and length.isdecimal()):
        raise RequestError(
            "The request has no valid Content-Length. Send it once, as a number of bytes, or send the body in chunks.",
            code="invalid_length",
        )
    if len(length) > _MAX_DIGITS or int(length) > limit:
        raise too_large(limit)


def too_large(limit: int) -> TooLarge:
    """Return the error for a body of more than `limit` bytes."""
    return TooLarge(f"The body of this request may have {limit:,} bytes at most. Send less at once.", code="too_large")


class LimitedBody:
    """Receives a body for an application and counts its bytes. Past the limit it reports a disconnected client.

    The application then stops reading and closes its temporary files. `exceeded` says that this was the reason.
    """

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit
        self.exceeded = False

    async def __call__(self) -> Message:
        """Receive the next message."""
        if self.exceeded:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        self.exceeded = self._left < 0
        return {"type": "http.disconnect"} if self.exceeded else message
