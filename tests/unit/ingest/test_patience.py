"""A run waits for a server that is away, and no longer than it should."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.errors import IndexFault, IndexUnreachable
from core.index.edge.index import EdgeIndex
from ingest.patience import PatientIndex


class Away:
    """An index whose server is away until a time; `now` is in seconds, and passes while somebody sleeps."""

    def __init__(self, until: float, error: Callable[[], Exception] = lambda: IndexUnreachable("away")) -> None:
        self.until, self.error, self.now, self.removed = until, error, 0.0, list[str]()

    def remove_document(self, document_id: str) -> None:
        if self.now < self.until:
            raise self.error()
        self.removed.append(document_id)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def patient(self) -> PatientIndex:
        return PatientIndex(self, 60.0, lambda: self.now, self.sleep)  # type: ignore[arg-type]


def test_a_server_that_is_away_for_half_a_minute_is_waited_for() -> None:
    index = Away(until=30)

    index.patient().remove_document("a.md")

    assert index.removed == ["a.md"]
    assert 30 <= index.now <= 32


def test_one_that_does_not_come_back_is_an_error_after_a_while() -> None:
    index = Away(until=10_000)

    with pytest.raises(IndexUnreachable, match="away"):
        index.patient().remove_document("a.md")
    assert index.now == 60


def test_what_waiting_does_not_change_is_raised_at_once() -> None:
    index = Away(until=30, error=lambda: IndexFault("a vector of the wrong length"))

    with pytest.raises(IndexFault):
        index.patient().remove_document("a.md")
    assert index.now == 0


def test_every_call_of_a_run_is_a_patient_one() -> None:
    calls = {name for name in vars(PatientIndex) if not name.startswith("_")}

    assert calls == {
        *("records", "write_chunks", "vectors_of", "chunks_written", "write_document", "forget_hash"),
        *("change_groups", "remove_chunks", "remove_document", "settle", "close"),
    }
    assert all(callable(getattr(EdgeIndex, name)) for name in calls)
