"""Run `python -m cli …` as a user does: in its own process, with its own environment."""

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

from core.errors import IndexLocked
from core.index.lock import find_holder
from testing.builders import REPOSITORY
from testing.model_server import free_port

_OURS = ("GROUNDWORK_", "QDRANT_", "LLM_", "EMBEDDING_", "DATABASE_", "OTEL_", "REDIS_")
_TIMEOUT_SECONDS = 90.0


@dataclass(frozen=True)
class Ended:
    """The exit code and the output of a command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON value on stdout, which must be one line and nothing else."""
        assert len(self.out.splitlines()) == 1, self.out
        return json.loads(self.out)


def environment(data: Path, domain: Path, **more: str) -> dict[str, str]:
    """Return an environment for a process without the caller's own configuration of Groundwork.

    Nothing is answered from the cache: the model server of a test follows its script, and benchmarks repeat questions.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    required = {"GROUNDWORK_DATA_DIR": str(data), "GROUNDWORK_DOMAIN": str(domain), "HF_HUB_OFFLINE": "1"}
    required["GROUNDWORK_ANSWER_CACHE_MB"] = "0"
    return {**inherited, **required, **more}


def groundwork(*arguments: str | bytes, env: Mapping[str, str], timeout: float = _TIMEOUT_SECONDS) -> Ended:
    """Run a command to its end, at most `timeout` seconds."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=REPOSITORY,
        env=dict(env),
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


@dataclass
class Serving:
    """A running service. `env` is the environment of its process, `log` the file with its output."""

    process: subprocess.Popen[bytes]
    url: str
    env: Mapping[str, str]
    log: Path

    def token(self) -> str:
        """Return the token with which the command line asks the service to ingest."""
        holder = find_holder(Path(self.env["GROUNDWORK_DATA_DIR"]) / "index")
        assert holder is not None
        assert holder.token is not None
        return holder.token

    def client(self) -> httpx2.Client:
        """Return an HTTP client without certificates: loading them takes longer than most requests."""
        return httpx2.Client(base_url=self.url, timeout=60.0, verify=False)

    def ingest(self, paths: Sequence[Path] = ()) -> dict[str, Any]:
        """Ingest over HTTP; return the report."""
        body = {"paths": [str(path) for path in paths]}
        with self.client() as http:
            http.headers["X-Groundwork-Token"] = self.token()
            answer = http.post("/v1/ingest", json=body)
            assert answer.status_code == 202, answer.text
            return wait_for_job(http, answer.json()["job_id"])

    def stop(self) -> int:
        """Stop the process with SIGTERM, as a container does; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def kill(self) -> None:
        """Kill the process, without a chance to clean up."""
        self.process.kill()
        self.process.wait(timeout=30)


def wait_for_job(http: httpx2.Client, job_id: str) -> dict[str, Any]:
    """Wait until a job has succeeded; return its report."""
    for _ in range(int(_TIMEOUT_SECONDS / 0.1)):
        job = http.get(f"/v1/ingest/jobs/{job_id}").json()
        if job["status"] in ("done", "failed"):
            assert job["status"] == "done", job
            report: dict[str, Any] = job["report"]
            return report
        time.sleep(0.1)
    raise AssertionError(f"{job_id} has not ended: {job}")


@contextmanager
def serving(
    env: Mapping[str, str], log: Path, until: str = "documents", options: Sequence[str] = ()
) -> Iterator[Serving]:
    """Run `groundwork serve` until the end of the block; give it when `until` is a key of its readiness.

    `documents` is a key as soon as the index is open, even if it is empty; `reason` from the start.
    """
    port = free_port()
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "serve", "--port", str(port), *options],
            cwd=REPOSITORY,
            env=dict(env),
            stdout=out,
            stderr=out,
        )
    service = Serving(process, f"http://127.0.0.1:{port}", env, log)
    try:
        _wait(service, until)
        yield service
    finally:
        if process.poll() is None:
            service.stop()


def _wait(service: Serving, until: str) -> None:
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    with service.client() as http:
        while time.monotonic() < deadline:
            assert service.process.poll() is None, service.log.read_text(encoding="utf-8")
            try:
                # A caller who is not known reads no more than whether it is ready.
                holder = find_holder(Path(service.env["GROUNDWORK_DATA_DIR"]) / "index")
                token = {"X-Groundwork-Token": holder.token or ""} if holder is not None else {}
                if until in http.get("/ready", headers=token).json():
                    return
            except (httpx2.TransportError, IndexLocked):
                pass
            time.sleep(0.1)
    raise AssertionError(f"the service did not start: {service.log.read_text(encoding='utf-8')}")
