"""The first run on a machine without a network, as its user types it. It runs in a network namespace of its own.

    unshare -rn python -m tests.integration.project.first_run PROJECT WHEELS

PROJECT is a copy of the project without an environment, WHEELS a folder made by `make wheels`. Prints a JSON object:
what each step said, and each attempt of the product to reach a network. The browser is not traced: its requests are
recorded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import expect, sync_playwright

from testing.network_calls import TRACED, attempts_outside
from tests.browser.chromium import Chromium
from tests.browser.site import KEY, SiteVisit, running_site

PORT = 8000
QUESTION = "When is pay day?"
_SECONDS = 900.0


def run(project: Path, wheels: Path) -> dict[str, Any]:
    """Make the environment, ingest, serve, ask and show the widget; return what was said and what was tried."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(project.parent / "home"),
        # Nothing of this machine's own configuration: only the folder of wheels.
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_CACHE_DIR": "1",
        "GROUNDWORK_PORT": str(PORT),
    }
    groundwork = str(project / ".venv" / "bin" / "groundwork")
    logs = project.parent / "calls"
    logs.mkdir()
    with running_site() as site:
        table = f'\n[[sites]]\nname = "portal"\nkey = "{KEY}"\norigins = ["{site.url}"]\n'
        with (project / "domains" / "onboarding" / "domain.toml").open("a", encoding="utf-8") as file:
            file.write(table)
        with demo(project, env, logs / "demo"):
            through_service = traced([groundwork, "ask", "--json", QUESTION], project, env, logs / "ask")
            page, faults = visit(SiteVisit, site)
    alone = [
        traced([groundwork, *words], project, env, logs / words[0])
        for words in (("ingest", "--json"), ("search", "--json", QUESTION))
    ]
    return {
        "asked": through_service,
        "ingested": alone[0],
        "searched": alone[1],
        "page": page,
        "faults": faults,
        "attempts": {log.name: sorted(set(attempts_outside(log.read_text()))) for log in sorted(logs.iterdir())},
        "calls": {log.name: len(log.read_text().splitlines()) for log in sorted(logs.iterdir())},
    }


def under_strace(command: Sequence[str], log: Path) -> list[str]:
    """Return a command whose calls to the network are written to a log."""
    return [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-s",
        "0",
        "-e",
        f"trace={','.join(TRACED)}",
        "-o",
        str(log),
        *command,
    ]


def traced(command: Sequence[str], folder: Path, env: Mapping[str, str], log: Path) -> Any:
    """Run a command and return the JSON that it prints."""
    done = subprocess.run(
        under_strace(command, log), cwd=folder, env=dict(env), stdout=subprocess.PIPE, timeout=_SECONDS, check=True
    )
    return json.loads(done.stdout)


@contextmanager
def demo(project: Path, env: Mapping[str, str], log: Path) -> Iterator[None]:
    """Run `make demo` until its service is ready, and end it behind the block."""
    process = subprocess.Popen(under_strace(["make", "demo"], log), cwd=project, env=dict(env), stdout=sys.stderr)
    try:
        wait_until_ready(process)
        yield
    finally:
        # make's recipe is replaced by the service, whose process strace follows.
        stop(project)
        process.wait(timeout=60)


def wait_until_ready(process: subprocess.Popen[bytes]) -> None:
    """Wait until the service answers from its documents. Raises RuntimeError when `make demo` ends before that."""
    until = time.monotonic() + _SECONDS
    with httpx2.Client(base_url=f"http://127.0.0.1:{PORT}", verify=False) as http:
        while time.monotonic() < until:
            if process.poll() is not None:
                raise RuntimeError(f"make demo ended with {process.returncode}")
            try:
                if http.get("/ready").status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.5)
    raise RuntimeError("the service is not ready")


def stop(project: Path) -> None:
    """Send SIGTERM to the service of this project."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"serve" in words and any(str(project).encode() in word for word in words):
            os.kill(int(process.name), 15)


def visit(kind: type[SiteVisit], site: Any) -> tuple[str, list[str]]:
    """Ask in the widget on a page of another origin; return the answer's text, and requests to other hosts."""
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = Chromium(playwright, Path("/usr/bin/chromium"))
        visitor = kind(browser.new_context().new_page(), site, f"http://127.0.0.1:{PORT}")
        visitor.open()
        visitor.open_panel()
        answer = visitor.ask(QUESTION).inner_text()
        faults = visitor.faults()
        browser.close()
    return answer, faults


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), Path(sys.argv[2]))))
