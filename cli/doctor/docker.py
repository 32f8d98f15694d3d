"""Docker and Compose: their versions, and whether the daemon answers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cli.doctor.command import ask
from cli.doctor.finding import Finding, ok, problem, version_of, warning

MIN_DOCKER = (20, 10, 0)
"""The oldest daemon that was tried: the images are built by BuildKit, which is its part from here on."""
MIN_COMPOSE = (2, 24, 4)
"""Compose reads `env_file: {required: false}` from 2.24.0 on, and `!reset` in override files from 2.24.4 on."""
_COMPOSE_FIX = "Install the plugin: https://docs.docker.com/compose/install (Debian 13: apt install docker-compose)"


@dataclass(frozen=True)
class Docker:
    """What the command line and the daemon say of themselves.

    client      whether there is a `docker` command
    compose     version of the plugin `docker compose`; None where there is none
    separate    whether there is a command `docker-compose`, of version 1 on older systems
    server      version of the daemon; None where it does not answer
    error       why it does not
    root        its folder of images
    runtimes    names of its runtimes, such as `runc` and `nvidia`
    """

    client: bool
    compose: str | None = None
    separate: bool = False
    server: str | None = None
    error: str = ""
    root: Path | None = None
    runtimes: tuple[str, ...] = ()


def find_docker() -> Docker:
    """Return what this machine's Docker says; asking a daemon that hangs takes up to 15 seconds."""
    if shutil.which("docker") is None:
        return Docker(client=False)
    compose = ask(["docker", "compose", "version", "--short"])
    info = ask(["docker", "info", "--format", "{{json .}}"])
    found = Docker(
        client=True,
        compose=None if compose.failed else compose.text,
        separate=shutil.which("docker-compose") is not None,
    )
    return read_info(found, info.text, failed=info.failed)


def read_info(docker: Docker, text: str, *, failed: bool) -> Docker:
    """Return the facts with those of `docker info --format '{{json .}}'`, which may be an error's text."""
    try:
        info = {} if failed else json.loads(text)
    except ValueError:
        info = {}
    version = info.get("ServerVersion")
    if not version:
        # With a daemon that does not answer, some versions print JSON without an error's exit code.
        errors = info.get("ServerErrors") or text.splitlines()[-1:]
        return replace(docker, error="; ".join(map(str, errors)))
    root = info.get("DockerRootDir")
    return replace(
        docker,
        server=version,
        root=Path(root) if root else None,
        runtimes=tuple(sorted(info.get("Runtimes") or ())),
    )


def check_docker(docker: Docker) -> Iterator[Finding]:
    """Yield what follows for `docker compose up`. Without Docker the other commands work."""
    if not docker.client:
        yield warning(
            "Docker",
            "Not installed. `docker compose up` needs it; `make demo` does not.",
            "Install Docker Engine: https://docs.docker.com/engine/install",
        )
        return
    if docker.server is None:
        yield _unreachable(docker.error)
    elif version_of(docker.server) < MIN_DOCKER:
        yield problem(
            "Docker",
            f"The daemon is {docker.server}; {_dotted(MIN_DOCKER)} or later is needed to build the images (BuildKit).",
            "Update Docker Engine: https://docs.docker.com/engine/install",
        )
    else:
        yield ok("Docker", f"The daemon answers, version {docker.server}.")
    yield _compose(docker)


def _unreachable(error: str) -> Finding:
    if "permission denied" in error.lower():
        return problem(
            "Docker",
            "This user may not talk to the daemon.",
            "sudo usermod -aG docker $USER, then log in again. Members of that group can become root on this machine.",
        )
    return problem(
        "Docker",
        f"The daemon does not answer: {error or 'it says nothing'}",
        "Start it: sudo systemctl start docker, or open Docker Desktop.",
    )


def _compose(docker: Docker) -> Finding:
    if docker.compose is None:
        other = " The separate command `docker-compose` is not used here." if docker.separate else ""
        return problem("Compose", f"There is no `docker compose`.{other}", _COMPOSE_FIX)
    if version_of(docker.compose) < MIN_COMPOSE:
        return problem(
            "Compose",
            f"Version {docker.compose}; {_dotted(MIN_COMPOSE)} or later is needed (`required: false` of an env_file, "
            "`!reset` in override files).",
            _COMPOSE_FIX,
        )
    return ok("Compose", f"Version {docker.compose}.")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
