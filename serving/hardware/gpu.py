"""GPUs: those of gpus.yaml with their data sheets, and those of a machine, whose data sheet is found by their name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from core.errors import ConfigurationError, ServingError
from serving.hardware.kernels import KERNELS, missing_on_gpu
from serving.model.schemes import Arithmetic, Scheme
from serving.tables import parse_table

USABLE_MEMORY = 0.92
"""Share of a GPU's memory that vLLM takes: its default --gpu-memory-utilization (vLLM 0.32)."""

RESERVED_BYTES = 2e9
"""Of that, for activations, CUDA graphs and buffers, on each GPU. An assumption: nominal gigabytes are decimal, a GPU
reports up to 7% more, and vLLM's own count of cache tokens on an H100 is met within 2% (docs/capacity.md)."""


@dataclass(frozen=True, slots=True)
class DataSheet:
    """What a GPU reaches by its vendor's data sheet.

    bandwidth   bytes a second, of its memory
    link        bytes a second to another GPU of the server, in one direction
    per_server  GPUs that this link joins
    sequences   vLLM's default --max-num-seqs
    flops       dense operations a second, by arithmetic
    """

    bandwidth: float
    link: float
    per_server: int
    sequences: int
    flops: Mapping[str, float]
    source: str


@dataclass(frozen=True, slots=True)
class Gpu:
    """One NVIDIA GPU.

    name        in gpus.yaml, or as nvidia-smi reports it
    capability  CUDA's compute capability, 9.0 on an H100
    memory      bytes
    free        bytes that nothing uses; None for a GPU that is not of this machine
    sheet       None for a GPU that gpus.yaml does not list
    """

    name: str
    capability: float
    memory: float
    free: float | None = None
    sheet: DataSheet | None = None

    @property
    def data_sheet(self) -> DataSheet:
        """The data sheet. Raises ServingError for a GPU that gpus.yaml does not list."""
        if self.sheet is None:
            raise ServingError(f"{self.name} is not in serving/hardware/gpus.yaml. Add its data sheet there.")
        return self.sheet


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Why a GPU cannot serve a scheme, and what to do."""

    reason: str


@cache
def load_gpus() -> Mapping[str, Gpu]:
    """Return the GPUs of gpus.yaml by name. Raises ConfigurationError for an entry that cannot be used."""
    table = parse_table("gpus.yaml", files("serving.hardware").joinpath("gpus.yaml").read_text(encoding="utf-8"))
    return {name: _gpu(name, entry) for name, entry in table["gpus"].items()}


def find_gpus(names: Sequence[str]) -> tuple[Gpu, ...]:
    """Return the named GPUs, or all when none is named. Raises ConfigurationError for an unknown name."""
    known = load_gpus()
    for name in names:
        if name not in known:
            raise ConfigurationError(
                f"There is no GPU '{name}'. GPUs: {', '.join(known)}. Add yours to serving/hardware/gpus.yaml."
            )
    return tuple(known[name] for name in dict.fromkeys(names or known))


def installed_gpu(name: str, capability: float, memory: float, free: float) -> Gpu:
    """Return a GPU of this machine with the data sheet whose name is a word of its name.

    "NVIDIA H100 80GB HBM3" has the data sheet of h100.
    """
    words = name.lower().replace("-", " ").split()
    sheet = next((gpu.sheet for listed, gpu in load_gpus().items() if listed in words), None)
    return Gpu(name, capability, memory, free, sheet)


def arithmetic(gpu: Gpu, scheme: Scheme) -> Arithmetic | Unsupported:
    """Return the type in which a GPU multiplies under a scheme, or why it cannot.

    FP8 and FP4 on tensor cores without them are unpacked to 16 bits (vLLM's Marlin kernels): this saves memory, but no
    arithmetic. INT8 has no such way.
    """
    if reason := missing_on_gpu(scheme.name, gpu.name, gpu.capability):
        return Unsupported(reason)
    kernels = KERNELS.get(scheme.name)
    return scheme.arithmetic if kernels is None or gpu.capability >= kernels.native else "bf16"


def _gpu(name: str, entry: Mapping[str, Any]) -> Gpu:
    try:
        sheet = DataSheet(
            bandwidth=entry["bandwidth_gb_s"] * 1e9,
            link=entry["link_gb_s"] * 1e9,
            per_server=entry["per_server"],
            sequences=entry["sequences"],
            flops={kind: value * 1e12 for kind, value in entry["teraflops"].items()},
            source=entry["source"],
        )
        return Gpu(name, float(entry["capability"]), entry["memory_gb"] * 1e9, sheet=sheet)
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"gpus.yaml: the entry '{name}' is wrong or incomplete ({type(error).__name__}: {error}). "
            "Compare it with the other entries."
        ) from error
