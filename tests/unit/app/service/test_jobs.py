from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.api.responses import IngestionJob
from app.service.jobs import Job, Jobs
from core.errors import IndexFault, NotFound
from ingest.progress import Progress, ReportProgress
from ingest.report import IngestReport, Unread

REPORT = IngestReport(created=2, chunks=9, failed=(Unread("bad.pdf", "it is encrypted"),), seconds=0.5)


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def ended(jobs: Jobs, job_id: str) -> Job:
    for _ in range(500):
        job = jobs.job(job_id)
        if job.status in ("done", "failed"):
            return job
        time.sleep(0.01)
    raise AssertionError(f"{job_id} has not ended: {job}")


def succeed(_: ReportProgress) -> IngestReport:
    return REPORT


def test_a_job_that_is_done_has_its_report(jobs: Jobs) -> None:
    job = ended(jobs, jobs.submit(succeed))
    assert (job.status, job.report, job.error) == ("done", REPORT, None)


def test_a_job_over_http_has_the_reports_rows(jobs: Jobs) -> None:
    body = IngestionJob.model_validate(ended(jobs, jobs.submit(succeed))).model_dump()
    assert set(body) == {"id", "status", "progress", "report", "error"}
    assert body["report"] == REPORT.to_dict()
    assert IngestReport.from_dict(body["report"]) == REPORT


def test_progress_is_seen_while_a_job_runs(jobs: Jobs) -> None:
    half, go_on = threading.Event(), threading.Event()

    def work(progress: ReportProgress) -> IngestReport:
        progress(Progress(1, 2, "one.md"))
        half.set()
        assert go_on.wait(5)
        return REPORT

    job_id = jobs.submit(work)
    assert half.wait(5)
    assert jobs.job(job_id).progress == Progress(1, 2, "one.md")
    assert jobs.job(job_id).status == "running"
    go_on.set()
    assert ended(jobs, job_id).status == "done"


def test_jobs_run_one_after_the_other_in_the_order_in_which_they_came(jobs: Jobs) -> None:
    order: list[str] = []

    def work(name: str) -> IngestReport:
        order.append(f"{name} begins")
        time.sleep(0.01)
        order.append(f"{name} ends")
        return REPORT

    ids = [jobs.submit(lambda _, name=name: work(name)) for name in "abc"]  # type: ignore[misc]
    for job_id in ids:
        ended(jobs, job_id)
    assert order == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


def test_a_job_waits_in_the_queue_while_another_runs(jobs: Jobs) -> None:
    go_on = threading.Event()
    first = jobs.submit(lambda _: REPORT if go_on.wait(5) else IngestReport())
    second = jobs.submit(succeed)
    assert jobs.job(second).status == "queued"
    go_on.set()
    assert ended(jobs, first).report == REPORT
    assert ended(jobs, second).status == "done"


@pytest.mark.parametrize("error", [IndexFault("the disk is full"), OSError("the disk is full")])
def test_a_job_that_fails_says_why_and_the_next_one_runs(jobs: Jobs, error: Exception) -> None:
    def fail(_: ReportProgress) -> IngestReport:
        raise error

    first, second = jobs.submit(fail), jobs.submit(succeed)
    assert ended(jobs, first).error == "the disk is full"
    assert ended(jobs, second).status == "done"


def test_a_job_that_fails_unexpectedly_does_not_stop_the_others(jobs: Jobs, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: ReportProgress) -> IngestReport:
        raise RuntimeError("a secret of the inner workings")

    first, second = jobs.submit(fail), jobs.submit(succeed)
    failed = ended(jobs, first)
    assert failed.status == "failed"
    assert failed.error is not None
    assert "secret" not in failed.error
    assert ended(jobs, second).status == "done"
    assert "a secret of the inner workings" in caplog.text


def test_an_unknown_job_is_not_found_and_the_error_says_why(jobs: Jobs) -> None:
    with pytest.raises(NotFound, match="forgotten when the service restarts"):
        jobs.job("job-0")


def test_only_the_last_jobs_are_remembered(jobs: Jobs) -> None:
    ids = [jobs.submit(succeed) for _ in range(110)]
    ended(jobs, ids[-1])
    last = jobs.submit(succeed)
    ended(jobs, last)
    with pytest.raises(NotFound):
        jobs.job(ids[0])
    assert jobs.job(ids[-1]).status == "done"


def test_other_writers_wait_for_the_job_that_runs(jobs: Jobs) -> None:
    running, go_on = threading.Event(), threading.Event()

    def work(_: ReportProgress) -> IngestReport:
        running.set()
        assert go_on.wait(5)
        return REPORT

    job_id = jobs.submit(work)
    assert running.wait(5)
    assert not jobs.writing.acquire(blocking=False)
    go_on.set()
    ended(jobs, job_id)
    with jobs.writing:
        assert jobs.job(job_id).status == "done"


def test_closing_lets_the_running_job_end_and_starts_none_after_it() -> None:
    jobs = Jobs()
    running, go_on = threading.Event(), threading.Event()

    def work(_: ReportProgress) -> IngestReport:
        running.set()
        assert go_on.wait(5)
        return REPORT

    first, second = jobs.submit(work), jobs.submit(succeed)
    assert running.wait(5)
    threading.Timer(0.05, go_on.set).start()
    jobs.close()
    assert jobs.job(first).status == "done"
    assert jobs.job(second).status == "queued"


def test_any_number_of_threads_may_submit_and_read_jobs(jobs: Jobs) -> None:
    begin = threading.Barrier(8)
    errors: list[Exception] = []
    ids: list[str] = []

    def submit_many() -> None:
        begin.wait()
        try:
            for _ in range(200):
                ids.append(jobs.submit(succeed))
                # Only the last jobs are kept; this one may have ended long ago.
                with suppress(NotFound):
                    jobs.job(ids[-1])
        except Exception as error:
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=submit_many) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert errors == []
    assert len(set(ids)) == 1600
    assert ended(jobs, ids[-1]).status == "done"
