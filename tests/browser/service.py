"""The real service as a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from testing.model_server import free_port

REPOSITORY = Path(__file__).parents[2]
_OURS = ("GROUNDWORK_", "LLM_", "QDRANT_", "EMBEDDING_", "DATABASE_")
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Library:
    """A domain and the data directory that its documents were ingested into."""

    domain: Path
    data: Path

    def copy_to(self, folder: Path) -> Library:
        """The same index once more, for one more service: an embedded index has one holder."""
        return Library(self.domain, shutil.copytree(self.data, folder / "data"))


@dataclass(frozen=True, slots=True)
class Service:
    """A service that was started; it listens, and may still be loading."""

    url: str
    process: subprocess.Popen[bytes]
    client: httpx2.Client

    def wait_until_ready(self) -> None:
        """Wait until documents can be asked about."""
        wait_until(lambda: self.client.get("/ready").status_code == 200, "the service is ready")

    def model_is_reachable(self) -> bool:
        """What the service knows of its model; it asks every few seconds."""
        return bool(self.client.get("/v1/configuration").json()["model"]["reachable"])

    def upload(self, name: str, text: str) -> str:
        """Add a document; returns its id."""
        job = self.client.post("/v1/documents", files={"files": (name, text.encode(), "text/markdown")}).json()[
            "job_id"
        ]
        wait_until(lambda: self._job(job)["status"] not in ("queued", "running"), f"'{name}' is read")
        return f"uploads/{name}"

    def delete(self, document_id: str) -> None:
        """Remove an uploaded document, if it is still there."""
        response = self.client.delete(f"/v1/documents/{document_id}")
        if response.status_code != 404:
            response.raise_for_status()

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(timeout=30)

    def _job(self, job: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/v1/ingest/jobs/{job}").json()
        return found


def ingest(domain: Path, data: Path) -> Library:
    """Read the domain's corpus with the command of the same name."""
    subprocess.run([sys.executable, "-m", "cli", "ingest"], cwd=REPOSITORY, env=_environment(domain, data), check=True)
    return Library(domain, data)


@contextmanager
def running_service(library: Library, log: Path, model_url: str | None = None) -> Iterator[Service]:
    """A service that listens; it is ended behind the block. Its output goes to `log`."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "cli", "serve", "--port", str(port)]
    environment = _environment(library.domain, library.data) | ({"LLM_BASE_URL": model_url} if model_url else {})
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=output, stderr=output) as process,
        httpx2.Client(base_url=url, timeout=30) as client,
    ):
        try:
            wait_until(lambda: _listens(client, process, log), f"{url} listens")
            yield Service(url, process, client)
        finally:
            process.terminate()


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Ask again and again. Raises TimeoutError."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {_PATIENCE_SECONDS:.0f} s it is still not so that {what}")
        time.sleep(0.05)


def _listens(client: httpx2.Client, process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"the service ended with {process.returncode}: {log.read_text(errors='replace')}")
    try:
        return client.get("/health").status_code == 200
    except httpx2.TransportError:
        return False


def _environment(domain: Path, data: Path) -> dict[str, str]:
    """The environment without what a developer may have set for the service."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**inherited, "GROUNDWORK_DOMAIN": str(domain), "GROUNDWORK_DATA_DIR": str(data), "HF_HUB_OFFLINE": "1"}
