"""GPUs, and how many of them hold one copy of a model (a replica)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from core.errors import ConfigurationError
from serving.plan.schemes import Arithmetic, Scheme
from serving.plan.shape import ModelShape
from serving.plan.tables import parse_table

USABLE_MEMORY = 0.92
"""Share of a GPU's memory that vLLM takes: its default --gpu-memory-utilization (vLLM 0.32)."""

RESERVED_BYTES = 2e9
"""Of that, for activations, CUDA graphs and buffers, a GPU. An assumption: nominal gigabytes are decimal, a card shows
up to 7% more, and vLLM's own count of cache tokens on an H100 is met within 2% (docs/capacity.md)."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU. Bytes, bytes a second, and operations a second by arithmetic."""

    name: str
    architecture: str
    memory: float
    bandwidth: float
    link: float
    per_server: int
    sequences: int
    flops: Mapping[str, float]
    source: str


@dataclass(frozen=True, slots=True)
class Replica:
    """GPUs that hold one copy: `tensor` of them share each layer, `pipeline` servers share the layers."""

    gpu: Gpu
    tensor: int
    pipeline: int = 1

    @property
    def gpus(self) -> int:
        """All of them."""
        return self.tensor * self.pipeline

    @property
    def memory_for_model(self) -> float:
        """Bytes for weights and cache."""
        return self.gpus * (self.gpu.memory * USABLE_MEMORY - RESERVED_BYTES)

    def __str__(self) -> str:
        servers = f" in {self.pipeline} servers" if self.pipeline > 1 else ""
        return f"{self.gpus} x {self.gpu.name}{servers}"


def load_gpus() -> dict[str, Gpu]:
    """The GPUs of gpus.yaml by name."""
    table = parse_table("gpus.yaml", files("serving.plan").joinpath("gpus.yaml").read_text(encoding="utf-8"))
    return {
        name: Gpu(
            name=name,
            architecture=entry["architecture"],
            memory=entry["memory_gb"] * 1e9,
            bandwidth=entry["bandwidth_gb_s"] * 1e9,
            link=entry["link_gb_s"] * 1e9,
            per_server=entry["per_server"],
            sequences=entry["sequences"],
            flops={kind: value * 1e12 for kind, value in entry["teraflops"].items()},
            source=entry["source"],
        )
        for name, entry in table["gpus"].items()
    }


def find_gpus(names: Sequence[str]) -> tuple[Gpu, ...]:
    """The named ones, or all when none is named. Raises ConfigurationError for an unknown name."""
    known = load_gpus()
    for name in names:
        if name not in known:
            raise ConfigurationError(
                f"There is no GPU '{name}'. GPUs: {', '.join(known)}. Add yours to serving/plan/gpus.yaml."
            )
    return tuple(known[name] for name in dict.fromkeys(names or known))


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Why a GPU cannot serve a scheme, and what to do."""

    reason: str


def arithmetic(gpu: Gpu, scheme: Scheme) -> Arithmetic | Unsupported:
    """The type in which this GPU multiplies under a scheme.

    FP8 and FP4 without tensor cores for them are unpacked to 16 bits (vLLM's Marlin kernels): the memory is saved, the
    arithmetic is not. INT8 has no such way; vLLM refuses it from compute capability 10.0 on (its documentation, INT8
    W8A8).
    """
    if scheme.arithmetic in gpu.flops:
        return scheme.arithmetic
    if scheme.arithmetic == "int8":
        return Unsupported(f"INT8 is not supported on {gpu.architecture.capitalize()} ({gpu.name}): use fp8")
    return "bf16"


def replicas(gpu: Gpu, shape: ModelShape) -> Iterator[Replica]:
    """Ways to spread a model: 1, 2, 4 or 8 GPUs in a server, and two full servers in a pipeline.

    The attention heads must divide among the GPUs of a server, as vLLM demands.
    """
    tensor = 1
    while tensor <= gpu.per_server:
        if shape.attention.heads % tensor == 0:
            yield Replica(gpu, tensor)
        tensor *= 2
    if shape.attention.heads % gpu.per_server == 0:
        yield Replica(gpu, gpu.per_server, 2)
