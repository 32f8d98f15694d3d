"""The memory of this machine, or of the container that this process runs in. Linux; control groups of version 2."""

from __future__ import annotations

from pathlib import Path

from core.errors import ServingError


def find_memory(proc: Path = Path("/proc"), cgroup: Path | None = None) -> tuple[int, int]:
    """Return the bytes of memory, all and available: the machine's, or its container's where that has a limit.

    Raises ServingError when /proc does not state it.
    """
    total, available = _read_memory(proc / "meminfo")
    limit, used = _read_cgroup(cgroup or Path("/sys/fs/cgroup"))
    if limit is not None and limit < total:
        return limit, min(available, max(0, limit - used))
    return total, available


def _read_memory(file: Path) -> tuple[int, int]:
    meminfo = file.read_text(encoding="utf-8")
    fields = {name: rest.split() for name, _, rest in (line.partition(":") for line in meminfo.splitlines())}
    try:
        return int(fields["MemTotal"][0]) * 1024, int(fields["MemAvailable"][0]) * 1024
    except (KeyError, IndexError, ValueError) as error:
        raise ServingError(f"{file} does not state the memory ({error}). Linux is needed here.") from error


def _read_cgroup(folder: Path) -> tuple[int | None, int]:
    """Return limit and use of memory of this container (cgroup v2), in bytes; no limit is None."""
    try:
        limit = (folder / "memory.max").read_text(encoding="utf-8").strip()
        used = int((folder / "memory.current").read_text(encoding="utf-8"))
        statistics = (folder / "memory.stat").read_text(encoding="utf-8")
    except OSError:
        return None, 0
    # The page cache of files counts as used, but is freed as soon as a process needs the memory.
    inactive = dict(line.split() for line in statistics.splitlines()).get("inactive_file", "0")
    return (None if limit == "max" else int(limit)), used - int(inactive)
