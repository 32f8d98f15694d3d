"""Processor, memory and GPUs of this machine, as Linux and nvidia-smi report them.

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
from core.memory import find_memory
from core.processor import processor_flags
from serving.hardware.gpu import Gpu, installed_gpu

_MIB = 1 << 20
_QUERY = ("index", "uuid", "name", "memory.total", "memory.free", "compute_cap")
_QUERY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine, or the container that this process runs in.

    memory      bytes, the container's limit where it has one
    available   bytes that may still be used
    flags       of the processor, as in /proc/cpuinfo
    compiles    a C++ compiler is installed, which vLLM needs for its compiled kernels on a processor
    """

    cores: int
    memory: int
    available: int
    flags: frozenset[str]
    compiles: bool
    gpus: tuple[Gpu, ...] = ()


def find_machine(environment: Mapping[str, str], proc: Path = Path("/proc"), cgroup: Path | None = None) -> Machine:
    """Return this machine. `CUDA_VISIBLE_DEVICES` in the environment hides GPUs, as it does from vLLM.

    Raises ServingError when nvidia-smi is installed and fails, or when /proc does not state the memory.
    """
    total, available = find_memory(proc, cgroup)
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        memory=total,
        available=available,
        flags=processor_flags(proc),
        compiles=shutil.which("g++", path=environment.get("PATH")) is not None,
        gpus=find_installed_gpus(environment),
    )


def read_gpus(listing: str, visible: str | None = None) -> tuple[Gpu, ...]:
    """Read nvidia-smi's CSV of `index,uuid,name,memory.total,memory.free,compute_cap`, memory in MiB.

    `visible` is CUDA_VISIBLE_DEVICES: only the GPUs that it names, in its order. Raises ServingError for a line without
    memory.
    """
    lines = [line for line in listing.splitlines() if line.strip()]
    if visible is not None:
        by_name = {name.strip(): line for line in lines for name in line.split(",")[:2]}
        lines = list(_visible(by_name, visible))
    return tuple(map(_read_gpu, lines))


def _read_gpu(line: str) -> Gpu:
    try:
        _, _, name, memory, free, capability = (part.strip() for part in line.split(","))
        return installed_gpu(name, float(capability), int(memory) * _MIB, int(free) * _MIB)
    except ValueError as error:
        raise ServingError(
            f"nvidia-smi prints '{line}', which states no memory ({error}). Hide that GPU with CUDA_VISIBLE_DEVICES."
        ) from error


def _visible(lines: Mapping[str, str], visible: str) -> Iterator[str]:
    """Read the variable as CUDA does: up to the first unknown name."""
    for name in (part.strip() for part in visible.split(",")):
        if name not in lines:
            return
        yield lines[name]


def find_installed_gpus(environment: Mapping[str, str]) -> tuple[Gpu, ...]:
    """Return the NVIDIA GPUs that `CUDA_VISIBLE_DEVICES` does not hide.

    Raises ServingError when nvidia-smi is installed and fails.
    """
    tool, visible = shutil.which("nvidia-smi", path=environment.get("PATH")), environment.get("CUDA_VISIBLE_DEVICES")
    if tool is None or visible == "":
        return ()
    command = [tool, f"--query-gpu={','.join(_QUERY)}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_QUERY_SECONDS, check=True)  # noqa: S603
    except subprocess.SubprocessError as error:
        raise ServingError(
            f"nvidia-smi does not list the GPUs: {error}. Fix the driver, or leave the GPUs out with "
            "CUDA_VISIBLE_DEVICES= (empty)."
        ) from error
    return read_gpus(done.stdout, visible)


def main() -> None:
    """Print which of vLLM's environments is for this machine: `cuda` or `cpu`."""
    print("cuda" if find_installed_gpus(os.environ) else "cpu")


if __name__ == "__main__":
    main()
