from __future__ import annotations

from pathlib import Path

import pytest

from app.service.documents.jobs import Job
from app.service.server import announce_unfinished, run_server
from core.errors import ConfigurationError
from core.settings import Settings
from ingest.progress import Progress


def announced(*jobs: Job) -> list[str]:
    lines: list[str] = []
    announce_unfinished(jobs, lines.append)
    return lines


def test_a_service_without_unfinished_jobs_says_nothing_at_its_end() -> None:
    assert announced() == []


def test_what_the_stopped_job_has_done_and_what_goes_on_is_one_line() -> None:
    progress = Progress(12, 40, "a.md", "embedding", chunks=310)
    running, queued = Job("job-1", "running", progress), Job("job-2", "queued")
    assert announced(running, queued) == [
        "Stopped an ingestion: 12 of 40 documents read, 310 chunks embedded. 1 more waited. What was written stays. "
        "The next ingestion of the same documents goes on from there: groundwork ingest"
    ]


def test_an_open_service_does_not_listen_for_others(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::", "192.168.1.20"):
        with pytest.raises(ConfigurationError, match="GROUNDWORK_AUTH is 'open'"):
            run_server(Settings(tmp_path, tmp_path, host=host), print)
