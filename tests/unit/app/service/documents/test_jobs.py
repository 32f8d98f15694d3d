from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.api.documents.responses import IngestionJob
from app.service.documents.jobs import Job, Jobs, Work
from app.service.metrics import Metrics
from app.service.principals import LOCAL, Principal
from core.errors import Conflict, IndexFault, NotFound
from ingest.progress import Progress, ReportProgress
from ingest.report import IngestReport, Unread

REPORT = IngestReport(created=2, chunks=9, failed=(Unread("bad.pdf", "it is encrypted"),), seconds=0.5)


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs(Metrics())
    yield made
    made.close()


def ended(jobs: Jobs, job_id: str) -> Job:
    for _ in range(500):
        job = jobs.job(job_id, LOCAL)
        if job.status in ("done", "failed", "cancelled"):
            return job
        time.sleep(0.01)
    raise AssertionError(f"{job_id} has not ended: {job}")


def succeed(_: ReportProgress) -> IngestReport:
    return REPORT


def test_a_job_that_is_done_has_its_report(jobs: Jobs) -> None:
    job = ended(jobs, jobs.submit(succeed, None))
    assert (job.status, job.report, job.error) == ("done", REPORT, None)


def test_a_job_over_http_has_the_reports_rows(jobs: Jobs) -> None:
    body = IngestionJob.model_validate(ended(jobs, jobs.submit(succeed, None))).model_dump()
    assert set(body) == {"id", "status", "elapsed_seconds", "progress", "report", "error"}
    assert body["report"] == REPORT.to_dict()
    assert IngestReport.from_dict(body["report"]) == REPORT


def test_progress_is_seen_while_a_job_runs(jobs: Jobs) -> None:
    half, go_on = threading.Event(), threading.Event()

    def work(progress: ReportProgress) -> IngestReport:
        progress(Progress(1, 2, "one.md"))
        half.set()
        assert go_on.wait(5)
        return REPORT

    job_id = jobs.submit(work, None)
    assert half.wait(5)
    assert jobs.job(job_id, LOCAL).progress == Progress(1, 2, "one.md")
    assert jobs.job(job_id, LOCAL).status == "running"
    go_on.set()
    assert ended(jobs, job_id).status == "done"


def test_jobs_run_one_after_the_other_in_the_order_in_which_they_came(jobs: Jobs) -> None:
    order: list[str] = []

    def work(name: str) -> IngestReport:
        order.append(f"{name} begins")
        time.sleep(0.01)
        order.append(f"{name} ends")
        return REPORT

    ids = [jobs.submit(lambda _, name=name: work(name), None) for name in "abc"]  # type: ignore[misc]
    for job_id in ids:
        ended(jobs, job_id)
    assert order == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


def test_a_job_waits_in_the_queue_while_another_runs(jobs: Jobs) -> None:
    go_on = threading.Event()
    first = jobs.submit(lambda _: REPORT if go_on.wait(5) else IngestReport(), None)
    second = jobs.submit(succeed, None)
    assert jobs.job(second, LOCAL).status == "queued"
    go_on.set()
    assert ended(jobs, first).report == REPORT
    assert ended(jobs, second).status == "done"


@pytest.mark.parametrize("error", [IndexFault("the disk is full"), OSError("the disk is full")])
def test_a_job_that_fails_says_why_and_the_next_one_runs(jobs: Jobs, error: Exception) -> None:
    def fail(_: ReportProgress) -> IngestReport:
        raise error

    first, second = jobs.submit(fail, None), jobs.submit(succeed, None)
    assert ended(jobs, first).error == "the disk is full"
    assert ended(jobs, second).status == "done"


def test_a_job_that_fails_unexpectedly_does_not_stop_the_others(jobs: Jobs, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: ReportProgress) -> IngestReport:
        raise RuntimeError("a secret of the inner workings")

    first, second = jobs.submit(fail, None), jobs.submit(succeed, None)
    failed = ended(jobs, first)
    assert failed.status == "failed"
    assert failed.error is not None
    assert "secret" not in failed.error
    assert ended(jobs, second).status == "done"
    assert "a secret of the inner workings" in caplog.text


def test_jobs_are_listed_newest_first_to_those_who_may_see_them(jobs: Jobs) -> None:
    visitor = Principal("key", frozenset(), id="key:one")
    of_visitor, of_nobody = jobs.submit(succeed, visitor.id), jobs.submit(succeed, None)
    assert [job.id for job in jobs.listed(LOCAL)] == [of_nobody, of_visitor]
    assert [job.id for job in jobs.listed(visitor)] == [of_visitor]


def test_an_unknown_job_is_not_found_and_the_error_says_why(jobs: Jobs) -> None:
    with pytest.raises(NotFound, match="forgotten when the service restarts"):
        jobs.job("job-0", LOCAL)


