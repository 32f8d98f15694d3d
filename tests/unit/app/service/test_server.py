from __future__ import annotations

from app.service.documents.jobs import Job
from app.service.server import announce_unfinished
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
