"""How many GPUs hold one copy of a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from serving.hardware.gpu import RESERVED_BYTES, USABLE_MEMORY, Gpu
from serving.model.shape import ModelShape


@dataclass(frozen=True, slots=True)
class Replica:
    """GPUs that hold one copy: `tensor` of them share each layer, `pipeline` servers share the layers."""

    gpu: Gpu
    tensor: int
    pipeline: int = 1

    @property
    def gpus(self) -> int:
        """The number of GPUs."""
        return self.tensor * self.pipeline

    @property
    def memory_for_model(self) -> float:
        """Bytes for weights and cache."""
        return self.gpus * (self.gpu.memory * USABLE_MEMORY - RESERVED_BYTES)

    def __str__(self) -> str:
        servers = f" in {self.pipeline} servers" if self.pipeline > 1 else ""
        return f"{self.gpus} x {self.gpu.name}{servers}"


def replicas(gpu: Gpu, shape: ModelShape) -> Iterator[Replica]:
    """Yield the ways to spread a model: 1, 2, 4 or 8 GPUs in a server, and two full servers in a pipeline.

    The attention heads must divide among the GPUs of a server, as vLLM demands.
    """
    per_server = gpu.data_sheet.per_server
    tensor = 1
    while tensor <= per_server:
        if shape.divides_among(tensor):
            yield Replica(gpu, tensor)
        tensor *= 2
    if shape.divides_among(per_server):
        yield Replica(gpu, per_server, 2)
