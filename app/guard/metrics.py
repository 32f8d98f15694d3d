"""What the guard counts, for Prometheus. No label has a text, a model or a caller."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from app.guard.check import Verdict
from app.guard.policy import Policy
from app.guard.request import Asked, UncheckedReason

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class GuardMetrics:
    """The metrics of one guard, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "groundwork_guard_requests", "Requests, by whether they are chat requests", ["kind", "status"],
            registry=registry,
        )  # fmt: skip
        self._open = Gauge("groundwork_guard_requests_open", "Requests that are being answered", registry=registry)
        self._contexts = Counter(
            "groundwork_guard_contexts", "Contexts that were found, by how", ["where"], registry=registry
        )
        self._checked = Counter("groundwork_guard_checked", "Answers that were checked", ["policy"], registry=registry)
        self._unchecked = Counter(
            "groundwork_guard_unchecked", "Answers that were not checked, by the reason", ["reason"], registry=registry
        )
        self._flags = Counter(
            "groundwork_guard_flags", "Flags of the answers that are shown", ["reason", "severity"], registry=registry
        )
        self._withheld = Counter(
            "groundwork_guard_sentences_withheld", "Sentences that a policy removed", ["policy"], registry=registry
        )
        self._refusals = Counter(
            "groundwork_guard_refusals", "Answers that a policy replaced by its refusal", ["policy"], registry=registry
        )
        self._faults = Counter(
            "groundwork_guard_upstream_faults", "Requests that the upstream did not answer in full", ["kind"],
            registry=registry,
        )  # fmt: skip
        self._left = Counter(
            "groundwork_guard_clients_left", "Requests whose client left before the end", registry=registry
        )
        self._check_seconds = Histogram(
            "groundwork_guard_check_seconds", "Processor seconds that the check of an answer took",
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip

    def begin(self) -> None:
        """Count a request that begins."""
        self._open.inc()

    def end(self, kind: str, status: int) -> None:
        """Count a request that ends; status 0: without a response."""
        self._open.dec()
        self._requests.labels(kind, status or "none").inc()

    def found(self, asked: Asked) -> None:
        """Count the contexts of a request."""
        for context in asked.found.contexts:
            self._contexts.labels(context.where).inc()

    def unchecked(self, reason: UncheckedReason) -> None:
        """Count an answer that passes without a check."""
        self._unchecked.labels(reason).inc()

    def verdict(self, verdict: Verdict, policy: Policy) -> None:
        """Count an answer that has ended."""
        if verdict.unchecked is not None:
            self.unchecked(verdict.unchecked)
            return
        self._checked.labels(policy).inc()
        self._check_seconds.observe(verdict.seconds)
        for flag in verdict.report.flags if verdict.report is not None else ():
            self._flags.labels(flag.reason, flag.severity).inc()
        if verdict.withheld:
            self._withheld.labels(policy).inc(len(verdict.withheld))
        if verdict.refused:
            self._refusals.labels(policy).inc()

    def fault(self, kind: str) -> None:
        """Count a request that the upstream did not answer in full: `connect`, `timeout` or `broken`."""
        self._faults.labels(kind).inc()

    def client_left(self) -> None:
        """Count a request whose client left before its end."""
        self._left.inc()

    def exposition(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self._registry)
