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
    total, available = read_memory((proc / "meminfo").read_text(encoding="utf-8"))
    limit, used = _read_cgroup(cgroup or Path("/sys/fs/cgroup"))
    if limit is not None and limit < total:
        total, available = limit, min(available, max(0, limit - used))
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        memory=total,
        available=available,
        flags=read_flags((proc / "cpuinfo").read_text(encoding="utf-8")),
        compiles=shutil.which("g++", path=environment.get("PATH")) is not None,
        cards=_find_cards(environment),
    )


def read_memory(meminfo: str) -> tuple[int, int]:
    """Bytes of memory, all and available, from /proc/meminfo. Raises ServingError."""
    fields = {name: rest.split() for name, _, rest in (line.partition(":") for line in meminfo.splitlines())}
    try:
        return int(fields["MemTotal"][0]) * 1024, int(fields["MemAvailable"][0]) * 1024
    except (KeyError, IndexError, ValueError) as error:
        raise ServingError(f"/proc/meminfo does not tell the memory ({error}). Launching needs Linux.") from error


def read_flags(cpuinfo: str) -> frozenset[str]:
    """The first processor's flags from /proc/cpuinfo; ARM calls them Features."""
    for line in cpuinfo.splitlines():
        name, _, values = line.partition(":")
        if name.strip() in ("flags", "Features"):
            return frozenset(values.split())
    return frozenset()


def read_cards(listing: str, visible: str | None = None) -> tuple[GraphicsCard, ...]:
    """GPUs from nvidia-smi's CSV of `index,uuid,name,memory.total,memory.free,compute_cap`, memory in MiB.

    `visible` is CUDA_VISIBLE_DEVICES: the GPUs that it names, in its order. Raises ServingError.
    """
    found = [_read_card(line) for line in listing.splitlines() if line.strip()]
    if visible is None:
        return tuple(card for _, _, card in found)
    by_name = {name: card for index, uuid, card in found for name in (index, uuid)}
    return tuple(_visible(by_name, visible))


def _read_card(line: str) -> tuple[str, str, GraphicsCard]:
    try:
        index, uuid, name, memory, free, capability = (part.strip() for part in line.split(","))
        return index, uuid, GraphicsCard(name, int(memory) * _MIB, int(free) * _MIB, float(capability))
    except ValueError as error:
        raise ServingError(
            f"nvidia-smi says '{line}', which tells no memory ({error}). Hide that GPU with CUDA_VISIBLE_DEVICES, or "
            "serve on the processor with --profile cpu."
        ) from error


def _visible(cards: Mapping[str, GraphicsCard], visible: str) -> Iterator[GraphicsCard]:
    """As CUDA reads the variable: up to the first name that is none."""
    for name in (part.strip() for part in visible.split(",")):
        if name not in cards:
            return
        yield cards[name]


def _find_cards(environment: Mapping[str, str]) -> tuple[GraphicsCard, ...]:
    tool = shutil.which("nvidia-smi", path=environment.get("PATH"))
    if tool is None:
        return ()
    command = [tool, f"--query-gpu={','.join(_QUERY)}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_QUERY_SECONDS, check=True)  # noqa: S603
    except subprocess.SubprocessError as error:
        raise ServingError(
            f"nvidia-smi does not tell the GPUs: {error}. Mend the driver, or serve on the processor with "
            "--profile cpu."
        ) from error
    return read_cards(done.stdout, environment.get("CUDA_VISIBLE_DEVICES"))


def _read_cgroup(folder: Path) -> tuple[int | None, int]:
    """Limit and use of memory of this container (cgroup v2), in bytes; no limit is None."""
    try:
        limit = (folder / "memory.max").read_text(encoding="utf-8").strip()
        used = int((folder / "memory.current").read_text(encoding="utf-8"))
        statistics = dict(line.split() for line in (folder / "memory.stat").read_text(encoding="utf-8").splitlines())
    except OSError:
        return None, 0
    # Files that were read are counted as used, and given back as soon as somebody needs the memory.
    return (None if limit == "max" else int(limit)), used - int(statistics.get("inactive_file", 0))
