"""Spans of a trace, without a tracing library: `app/service/tracing.py` records them with OpenTelemetry.

A stage of the program runs in `with stage("retrieve"):`, and texts that are written piece by piece pass through
`traced("generate", pieces)`. Both make a child of the current span, which the context of a task or thread holds. Where
there is none, because tracing is off or the trace is not sampled, they do nothing but look it up.

A span has ids, numbers and names. Texts of questions, passages and answers are set only where `includes_text` is true.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from contextvars import ContextVar
from typing import Literal, Protocol, TypeAlias, TypeVar

SpanName: TypeAlias = Literal[
    "answer",
    "clarify",
    "rewrite",
    "retrieve",
    "encode",
    "search",
    "rank",
    "rerank",
    "conflicts",
    "prompt",
    "policy",
    "generate",
    "extract",
    "ground",
    "support",
    "ingest",
    "ingest listing",
    "ingest reading",
    "ingest embedding",
    "ingest writing",
    "ingest removing",
]
"""The spans of stages. A request is named by its method and route, and a call of the model `chat MODEL`."""
SpanKind: TypeAlias = Literal["internal", "server", "client"]
Value: TypeAlias = str | bool | int | float | Sequence[str]
Attributes: TypeAlias = Mapping[str, Value]
Piece = TypeVar("Piece")


class Span(Protocol):
    """One operation with its beginning and its end. Any thread may call the methods."""

    @property
    def is_recording(self) -> bool:
        """Whether anything that is set is kept. A span that does not record is its own child, and has no end."""
        ...

    @property
    def includes_text(self) -> bool:
        """Whether texts of questions, passages and answers may be set."""
        ...

    @property
    def trace_id(self) -> str:
        """The id of the trace, 32 hexadecimal digits; "" where there is no trace."""
        ...

    def child(self, name: str, kind: SpanKind = "internal", attributes: Attributes | None = None) -> Span:
        """Begin a span within this one."""
        ...

    def set(self, name: str, value: Value) -> None:
        """Set an attribute."""
        ...

    def rename(self, name: str) -> None:
        """Replace the name, where it is known only at the end."""
        ...

    def fail(self, error: str) -> None:
        """Mark the span as failed; `error` is the name of a class of errors, not a message, which may quote a text."""
        ...

    def headers(self) -> Mapping[str, str]:
        """Return the headers that make another server's spans children of this one (W3C Trace Context)."""
        ...

    def end(self, at_ns: int | None = None) -> None:
        """End the span, now or at a time of the past in nanoseconds since 1970."""
        ...


class Tracer(Protocol):
    """Makes the spans that have no parent in this process."""

    def begin(
        self,
        name: str,
        kind: SpanKind = "internal",
        attributes: Attributes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Span:
        """Begin a span; `headers` are those of a request, whose `traceparent` may name its parent."""
        ...

    def close(self) -> None:
        """Export what has been recorded, within a second or two."""
        ...


class _NoSpan:
    """Stands for no span."""

    is_recording = False
    includes_text = False
    trace_id = ""

    def child(self, name: str, kind: SpanKind = "internal", attributes: Attributes | None = None) -> Span:  # noqa: ARG002
        return self

    def set(self, name: str, value: Value) -> None:
        """Do nothing."""

    def rename(self, name: str) -> None:
        """Do nothing."""

    def fail(self, error: str) -> None:
        """Do nothing."""

    def headers(self) -> Mapping[str, str]:
        return {}

    def end(self, at_ns: int | None = None) -> None:
        """Do nothing."""


class _NoTracer:
    """Traces nothing."""

    def begin(
        self,
        name: str,  # noqa: ARG002
        kind: SpanKind = "internal",  # noqa: ARG002
        attributes: Attributes | None = None,  # noqa: ARG002
        headers: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> Span:
        return NO_SPAN

    def close(self) -> None:
        """Do nothing."""


NO_SPAN: Span = _NoSpan()
NO_TRACER: Tracer = _NoTracer()
_CURRENT: ContextVar[Span] = ContextVar("current span", default=NO_SPAN)


def current_span() -> Span:
    """Return the span of what runs here; NO_SPAN where there is none."""
    return _CURRENT.get()


@contextmanager
def recorded(span: Span) -> Iterator[Span]:
    """End a span at the end of the block, with what ended it: an error, or the caller who needed no more.

    It does not become the current one: a generator may be ended in another context than it began in.
    """
    try:
        yield span
    except Exception as error:
        span.fail(type(error).__name__)
        raise
    except BaseException:
        # The task was cancelled or the generator closed, because the client went away or the text was enough.
        span.set("groundwork.cancelled", True)
        raise
    finally:
        span.end()


@contextmanager
def within(span: Span) -> Iterator[Span]:
    """Make a span the current one for the block, and end it with the block. No generator may yield in it."""
    token = _CURRENT.set(span)
    try:
        with recorded(span):
            yield span
    finally:
        _CURRENT.reset(token)


@contextmanager
def stage(name: SpanName) -> Iterator[Span]:
    """Run the block in a child of the current span. No generator may yield in it: see `traced`."""
    parent = current_span()
    if not parent.is_recording:
        yield parent
        return
    with within(parent.child(name)) as span:
        yield span


def traced(name: SpanName, pieces: AsyncGenerator[Piece, None]) -> AsyncGenerator[Piece, None]:
    """Return the generator with a span from its first piece's beginning to its end. It is the current one inside."""
    return spanned(lambda: current_span().child(name), pieces) if current_span().is_recording else pieces


async def spanned(begin: Callable[[], Span], pieces: AsyncGenerator[Piece, None]) -> AsyncGenerator[Piece, None]:
    """Yield the pieces, in a span that `begin` makes when the first one is asked for."""
    with recorded(begin()) as span:
        async with aclosing(pieces):
            while True:
                token = _CURRENT.set(span)
                try:
                    piece = await anext(pieces)
                except StopAsyncIteration:
                    return
                finally:
                    _CURRENT.reset(token)
                yield piece
