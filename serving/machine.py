"""Processor, memory and GPUs of this machine, as the system tells them. Linux.

Not covered: several NUMA nodes (vLLM's CPU worker binds to one of them), AMD and Intel GPUs, and GPUs of other
machines.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import ServingError

_MIB = 1 << 20
_QUERY = ("index", "uuid", "name", "memory.total", "memory.free", "compute_cap")
_QUERY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class GraphicsCard:
    """One NVIDIA GPU. Memory in bytes; `capability` is CUDA's compute capability, 9.0 on an H100."""

    name: str
    memory: int
    free: int
    capability: float


@dataclass(frozen=True, slots=True)
class Machine:
    """`memory` and `available` in bytes, those of the container where it has less; `flags` are /proc/cpuinfo's.

    `compiles`: a C++ compiler is there, which vLLM needs for its compiled kernels on a processor.
    """

    cores: int
    memory: int
    available: int
    flags: frozenset[str]
    compiles: bool
    cards: tuple[GraphicsCard, ...] = ()


def find_machine(environment: Mapping[str, str], proc: Path = Path("/proc"), cgroup: Path | None = None) -> Machine:
    """What is here. `CUDA_VISIBLE_DEVICES` in the environment hides GPUs, as it does from vLLM.

    Raises ServingError when nvidia-smi is there and fails, or when /proc does not tell the memory.
    """
    total, available = find_memory(proc, cgroup)
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        memory=total,
        available=available,
        flags=find_flags(proc),
        compiles=shutil.which("g++", path=environment.get("PATH")) is not None,
        cards=find_cards(environment),
    )


def find_memory(proc: Path = Path("/proc"), cgroup: Path | None = None) -> tuple[int, int]:
    """Bytes of memory, all and available: the machine's, or its container's where that has a limit.

    Raises ServingError when /proc does not tell it.
    """
    total, available = _read_memory(proc / "meminfo")
    limit, used = _read_cgroup(cgroup or Path("/sys/fs/cgroup"))
    if limit is not None and limit < total:
        return limit, min(available, max(0, limit - used))
    return total, available


def find_flags(proc: Path = Path("/proc")) -> frozenset[str]:
    """The first processor's flags from /proc/cpuinfo; ARM calls them Features."""
    for line in (proc / "cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, values = line.partition(":")
        if name.strip() in ("flags", "Features"):
            return frozenset(values.split())
    return frozenset()


def _read_memory(file: Path) -> tuple[int, int]:
    meminfo = file.read_text(encoding="utf-8")
    fields = {name: rest.split() for name, _, rest in (line.partition(":") for line in meminfo.splitlines())}
    try:
        return int(fields["MemTotal"][0]) * 1024, int(fields["MemAvailable"][0]) * 1024
    except (KeyError, IndexError, ValueError) as error:
        raise ServingError(f"{file} does not tell the memory ({error}). Linux is needed here.") from error


def read_cards(listing: str, visible: str | None = None) -> tuple[GraphicsCard, ...]:
    """GPUs from nvidia-smi's CSV of `index,uuid,name,memory.total,memory.free,compute_cap`, memory in MiB.

    `visible` is CUDA_VISIBLE_DEVICES: the GPUs that it names, in its order. Raises ServingError.
    """
    lines = [line for line in listing.splitlines() if line.strip()]
    if visible is not None:
        by_name = {name.strip(): line for line in lines for name in line.split(",")[:2]}
        lines = list(_visible(by_name, visible))
    return tuple(map(_read_card, lines))


def _read_card(line: str) -> GraphicsCard:
    try:
        _, _, name, memory, free, capability = (part.strip() for part in line.split(","))
        return GraphicsCard(name, int(memory) * _MIB, int(free) * _MIB, float(capability))
    except ValueError as error:
        raise ServingError(
            f"nvidia-smi says '{line}', which tells no memory ({error}). Hide that GPU with CUDA_VISIBLE_DEVICES."
        ) from error


def _visible(lines: Mapping[str, str], visible: str) -> Iterator[str]:
    """As CUDA reads the variable: up to the first name that is none."""
    for name in (part.strip() for part in visible.split(",")):
        if name not in lines:
            return
        yield lines[name]


def find_cards(environment: Mapping[str, str]) -> tuple[GraphicsCard, ...]:
    """NVIDIA GPUs that `CUDA_VISIBLE_DEVICES` does not hide. Raises ServingError when nvidia-smi is there and fails."""
    tool, visible = shutil.which("nvidia-smi", path=environment.get("PATH")), environment.get("CUDA_VISIBLE_DEVICES")
    if tool is None or visible == "":
        return ()
    command = [tool, f"--query-gpu={','.join(_QUERY)}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_QUERY_SECONDS, check=True)  # noqa: S603
    except subprocess.SubprocessError as error:
        raise ServingError(
            f"nvidia-smi does not tell the GPUs: {error}. Mend the driver, or leave the GPUs out with "
            "CUDA_VISIBLE_DEVICES= (empty)."
        ) from error
    return read_cards(done.stdout, visible)


def _read_cgroup(folder: Path) -> tuple[int | None, int]:
    """Limit and use of memory of this container (cgroup v2), in bytes; no limit is None."""
    try:
        limit = (folder / "memory.max").read_text(encoding="utf-8").strip()
        used = int((folder / "memory.current").read_text(encoding="utf-8"))
        statistics = (folder / "memory.stat").read_text(encoding="utf-8")
    except OSError:
        return None, 0
    # Files that were read are counted as used, and given back as soon as somebody needs the memory.
    inactive = dict(line.split() for line in statistics.splitlines()).get("inactive_file", "0")
    return (None if limit == "max" else int(limit)), used - int(inactive)
