"""Traces with OpenTelemetry, sent by OTLP over HTTP. The library is imported when the settings name an endpoint.

Spans are queued, and sent by a thread in batches. A collector that is down or slow costs its spans, never an answer:
the queue is bounded (OTEL_BSP_MAX_QUEUE_SIZE), and what does not fit is dropped.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

from core.errors import ConfigurationError
from core.settings import Settings
from core.tracing import NO_TRACER, Attributes, Span, SpanKind, Tracer, Value
from core.tracing_settings import TracingSettings

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace.sampling import Sampler
    from opentelemetry.trace import Span as RecordedSpan
    from opentelemetry.trace import Tracer as RecordingTracer

_CLOSE_SECONDS = 1.0
"""For which the end of the process waits for the last batch. Chosen: a service ends within 5 s of a signal."""

_EXPORTER_LOG = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
_REPEAT_SECONDS = 60.0
"""A collector that is down is reported so often; its library would write twenty lines a minute."""


def connect_tracer(settings: Settings) -> Tracer:
    """Return the tracer of the settings. Nothing is sent before a span has ended.

    Raises ConfigurationError where an endpoint is set and the extra `tracing` is not installed.
    """
    if settings.tracing is None:
        return NO_TRACER
    try:
        return OpenTelemetryTracer(settings.tracing)
    except ImportError as error:
        raise ConfigurationError(
            f"OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed ({error}). "
            "Install it with: pip install 'groundwork[tracing]', or unset the variable."
        ) from error


class OpenTelemetryTracer:
    """See Tracer. It has a provider of its own, and the exporter's log is thinned out while it lives."""

    def __init__(self, settings: TracingSettings) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        ours = {"service.name": settings.service_name, "service.version": version("groundwork")}
        self._provider = TracerProvider(
            sampler=_sampler(settings),
            resource=Resource.create({**ours, **dict(settings.resource)}),
            shutdown_on_exit=False,
        )
        self._exporter = OTLPSpanExporter(endpoint=settings.endpoint, headers=dict(settings.headers))
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("groundwork", version("groundwork"))
        self._with_text = settings.with_text
        self._thinned = ThinnedLog()
        logging.getLogger(_EXPORTER_LOG).addFilter(self._thinned)

    def begin(
        self,
        name: str,
        kind: SpanKind = "internal",
        attributes: Attributes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Span:
        """See Tracer."""
        from opentelemetry.context import Context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        # From an empty context: a job must not become a child of what happens to run in its thread.
        context = TraceContextTextMapPropagator().extract(headers or {}, Context())
        return _begin(self._tracer, name, kind, attributes, context, with_text=self._with_text)

    def close(self) -> None:
        """See Tracer. A request that the collector does not answer in time is left to end by itself."""
        closing = threading.Thread(target=self._provider.shutdown, name="closing traces", daemon=True)
        closing.start()
        closing.join(_CLOSE_SECONDS)
        if closing.is_alive():
            # It would be sent again and again until the timeout of the exporter.
            self._exporter.shutdown()  # type: ignore[no-untyped-call]
        logging.getLogger(_EXPORTER_LOG).removeFilter(self._thinned)


class ThinnedLog(logging.Filter):
    """Lets a message through once a minute, whatever its arguments are. `clock` returns seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._written: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """See logging.Filter."""
        now, message = self._clock(), str(record.msg)
        if now - self._written.get(message, -_REPEAT_SECONDS) < _REPEAT_SECONDS:
            return False
        self._written[message] = now
        return True


class _OpenTelemetrySpan:
    """See Span."""

    def __init__(self, span: RecordedSpan, tracer: RecordingTracer, *, with_text: bool) -> None:
        self._span = span
        self._tracer = tracer
        self._with_text = with_text
        self.is_recording = span.is_recording()
        self.includes_text = with_text and self.is_recording

    @property
    def trace_id(self) -> str:
        """See Span."""
        return f"{self._span.get_span_context().trace_id:032x}"

    def child(self, name: str, kind: SpanKind = "internal", attributes: Attributes | None = None) -> Span:
        """See Span. The trace of a span that is not sampled has no further spans in this process."""
        if not self.is_recording:
            return self
        return _begin(self._tracer, name, kind, attributes, self._context(), with_text=self._with_text)

    def set(self, name: str, value: Value) -> None:
        """See Span."""
        self._span.set_attribute(name, value)

    def rename(self, name: str) -> None:
        """See Span."""
        self._span.update_name(name)

    def fail(self, error: str) -> None:
        """See Span."""
        from opentelemetry.trace import Status, StatusCode

        self._span.set_attribute("error.type", error)
        self._span.set_status(Status(StatusCode.ERROR))

    def headers(self) -> Mapping[str, str]:
        """See Span."""
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        headers: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(headers, self._context())
        return headers

    def end(self, at_ns: int | None = None) -> None:
        """See Span."""
        self._span.end(at_ns)

    def _context(self) -> Context:
        from opentelemetry.context import Context
        from opentelemetry.trace import set_span_in_context

        return set_span_in_context(self._span, Context())


def _begin(
    tracer: RecordingTracer,
    name: str,
    kind: SpanKind,
    attributes: Attributes | None,
    context: Context,
    *,
    with_text: bool,
) -> Span:
    from opentelemetry.trace import SpanKind as Kinds

    span = tracer.start_span(name, context, Kinds[kind.upper()], attributes)
    return _OpenTelemetrySpan(span, tracer, with_text=with_text)


def _sampler(settings: TracingSettings) -> Sampler:
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, TraceIdRatioBased

    kept = settings.sampler.removeprefix("parentbased_")
    sampler = {"always_on": ALWAYS_ON, "always_off": ALWAYS_OFF}.get(kept) or TraceIdRatioBased(settings.ratio)
    return sampler if kept == settings.sampler else ParentBased(sampler)
