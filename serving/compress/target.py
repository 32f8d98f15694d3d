"""What the compressed model will run on, and whether vLLM has a kernel for it there."""

from __future__ import annotations

import os
from dataclasses import dataclass

from core.processor import processor_flags
from serving.compress.methods import CompressionScheme
from serving.hardware.gpu import Gpu, find_gpus
from serving.hardware.kernels import missing_for_experts, missing_on_gpu, missing_on_processor
from serving.hardware.machine import find_installed_gpus


@dataclass(frozen=True, slots=True)
class Target:
    """A GPU, or a processor with its flags of /proc/cpuinfo."""

    gpu: Gpu | None = None
    flags: frozenset[str] = frozenset()

    def missing_kernel(self, scheme: CompressionScheme) -> str | None:
        """Return why vLLM cannot serve a scheme here; None where it can."""
        kind = scheme.method.storage.name
        if self.gpu is None:
            return missing_on_processor(kind, self.flags)
        return missing_on_gpu(kind, self.gpu.name, self.gpu.capability)

    def missing_kernel_of_experts(self, scheme: CompressionScheme) -> str | None:
        """Return why vLLM cannot serve a mixture in a scheme on this processor; None where it can, and for a GPU."""
        return None if self.gpu is not None else missing_for_experts(scheme.method.storage.name, self.flags)


def find_target(gpu: str | None) -> Target:
    """Return the GPU of gpus.yaml with this name; without one, this machine's first GPU, or its processor.

    Raises ConfigurationError for an unknown name, ServingError when nvidia-smi fails.
    """
    if gpu is not None:
        return Target(find_gpus([gpu])[0])
    installed = find_installed_gpus(os.environ)
    return Target(installed[0]) if installed else this_processor()


def this_processor() -> Target:
    """Return the processor of this machine."""
    return Target(flags=processor_flags())
