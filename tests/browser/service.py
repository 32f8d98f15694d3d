"""The real service in its own process."""

from __future__ import annotations

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

from testing.builders import REPOSITORY
from testing.model_server import free_port
from testing.processes import environment

_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Library:
    """A domain and the data directory that its documents were ingested into."""

    domain: Path
    data: Path

    def copy_to(self, folder: Path) -> Library:
        """Copy the index for another service: only one process can open an embedded index."""
        return Library(self.domain, shutil.copytree(self.data, folder / "data"))

    def with_settings(self, folder: Path, *lines: str) -> Library:
        """Copy the domain to `folder`, with further lines at the end of its domain.toml."""
        domain = Path(shutil.copytree(self.domain, folder))
        file = domain / "domain.toml"
        file.write_text("\n".join([file.read_text(encoding="utf-8"), *lines, ""]), encoding="utf-8")
        return Library(domain, self.data)


@dataclass(frozen=True, slots=True)
class Service:
    """A service that listens; it can still be loading its index and embedder."""

    url: str
    process: subprocess.Popen[bytes]
    client: httpx2.Client

    def wait_until_ready(self) -> None:
        """Wait until the service answers questions."""
        wait_until(lambda: self.client.get("/ready").status_code == 200, "the service is ready")

    def model_is_reachable(self) -> bool:
        """Say whether the service reaches its model; it checks every few seconds."""
        return bool(self.client.get("/v1/configuration").json()["model"]["reachable"])

    def upload(self, name: str, text: str) -> str:
        """Add a document, or its new version, and wait until it is ingested; return its id."""
        files = {"files": (name, text.encode(), "text/markdown")}
        job = self.client.post("/v1/documents", files=files, data={"replace": "true"}).json()["job_id"]
        wait_until(lambda: self._job(job)["status"] not in ("queued", "running"), f"'{name}' is ingested")
        return f"uploads/{name}"

    def delete(self, document_id: str) -> None:
        """Delete an uploaded document if it still exists."""
        response = self.client.delete(f"/v1/documents/{document_id}")
        if response.status_code != 404:
            response.raise_for_status()

    def stop(self) -> None:
        """Stop the process."""
        self.process.terminate()
        self.process.wait(timeout=30)

    def _job(self, job: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/v1/ingest/jobs/{job}").json()
        return found


def ingest(domain: Path, data: Path, **variables: str) -> Library:
    """Ingest the domain's corpus with `groundwork ingest`; `variables` are set in its environment."""
    env = environment(data, domain, **variables)
    subprocess.run([sys.executable, "-m", "cli", "ingest"], cwd=REPOSITORY, env=env, check=True)
    return Library(domain, data)


@contextmanager
def running_service(library: Library, log: Path, **variables: str) -> Iterator[Service]:
    """Run a service until the end of the block; give it when it listens.

    Its output goes to `log`; `variables` are set in its environment.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "cli", "serve", "--port", str(port)]
    env = environment(library.data, library.domain, **variables)
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=REPOSITORY, env=env, stdout=output, stderr=output) as process,
        httpx2.Client(base_url=url, timeout=30) as client,
    ):
        try:
            wait_until(lambda: _listens(client, process, log), f"{url} listens")
            yield Service(url, process, client)
        finally:
            process.terminate()


def wait_until(condition: Callable[[], bool], description: str) -> None:
    """Check the condition every 50 ms until it is true. Raises TimeoutError with the description."""
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {_TIMEOUT_SECONDS:.0f} s it is not yet true that {description}")
        time.sleep(0.05)


def _listens(client: httpx2.Client, process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"the service ended with {process.returncode}: {log.read_text(errors='replace')}")
    try:
        return client.get("/health").status_code == 200
    except httpx2.TransportError:
        return False
