"""NVIDIA GPUs, their driver, and whether containers can use them. Other vendors' GPUs are not looked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from cli.doctor.command import ask
from cli.doctor.docker import Docker
from cli.doctor.finding import Finding, ok, problem, version_of, warning

MIN_DRIVER = (580, 65, 6)
"""The oldest driver for Linux that runs CUDA 13.0, which vLLM's environment and image are built with."""
MIN_CAPABILITY = (7, 5)
"""The oldest compute capability that CUDA 13 supports."""


@dataclass(frozen=True)
class Gpu:
    """One GPU as nvidia-smi lists it. `memory_mib` is its memory in MiB, `capability` CUDA's compute capability."""

    name: str
    driver: str
    memory_mib: int
    capability: str


@dataclass(frozen=True)
class Gpus:
    """The GPUs of this machine. `error`: what nvidia-smi says when it is installed and fails."""

    gpus: tuple[Gpu, ...] = ()
    error: str = ""


def find_gpus() -> Gpus:
    """Return what nvidia-smi lists; nothing where it is not installed."""
    if shutil.which("nvidia-smi") is None:
        return Gpus()
    listed = ask(
        ["nvidia-smi", "--query-gpu=name,driver_version,memory.total,compute_cap", "--format=csv,noheader,nounits"]
    )
    return Gpus(error=listed.text or "it says nothing") if listed.failed else read_listing(listed.text)


def read_listing(text: str) -> Gpus:
    """Read nvidia-smi's CSV of name, driver, memory in MiB and compute capability."""
    gpus = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.split(",")]
        if len(parts) != 4 or not parts[2].isdecimal():
            return Gpus(error=f"it lists '{line}', which states no memory")
        gpus.append(Gpu(parts[0], parts[1], int(parts[2]), parts[3]))
    return Gpus(tuple(gpus))


def check_gpus(gpus: Gpus, docker: Docker) -> Iterator[Finding]:
    """Yield what follows for `make env-vllm-cuda` and for `docker compose --profile gpu`."""
    if gpus.error:
        yield problem(
            "GPU",
            f"nvidia-smi fails: {gpus.error}",
            "Install the driver again, and restart the machine; or hide the GPU with CUDA_VISIBLE_DEVICES= (empty).",
        )
        return
    if not gpus.gpus:
        yield ok("GPU", "None of NVIDIA was found. Models run on the processor.")
        return
    for gpu in gpus.gpus:
        yield _gpu(gpu)
    if docker.server is not None and "nvidia" not in docker.runtimes:
        yield warning(
            "GPU in containers",
            "Docker does not know the runtime `nvidia`, so that `--profile gpu` may not see the GPU.",
            "Install the NVIDIA Container Toolkit, then: sudo nvidia-ctk runtime configure --runtime=docker && sudo "
            "systemctl restart docker. Without effect where Docker has the GPU by CDI.",
        )


def _gpu(gpu: Gpu) -> Finding:
    found = f"{gpu.name}, {gpu.memory_mib / 1024:.0f} GiB, driver {gpu.driver}."
    if version_of(f"{gpu.capability}.0")[:2] < MIN_CAPABILITY:
        return problem(
            "GPU",
            f"{found} Its compute capability is {gpu.capability}; CUDA 13 needs 7.5 or later.",
            "Serve on the processor, or use a newer GPU.",
        )
    if version_of(gpu.driver) < MIN_DRIVER:
        return problem(
            "GPU",
            f"{found} CUDA 13, which vLLM is built with, needs driver 580.65.06 or later.",
            "Update the driver: https://www.nvidia.com/drivers",
        )
    return ok("GPU", found)
