"""What vLLM can multiply, by the kind of weights: on processors, and on NVIDIA GPUs by compute capability.

The table follows vLLM 0.32 (`vllm/model_executor/kernels/linear/__init__.py`, and `get_min_capability` of the
compressed-tensors schemes; for INT8 on Blackwell its documentation of INT8 W8A8). A test compares the processor's part
with the installed vLLM. What x86 processors without AMX and without AVX-512 serve was tried in addition
(docs/compression.md, docs/launch.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

AMX, AVX512 = "amx_tile", "avx512f"
_X86 = frozenset({"sse2", "avx2"})
"""Flags by which an x86 processor is known."""
FP8_ON_A_PROCESSOR = 0.03e9
"""Operations a second and core. vLLM gives oneDNN one scale for a matrix (ChannelWiseTorchFP8ScaledMMLinearKernel), for
which oneDNN has only a reference loop. Measured on a Xeon with AMX, 613 x 256 x 512; bf16 reached 465e9 there."""


@dataclass(frozen=True, slots=True)
class Kernels:
    """What can multiply weights of one kind.

    processor   None when there is a kernel for processors, else what is missing
    amx         that kernel needs the AMX extension
    capability  CUDA's compute capability from which there is a kernel for GPUs
    below       the compute capability from which there is none any more; None for no such limit
    native      from here on the tensor cores multiply in this type; below, weights are unpacked to 16 bits
    planned     the scheme whose size and arithmetic the estimates take
    experts     what takes the experts of a mixture on a processor with AMX; None when nothing does
    """

    processor: str | None
    capability: float
    native: float = 0.0
    below: float | None = None
    amx: bool = False
    planned: str = "bf16"
    experts: str | None = None


KERNELS: Mapping[str, Kernels] = {
    "w4a16": Kernels(None, 7.5, planned="w4a16", experts="CPUExpertsInt4"),
    "w8a16": Kernels("CPUWNA16LinearKernel takes 4-bit weights only", 7.5, planned="w8a8"),
    "w8a8": Kernels(None, 7.5, 7.5, below=10.0, planned="w8a8", experts="CPUExpertsInt8"),
    "fp8": Kernels(None, 7.5, 8.9, planned="fp8"),
    "fp8-block": Kernels(None, 7.5, 8.9, amx=True, planned="fp8", experts="CPUExpertsFp8"),
    "fp8-weights": Kernels("vLLM lists no kernel for 8-bit floating-point weights alone", 7.5, planned="fp8"),
    "mxfp8": Kernels("vLLM lists no MXFP8 kernel for it", 7.5, 10.0, planned="fp8"),
    "nvfp4": Kernels("vLLM lists no NVFP4 kernel for it", 7.5, 10.0, planned="nvfp4"),
    "mxfp4": Kernels("vLLM lists no MXFP4 kernel for it", 7.5, 10.0, planned="mxfp4"),
}
"""By the kind of weights: a scheme's name, or what a checkpoint of another tool states."""

_AVX512_KINDS = frozenset({"w4a16"})
"""Kinds whose kernel vLLM's build for AVX2 lacks (`_C_AVX2`). vLLM starts and is healthy; its engine dies at the first
request."""


def missing_on_processor(kind: str, flags: frozenset[str]) -> str | None:
    """Return why a processor with these flags of /proc/cpuinfo cannot multiply such weights.

    None: it can, or the kind is unknown.
    """
    kernels = KERNELS.get(kind)
    if kernels is None:
        return None
    missing = kernels.processor
    if missing is None and kernels.amx and AMX not in flags:
        missing = "CPUFp8BlockScaledMMKernel needs AMX (Sapphire Rapids or newer), which this processor does not have"
    if missing is None and kind in _AVX512_KINDS and AVX512 not in flags and not _X86.isdisjoint(flags):
        missing = "CPUWNA16LinearKernel needs AVX-512, which this processor does not have"
    return None if missing is None else f"vLLM has no kernel for {kind} weights on this processor: {missing}"


def missing_for_experts(kind: str, flags: frozenset[str]) -> str | None:
    """Return why an x86 processor with these flags cannot multiply such weights of the experts of a mixture.

    None: it can, or the kind is unknown. Not covered: activations other than SiLU and DeepSeek's routing, which these
    kernels do not take either; ARM, POWER, and processors with ZenTorch.
    """
    kernels = KERNELS.get(kind)
    if kernels is None:
        return None
    if kernels.experts is None:
        return f"vLLM has no kernel for experts in {kind} on a processor"
    if AMX not in flags:
        return (
            f"vLLM's kernel for experts in {kind}, {kernels.experts}, needs AMX (Sapphire Rapids or newer), which this "
            "processor does not have"
        )
    return None


def missing_on_gpu(kind: str, name: str, capability: float) -> str | None:
    """Return why a GPU of this name and compute capability cannot multiply such weights; None as above."""
    kernels = KERNELS.get(kind)
    if kernels is None:
        return None
    if capability < kernels.capability:
        return (
            f"vLLM's kernels for {kind} weights need compute capability {kernels.capability}, and {name} has "
            f"{capability}"
        )
    if kernels.below is not None and capability >= kernels.below:
        return f"INT8 is not supported on Blackwell ({name}): use fp8"
    return None
