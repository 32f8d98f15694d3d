from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.service.documents.corpus_health import CorpusHealth
from app.service.metrics import Metrics
from app.service.principals import LOCAL
from app.service.service import Service
from core.errors import NotReady
from core.index import Index
from core.permissions import EVERYTHING
from testing.services import open_service

TODAY = date(2026, 11, 29)
EXPIRED = "The permit for the yard expires on 30 April 2026.\n"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with open_service(tmp_path) as made:
        yield made


def read(service: Service, text: str) -> None:
    """Upload a page and wait until it is read."""
    sent = service.library.upload([("yard.md", io.BytesIO(text.encode()))], replacing=True, by=LOCAL)
    while service.library.jobs.job(sent.job_id, LOCAL).status in ("queued", "running"):
        time.sleep(0.01)


def test_documents_are_examined_once_until_they_or_the_day_change(service: Service) -> None:
    days = [TODAY]
    health = CorpusHealth(lambda: service.library.index, Metrics(), lambda: days[-1])
    first = health.examination(EVERYTHING)
    assert first.documents == service.library.size(EVERYTHING)[0]
    assert health.examination(EVERYTHING) is first
    health.changed()
    assert health.examination(EVERYTHING) is not first
    days.append(date(2026, 11, 30))
    assert health.examination(EVERYTHING).day == days[-1]


def test_an_upload_is_examined_by_the_service_and_counted(service: Service) -> None:
    before = len(service.library.health.examination(EVERYTHING).findings)
    read(service, EXPIRED)
    found = service.library.health.examination(EVERYTHING).findings
    assert [finding.what for finding in found if finding.a.document_id == "uploads/yard.md"] == ["30 April 2026"]
    assert len(found) == before + 1
    assert 'groundwork_corpus_findings{kind="past_date"}' in service.metrics.exposition().decode()
    service.library.delete("uploads/yard.md", LOCAL)
    assert len(service.library.health.examination(EVERYTHING).findings) == before


def test_an_index_that_cannot_be_read_is_reported_to_who_asks_and_logged_in_the_background(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logged = threading.Event()

    def index() -> Index:
        logged.set()
        raise NotReady("The index is being loaded.", code="starting")

    health = CorpusHealth(index, Metrics(), lambda: TODAY)
    with pytest.raises(NotReady):
        health.examination(EVERYTHING)
    logged.clear()
    health.examine_in_background()
    assert logged.wait(10)
    with pytest.raises(NotReady):
        health.examination(EVERYTHING)
    assert "the documents were not examined: The index is being loaded." in caplog.text


def test_after_the_service_is_closed_the_index_is_not_read(tmp_path: Path) -> None:
    with open_service(tmp_path) as service:
        health = service.library.health
    with pytest.raises(NotReady, match="closing"):
        health.examination(EVERYTHING)
