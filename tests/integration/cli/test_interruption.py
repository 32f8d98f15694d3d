"""An ingestion ends at once when it is interrupted or cancelled, says what is done, and the next one goes on.

The embedding server answers what a test lets it answer, so that a run is still embedding when it is interrupted.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import PIPE

import httpx2
import pytest

from testing.builders import REPOSITORY
from testing.handbook import PAGES, write_pages
from testing.hash_embedding_server import HashEmbeddingServer, running_embedding_server
from testing.processes import Serving, groundwork, serving, wait_for_job
from tests.integration.cli.conftest import fresh

SUMMARY = r"{documents} of {documents} documents read, 0 of about \d+ chunks embedded"


@pytest.fixture
def embedder() -> Iterator[HashEmbeddingServer]:
    with running_embedding_server() as server:
        yield server


@pytest.fixture(scope="module")
def shared() -> Iterator[HashEmbeddingServer]:
    with running_embedding_server() as server:
        yield server


@pytest.fixture(scope="module")
def service(shared: HashEmbeddingServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service on an empty index."""
    folder = tmp_path_factory.mktemp("interruption")
    with serving(fresh(folder, shared.url), folder / "log") as running:
        yield running


def wait_until_paused(embedder: HashEmbeddingServer) -> None:
    deadline = time.monotonic() + 60
    while embedder.paused_after >= 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert embedder.paused_after < 0


def interrupted(env: Mapping[str, str], embedder: HashEmbeddingServer, *arguments: str) -> tuple[int, str, float]:
    """Interrupt `groundwork ingest` while it embeds; return its exit code, its stderr and the seconds that it took."""
    command = [sys.executable, "-m", "cli", "ingest", *arguments]
    with subprocess.Popen(command, cwd=REPOSITORY, env=dict(env), stderr=PIPE) as process:
        wait_until_paused(embedder)
        # Until the command has asked the service how far it is.
        time.sleep(0.7)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    return process.returncode, err.decode(), time.monotonic() - began


def upload(http: httpx2.Client, name: str) -> str:
    """Upload a page; return the job's id."""
    text = f"# {name}\n\nThe page {name} has a sentence.\n".encode()
    return str(http.post("/v1/documents", files=[("files", (name, text))]).json()["job_id"])


def wait_for_status(http: httpx2.Client, job_id: str, status: str) -> dict[str, object]:
    for _ in range(500):
        job: dict[str, object] = http.get(f"/v1/ingest/jobs/{job_id}").json()
        if job["status"] == status:
            return job
        time.sleep(0.02)
    raise AssertionError(job)


def test_ctrl_c_ends_an_ingestion_at_once_and_the_next_run_finishes_it(
    embedder: HashEmbeddingServer, tmp_path: Path
) -> None:
    env = fresh(tmp_path, embedder.url)
    # The dimension is answered; the first chunks wait.
    embedder.pause_after(1)
    code, err, seconds = interrupted(env, embedder)
    embedder.resume()

    assert code == 130
    expected = SUMMARY.format(documents=len(PAGES))
    assert re.fullmatch(rf"Interrupted: {expected}\. The same command goes on from here\.\n", err), err
    assert seconds < 5
    assert groundwork("ingest", "--json", env=env).json["created"] == len(PAGES)


def test_ctrl_c_cancels_the_job_of_a_service_which_goes_on(
    service: Serving, shared: HashEmbeddingServer, tmp_path: Path
) -> None:
    write_pages(tmp_path / "club", {"chess.md": "# Chess\n\nWe meet on Mondays.\n"})
    # The service has asked for the dimension; its ingestion process asks again.
    shared.pause_after(1)
    code, err, seconds = interrupted(service.env, shared, str(tmp_path / "club"))
    shared.resume()

    assert code == 130
    assert err.startswith("Interrupted: 1 of 1 documents read, 0 of about 1 chunks embedded. The same command")
    assert len(err.splitlines()) == 1
    assert seconds < 5
    assert groundwork("ingest", str(tmp_path / "club"), "--json", env=service.env).json["created"] == 1


def test_a_job_is_cancelled_over_http_while_it_runs_and_while_it_waits(
    service: Serving, shared: HashEmbeddingServer
) -> None:
    with service.client() as http:
        wait_for_job(http, upload(http, "first.md"))
        shared.pause_after(0)
        running, queued = upload(http, "running.md"), upload(http, "queued.md")
        wait_until_paused(shared)
        job = wait_for_status(http, running, "running")
        assert set(job) == {"id", "status", "elapsed_seconds", "progress", "report", "error"}
        progress = job["progress"]
        assert isinstance(progress, dict)
        assert set(progress) == {"stage", "done", "total", "name", "chunks", "chunks_expected", "seconds_left"}
        assert (progress["stage"], progress["chunks"], progress["seconds_left"]) == ("embedding", 0, None)

        assert http.request("DELETE", f"/v1/ingest/jobs/{queued}").json()["status"] == "cancelled"
        cancelled = http.request("DELETE", f"/v1/ingest/jobs/{running}").json()
        assert (cancelled["status"], cancelled["error"], cancelled["report"]) == ("cancelled", None, None)
        shared.resume()

        again = http.request("DELETE", f"/v1/ingest/jobs/{running}")
        assert (again.status_code, again.json()["error"]["code"]) == (409, "job_has_ended")
        assert http.request("DELETE", "/v1/ingest/jobs/job-0").status_code == 404
        # The uploads are kept, and the next ingestion reads them.
        groundwork("ingest", env=service.env)
        assert http.get("/v1/documents/uploads/running.md").status_code == 200


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_service_ends_within_five_seconds_while_a_job_runs(
    embedder: HashEmbeddingServer, tmp_path: Path, how: signal.Signals
) -> None:
    env = fresh(tmp_path, embedder.url)
    with serving(env, tmp_path / "log") as service, service.client() as http:
        embedder.pause_after(1)
        upload(http, "page.md")
        wait_until_paused(embedder)
        began = time.monotonic()
        service.process.send_signal(how)
        service.process.wait(timeout=20)
        assert time.monotonic() - began < 5
    embedder.resume()
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert "Stopped an ingestion: 1 of 1 documents read, 0 of about 1 chunks embedded. What was written stays." in log
    assert "Traceback" not in log