def test_only_the_last_jobs_are_remembered(jobs: Jobs) -> None:
    ids = [jobs.submit(succeed, None) for _ in range(110)]
    ended(jobs, ids[-1])
    last = jobs.submit(succeed, None)
    ended(jobs, last)
    with pytest.raises(NotFound):
        jobs.job(ids[0], LOCAL)
    assert jobs.job(ids[-1], LOCAL).status == "done"


def test_other_writers_wait_for_the_job_that_runs(jobs: Jobs) -> None:
    running, go_on = threading.Event(), threading.Event()

    def work(_: ReportProgress) -> IngestReport:
        running.set()
        assert go_on.wait(5)
        return REPORT

    job_id = jobs.submit(work, None)
    assert running.wait(5)
    assert not jobs.writing.acquire(blocking=False)
    go_on.set()
    ended(jobs, job_id)
    with jobs.writing:
        assert jobs.job(job_id, LOCAL).status == "done"


def until_cancelled(running: threading.Event) -> Work:
    """A run that goes on until it is cancelled."""

    def work(progress: ReportProgress) -> IngestReport:
        for done in range(500):
            progress(Progress(done, 500, "page.md", "embedding", chunks=done))
            running.set()
            time.sleep(0.01)
        raise AssertionError("the run was not cancelled")

    return work


def test_a_running_job_is_cancelled_and_keeps_its_progress(jobs: Jobs) -> None:
    running = threading.Event()
    first = jobs.submit(until_cancelled(running), None)
    second = jobs.submit(succeed, None)
    assert running.wait(5)

    job = jobs.cancel(first)

    assert (job.status, job.report, job.error) == ("cancelled", None, None)
    assert job.progress is not None
    assert job.progress.total == 500
    assert ended(jobs, second).status == "done"


def test_a_queued_job_is_cancelled_and_never_runs(jobs: Jobs) -> None:
    running, ran = threading.Event(), threading.Event()
    first = jobs.submit(until_cancelled(running), None)

    def work(_: ReportProgress) -> IngestReport:
        ran.set()
        return REPORT

    second = jobs.submit(work, None)
    third = jobs.submit(succeed, None)
    assert running.wait(5)

    assert jobs.cancel(second).status == "cancelled"
    assert jobs.job(second, LOCAL).elapsed_seconds == 0
    jobs.cancel(first)

    assert ended(jobs, third).status == "done"
    assert not ran.is_set()
    assert jobs.job(second, LOCAL).status == "cancelled"


def test_a_job_that_does_not_stop_at_once_is_running_until_it_does(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.service.documents.jobs._CANCEL_SECONDS", 0.05)
    running, go_on = threading.Event(), threading.Event()

    def work(progress: ReportProgress) -> IngestReport:
        running.set()
        assert go_on.wait(5)
        progress(Progress(1, 2, "one.md"))
        return REPORT

    job_id = jobs.submit(work, None)
    assert running.wait(5)
    assert jobs.cancel(job_id).status == "running"
    go_on.set()
    assert ended(jobs, job_id).status == "cancelled"


def test_a_job_that_has_ended_cannot_be_cancelled(jobs: Jobs) -> None:
    job_id = jobs.submit(succeed, None)
    ended(jobs, job_id)
    with pytest.raises(Conflict, match="has ended \\(done\\)") as raised:
        jobs.cancel(job_id)
    assert raised.value.code == "job_has_ended"
    with pytest.raises(NotFound):
        jobs.cancel("job-0")


def test_the_time_of_a_job_is_counted_while_it_runs_and_then_stands(jobs: Jobs) -> None:
    running = threading.Event()
    job_id = jobs.submit(until_cancelled(running), None)
    assert running.wait(5)
    time.sleep(0.11)
    assert jobs.job(job_id, LOCAL).elapsed_seconds >= 0.1
    jobs.cancel(job_id)
    after = jobs.job(job_id, LOCAL).elapsed_seconds
    time.sleep(0.11)
    assert jobs.job(job_id, LOCAL).elapsed_seconds == after


def test_closing_cancels_the_running_job_and_starts_none_after_it() -> None:
    jobs = Jobs(Metrics())
    running = threading.Event()
    first, second = jobs.submit(until_cancelled(running), None), jobs.submit(succeed, None)
    assert running.wait(5)

    unfinished = jobs.close()

    assert [(job.id, job.status) for job in unfinished] == [(first, "running"), (second, "queued")]
    assert jobs.job(first, LOCAL).status == "cancelled"
    assert jobs.job(second, LOCAL).status == "cancelled"


def test_any_number_of_threads_may_submit_and_read_jobs(jobs: Jobs) -> None:
    begin = threading.Barrier(8)
    errors: list[Exception] = []
    ids: list[str] = []

    def submit_many() -> None:
        begin.wait()
        try:
            for _ in range(200):
                ids.append(jobs.submit(succeed, None))
                # Only the last jobs are kept; this one may have ended long ago.
                with suppress(NotFound):
                    jobs.job(ids[-1], LOCAL)
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
