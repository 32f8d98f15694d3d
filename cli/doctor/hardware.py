"""Processor and memory, and which models they are for. The figures behind the sentences are in docs/launch.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass

from cli.doctor.finding import Finding, gigabytes, ok, problem, warning
from core.errors import ServingError
from core.memory import find_memory
from core.processor import computes_bfloat16, processor_flags

_GB = 1e9
LEAST_MEMORY = 2 * _GB
"""The app with its embedder, and an installation by pip beside it."""
MODEL_MEMORY = 4 * _GB
"""vLLM on a processor with SmolLM2, the smallest of docs/models.md."""
COMPOSE_MEMORY = 8 * _GB
"""`docker compose up` with the model that it serves by default (docs/compose.md)."""
LARGER_MODELS = ((32 * _GB, "Qwen3-4B-Instruct-2507"), (16 * _GB, "Qwen3-1.7B"))
"""Models of docs/models.md for a processor, by the memory of the machine."""
_SLACK = 0.9
"""A machine sold with 16 GB reports less: firmware and kernel take some of it."""
_X86 = ("x86_64", "amd64")
_LINE = "Processor"


@dataclass(frozen=True)
class Hardware:
    """The processor and the memory.

    system     `Linux`, `Darwin` …
    machine    `x86_64`, `aarch64` …
    cores      that this process may use
    flags      of the processor, as in /proc/cpuinfo; empty where the system has none
    memory     bytes, of the machine or of the container; None where the system does not state it
    available  bytes that are not in use
    """

    system: str
    machine: str
    cores: int
    flags: frozenset[str] = frozenset()
    memory: int | None = None
    available: int = 0


def find_hardware() -> Hardware:
    """Return the processor and the memory of this machine."""
    memory, available = _memory()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Hardware(platform.system(), platform.machine(), cores, processor_flags(), memory, available)


def _memory() -> tuple[int | None, int]:
    try:
        return find_memory()
    except (OSError, ServingError):
        return None, 0


def check_hardware(hardware: Hardware) -> Iterator[Finding]:
    """Yield what follows for the app, and for a model on the processor."""
    if hardware.system != "Linux":
        yield warning(
            "System",
            f"{hardware.system}. Groundwork is tested on Linux only; processor and memory are not examined here.",
            "Use `docker compose up`, which runs it on Linux.",
        )
    else:
        yield _processor(hardware)
    if hardware.memory is not None:
        yield _memory_finding(hardware.memory, hardware.available)


def _processor(hardware: Hardware) -> Finding:
    cores = f"{hardware.cores} core" + ("s" if hardware.cores > 1 else "")
    if hardware.machine not in _X86:
        return warning(
            _LINE,
            f"{cores}, {hardware.machine}. Nothing was tried on it.",
            "If a package has no wheel for it, use an x86-64 machine.",
        )
    flags = hardware.flags
    if "avx2" not in flags:
        return problem(
            _LINE,
            f"{cores} without AVX2, which vLLM's build for processors needs. The app itself works, slowly.",
            "Use a model elsewhere (LLM_BASE_URL) or a newer processor. In a virtual machine, pass the host's "
            "processor through.",
        )
    if "avx512f" not in flags:
        return warning(
            _LINE,
            f"{cores} with AVX2 only: a model is served in float32, with twice the memory, and there is no kernel for "
            "4-bit weights (w4a16).",
            "Choose a small model, compressed as w8a8, or one elsewhere (LLM_BASE_URL).",
        )
    if not computes_bfloat16(flags):
        return warning(
            _LINE,
            f"{cores} with AVX-512, without products of bfloat16: a model is served in float32, with twice the memory.",
            "Choose a small model, compressed as w4a16 or w8a8.",
        )
    extensions = [name for flag, name in _EXTENSIONS if flag in flags]
    return ok(_LINE, f"{cores} with {', '.join(extensions)}: models are served in bfloat16.")


_EXTENSIONS = (
    ("avx512f", "AVX-512"),
    ("avx512_bf16", "AVX512-BF16"),
    ("avx512_vnni", "VNNI (INT8)"),
    ("amx_tile", "AMX"),
)


def _memory_finding(memory: int, available: int) -> Finding:
    found = f"{gigabytes(memory)}, of which {gigabytes(available)} are free."
    if memory < LEAST_MEMORY * _SLACK:
        return problem("Memory", f"{found} The app needs {gigabytes(LEAST_MEMORY)}.", "Use a machine with more memory.")
    if memory < MODEL_MEMORY * _SLACK:
        return warning(
            "Memory",
            f"{found} The app runs; a model on the processor needs {gigabytes(MODEL_MEMORY)} or more.",
            "Stay with extractive answers, or name a model elsewhere (LLM_BASE_URL).",
        )
    if memory < COMPOSE_MEMORY * _SLACK:
        return warning(
            "Memory",
            f"{found} SmolLM2 fits on the processor; `docker compose up` with its default model needs "
            f"{gigabytes(COMPOSE_MEMORY)}.",
            "MODEL=smollm2 or MODEL=none in .env (docs/models.md).",
        )
    for needed, model in LARGER_MODELS:
        if memory >= needed * _SLACK:
            return ok("Memory", f"{found} Models on the processor up to {model} (docs/models.md).")
    return ok("Memory", f"{found} Enough for `docker compose up` with its default model.")
