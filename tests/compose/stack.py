"""A compose project of this repository under a name of its own, driven as a user does: docker compose, and HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import httpx2

from testing.builders import REPOSITORY

QUESTION = "by when should I get written feedback"
"""Of the sample domain. Its answer, in a model's words or the documents': day 45."""
EXPECTED = "45"
SERVICES = ("app", "qdrant", "postgres", "model")
_POLL_SECONDS = 0.25
_FILES = ("docker-compose.yml", "tests/compose/no-registry.yml")


def without_registry() -> bool:
    """Return whether the images of others are replaced by ones that are built here."""
    return os.environ.get("WITHOUT_REGISTRY", "") == "1"


def docker(
    *words: str, check: bool = True, env: Mapping[str, str] | None = None, stdin: IO[bytes] | None = None
) -> str:
    """Run docker in the repository and return its output. With `check`, a failure fails the test with what it said."""
    environment = {**os.environ, **(env or {})}
    done = subprocess.run(
        ["docker", *words], cwd=REPOSITORY, env=environment, stdin=stdin, capture_output=True, text=True
    )
    assert not check or done.returncode == 0, f"docker {' '.join(words)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@dataclass(frozen=True)
class Reply:
    """What a question got: the status of HTTP (0: no connection), and the fields of the answer."""

    status: int
    text: str = ""
    groundwork: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        """Whether it is an answer that cites the document with the expected figure."""
        cited = self.groundwork.get("citations") or []
        return self.status == 200 and any(EXPECTED in citation["text"] for citation in cited)

    @property
    def mode(self) -> str | None:
        """Who wrote it: `generated` or `extractive`, and for a generated answer that was replaced `extractive`."""
        return self.groundwork.get("mode")


@dataclass(frozen=True)
class Recovery:
    """What killing a container cost, in seconds from the kill, and what askers saw meanwhile.

    down    until the first wrong answer or error; None where there was none
    right   until answers were right again for good
    """

    down: float | None
    right: float
    seen: tuple[str, ...]

    def __str__(self) -> str:
        """The line of a report."""
        if self.down is None:
            return f"answers stayed right; container back after {self.right:.1f} s"
        return f"right again after {self.right:.1f} s; seen meanwhile: {', '.join(self.seen)}"


class Stack:
    """One project. `settings` are the variables of compose, as a user would give them."""

    def __init__(self, name: str, port: int, **settings: str) -> None:
        self.name = name
        self.port = port
        self.settings = {"PORT": str(port), "GROUNDWORK_DOMAIN": "onboarding", **settings}

    @property
    def url(self) -> str:
        """Where the page and the API are."""
        return f"http://127.0.0.1:{self.port}"

    def compose(self, *words: str, check: bool = True, stdin: IO[bytes] | None = None, **settings: str) -> str:
        """Run docker compose on the project, with settings that differ for this call."""
        files = [word for file in _FILES[: 2 if without_registry() else 1] for word in ("-f", file)]
        return docker(
            "compose", "-p", self.name, *files, *words, check=check, env={**self.settings, **settings}, stdin=stdin
        )

    def up(self, *services: str, **settings: str) -> None:
        """Start the project, or some of its services, in the background."""
        self.compose("up", "-d", *services, check=True, stdin=None, **settings)

    def destroy(self) -> None:
        """Remove the containers, networks and volumes."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "5", check=False)

    def ask(self, question: str = QUESTION, seconds: float = 120.0) -> Reply:
        """Ask through the published port."""
        body = {"messages": [{"role": "user", "content": question}]}
        try:
            got = httpx2.post(f"{self.url}/v1/chat/completions", json=body, timeout=seconds, trust_env=False)
        except httpx2.HTTPError:
            return Reply(0)
        if got.status_code != 200:
            return Reply(got.status_code, got.text)
        answer = got.json()
        return Reply(200, answer["choices"][0]["message"]["content"], answer["groundwork"])

    def get(self, path: str) -> tuple[int, Any]:
        """Return the status and the JSON of a GET; the status 0 where nothing answers."""
        try:
            got = httpx2.get(f"{self.url}{path}", timeout=10, trust_env=False)
        except httpx2.HTTPError:
            return 0, None
        return got.status_code, got.json()

    def containers(self, service: str) -> list[str]:
        """Return the ids of the containers of a service, those that have ended included."""
        return self.compose("ps", "-aq", service).split()

    def inspect(self, service: str) -> dict[str, Any]:
        """Return what Docker says of the only container of a service."""
        (container,) = self.containers(service)
        (found,) = json.loads(docker("inspect", container))
        assert isinstance(found, dict)
        return found

    def state(self, service: str) -> Mapping[str, Any]:
        """Return Docker's state of a service: Status, ExitCode, Pid, Health …"""
        state: Mapping[str, Any] = self.inspect(service)["State"]
        return state

    def health(self, service: str) -> str:
        """Return the health of a service; empty where it has none yet."""
        return str(self.state(service).get("Health", {}).get("Status", ""))

    def exit_code(self, job: str, seconds: float = 180.0) -> int:
        """Wait for the end of a job and return its exit code."""
        wait_until(lambda: self.state(job)["Status"] == "exited", seconds, f"the end of {job}")
        return int(self.state(job)["ExitCode"])

    def crash(self, service: str) -> None:
        """Kill the processes of a service as the system does when memory ends.

        Not `docker kill`, after which Docker leaves the container stopped.
        """
        pid = self.state(service)["Pid"]
        image = self.inspect("app")["Config"]["Image"]
        kill = ("run", "--rm", "--pid", "host", "--user", "0", "--network", "none", image, "sh", "-c", f"kill -9 {pid}")
        docker(*kill)

    def recovery(self, service: str, seconds: float, *, generated: bool = False) -> Recovery:
        """Crash a service, ask until answers are right again and the service is healthy, and return what it cost.

        `generated`: right means also that the model writes the answers.
        """
        before = self.inspect(service)["RestartCount"]
        self.crash(service)
        began = time.monotonic()
        down, right, now, seen = None, 0.0, 0.0, list[str]()
        while True:
            # Another question each time: the app gives a kept answer without asking the model.
            reply = self.ask(f"{QUESTION}, request {len(seen)} of {now:.1f}?", seconds=20)
            now = time.monotonic() - began
            if reply.is_right and (not generated or reply.mode == "generated"):
                right = right or now
                if self.health(service) == "healthy" and self.inspect(service)["RestartCount"] > before:
                    return Recovery(down, now if down is None else right, tuple(dict.fromkeys(seen)))
            else:
                down, right = down if down is not None else now, 0.0
                seen.append(_described(reply))
            assert now < seconds, f"{service}: not right after {now:.0f} s: {seen[-3:]} {self.compose('ps', '-a')}"
            time.sleep(_POLL_SECONDS)


def _described(reply: Reply) -> str:
    if reply.status == 0:
        return "no connection"
    if reply.status != 200:
        return f"HTTP {reply.status}"
    reason = reply.groundwork.get("degraded_reason")
    return f"extractive answers ({reason})" if reply.is_right else f"an answer without its source ({reason})"


def wait_until(holds: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait for a condition; return the seconds that it took. Fails where it does not hold in time."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"waited {seconds:.0f} s for {what}"
        time.sleep(_POLL_SECONDS)
    return time.monotonic() - began


def image_files(image: str, *words: str) -> Sequence[str]:
    """Return the lines that a command prints in a container of an image, without a network."""
    return docker("run", "--rm", "--network", "none", "--entrypoint", words[0], image, *words[1:]).splitlines()
