"""Whether the ports that the service is going to listen on are free, and which process has them."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cli.doctor.finding import Finding, ok, problem

_LISTENING = "0A"
"""State of a socket in /proc/net/tcp."""


@dataclass(frozen=True)
class Port:
    """One port, by the setting that chooses it.

    setting  `GROUNDWORK_PORT` of `groundwork serve`, or `PORT` of `docker compose up`
    value    as it is set
    error    why nothing can listen there; None where it is free
    owner    the process that listens, if this user may see it
    """

    setting: str
    value: str
    error: str | None = None
    owner: str = ""


def find_ports(settings: Mapping[str, str], proc: Path = Path("/proc")) -> tuple[Port, ...]:
    """Return the ports of the two ways to start, each once."""
    own = settings.get("GROUNDWORK_PORT") or "8000"
    published = settings.get("PORT") or "8000"
    ports = [_find_port("GROUNDWORK_PORT", own, proc)]
    if published != own:
        ports.append(_find_port("PORT", published, proc))
    return tuple(ports)


def _find_port(setting: str, value: str, proc: Path) -> Port:
    if not (value.isascii() and value.isdecimal() and 1 <= int(value) <= 65535):
        return Port(setting, value, error="it is no number from 1 to 65535")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: what an ended process left in TIME_WAIT does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(value)))
        except OSError as error:
            reason = "in use" if error.errno == errno.EADDRINUSE else (error.strerror or str(error)).lower()
            return Port(setting, value, error=f"it is {reason}", owner=find_owner(int(value), proc))
    return Port(setting, value)


def find_owner(port: int, proc: Path = Path("/proc")) -> str:
    """Return "program (process 123)" for the listener on a port; empty where this user may not see it."""
    sockets = {f"socket:[{inode}]" for name in ("tcp", "tcp6") for inode in _listeners(proc / "net" / name, port)}
    for process in sorted(proc.glob("[0-9]*")):
        if any(link in sockets for link in _open_files(process)):
            name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
            return f"{name} (process {process.name})"
    return ""


def _open_files(process: Path) -> Iterator[str]:
    """Yield what the descriptors of a process lead to; nothing of another user's process."""
    try:
        descriptors = sorted((process / "fd").iterdir())
    except OSError:
        return
    for descriptor in descriptors:
        # One may have been closed meanwhile, the one for this listing always.
        with suppress(OSError):
            yield os.readlink(descriptor)


def _listeners(table: Path, port: int) -> Iterator[str]:
    """Yield the inodes of the sockets that listen on a port, of /proc/net/tcp."""
    if not table.exists():
        return
    for line in table.read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
            yield fields[9]


def check_ports(ports: tuple[Port, ...]) -> Iterator[Finding]:
    """Yield whether the service can listen."""
    for port in ports:
        if port.error is None:
            yield ok("Port", f"{port.value} is free.")
        else:
            by = f" by {port.owner}" if port.owner else ""
            yield problem(
                "Port",
                f"{port.value} ({port.setting}) cannot be used: {port.error}{by}.",
                "End that process, or choose other ports in .env: GROUNDWORK_PORT for `make demo`, PORT for `docker "
                "compose up`.",
            )
