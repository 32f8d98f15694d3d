"""Spans that are only remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.tracing import Attributes, Span, SpanKind, Value


@dataclass
class RememberedSpan:
    """A span whose beginnings of children and whose end are lines of `log`, which its children share."""

    name: str
    log: list[str]
    is_recording: bool = True
    includes_text: bool = False
    trace_id: str = "ab"
    attributes: dict[str, Value] = field(default_factory=dict)
    error: str | None = None

    def child(self, name: str, kind: SpanKind = "internal", attributes: Attributes | None = None) -> Span:
        self.log.append(f"{self.name} > {name}")
        return RememberedSpan(name, self.log)

    def set(self, name: str, value: Value) -> None:
        self.attributes[name] = value

    def rename(self, name: str) -> None:
        self.name = name

    def fail(self, error: str) -> None:
        self.error = error

    def headers(self) -> Mapping[str, str]:
        return {"traceparent": f"00-{self.name}"}

    def end(self, at_ns: int | None = None) -> None:
        ending = self.error or ("cancelled" if self.attributes.get("groundwork.cancelled") else "ended")
        self.log.append(f"{self.name} {ending}")
