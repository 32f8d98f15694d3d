"""`python -m cli …` as a user runs it: a process of its own, with an environment of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from testing.model_server import free_port

ROOT = Path(__file__).resolve().parents[1]
_OURS = ("GROUNDWORK_", "QDRANT_", "LLM_", "EMBEDDING_", "DATABASE_")
_PATIENCE_SECONDS = 90.0


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout, which must be one JSON object and nothing else."""
        assert len(self.out.splitlines()) == 1, self.out
        return json.loads(self.out)


def environment(data: Path, domain: Path, **more: str) -> dict[str, str]:
    """A clean environment for a process: nothing of the caller's own configuration is in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    ours = {"GROUNDWORK_DATA_DIR": str(data), "GROUNDWORK_DOMAIN": str(domain), "HF_HUB_OFFLINE": "1"}
    return {**kept, **ours, **more}


def groundwork(*arguments: str | bytes, env: Mapping[str, str], timeout: float = _PATIENCE_SECONDS) -> Ended:
    """Run a command to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=ROOT,
        env=dict(env),
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


@dataclass
class Serving:
    """A running service."""

    process: subprocess.Popen[bytes]
    url: str
    env: Mapping[str, str]
    log: Path

    def token(self) -> str:
        """What the command line reads to hand over work."""
        note = Path(self.env["GROUNDWORK_DATA_DIR"]) / "index" / "holder.json"
        token: str = json.loads(note.read_text(encoding="utf-8"))["token"]
        return token

    def client(self) -> httpx2.Client:
        """Plain HTTP, without certificates: loading them takes longer than most requests here."""
        return httpx2.Client(base_url=self.url, timeout=60.0, verify=False)

    def ingest(self, paths: Sequence[Path] = ()) -> dict[str, Any]:
        """Ingest over HTTP and wait for the report."""
        body = {"paths": [str(path) for path in paths]}
        with self.client() as http:
            answer = http.post("/v1/ingest", json=body, headers={"X-Groundwork-Token": self.token()})
            assert answer.status_code == 202, answer.text
            return wait_for_job(http, answer.json()["job_id"])

    def stop(self) -> int:
        """Tell it to stop, as a container does; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def kill(self) -> None:
        """End it without a chance to tidy up."""
        self.process.kill()
        self.process.wait(timeout=30)


def wait_for_job(http: httpx2.Client, job_id: str) -> dict[str, Any]:
    """The report of a job that succeeds."""
    for _ in range(int(_PATIENCE_SECONDS / 0.1)):
        job = http.get(f"/v1/ingest/jobs/{job_id}").json()
        if job["status"] in ("done", "failed"):
            assert job["status"] == "done", job
            report: dict[str, Any] = job["report"]
            return report
        time.sleep(0.1)
    raise AssertionError(f"{job_id} has not ended: {job}")


@contextmanager
def serving(env: Mapping[str, str], log: Path, until: str = "documents") -> Iterator[Serving]:
    """A service that has come so far that `until` stands in its readiness.

    `documents` is told when the index is open, be it empty; `reason` at once.
    """
    port = free_port()
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "serve", "--port", str(port)], cwd=ROOT, env=dict(env), stdout=out, stderr=out
        )
    service = Serving(process, f"http://127.0.0.1:{port}", env, log)
    try:
        _wait(service, until)
        yield service
    finally:
        if process.poll() is None:
            service.stop()


def _wait(service: Serving, until: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with service.client() as http:
        while time.monotonic() < deadline:
            assert service.process.poll() is None, service.log.read_text(encoding="utf-8")
            try:
                if until in http.get("/ready").json():
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.1)
    raise AssertionError(f"the service did not start: {service.log.read_text(encoding='utf-8')}")
