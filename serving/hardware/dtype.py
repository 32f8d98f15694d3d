"""The type of activations, and of weights that are not quantized, with which vLLM serves a model on a processor.

bfloat16 where the processor multiplies it, float32 elsewhere: without such instructions oneDNN converts every number,
and float32 is several times faster (docs/launch.md). It takes twice the memory, in weights and cache.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, TypeAlias

from core.processor import computes_bfloat16

Dtype: TypeAlias = Literal["bfloat16", "float32"]

_ARM_BFLOAT16 = "bf16"
COMPRESSED_TENSORS = "compressed-tensors"
_WIDE_METHODS = frozenset({COMPRESSED_TENSORS, "torchao"})
"""Quantization methods of vLLM 0.32 that accept activations in float32 (`get_supported_act_dtypes`); vLLM refuses the
others at the start in any type but float16 and bfloat16."""
_NARROW_KINDS = frozenset({"w4a16"})
"""Kinds of weights whose kernel has no float32, where the method has: tried, the engine dies at the first request."""


def processor_dtype(flags: frozenset[str], kinds: Collection[str] = (), method: str = COMPRESSED_TENSORS) -> Dtype:
    """Return the value for --dtype.

    `flags` are those of /proc/cpuinfo; ARM's were not tried. `kinds` are those of the checkpoint's weights, empty where
    it is not quantized, and `method` the `quant_method` that it states.
    """
    if multiplies_bfloat16(flags) or method not in _WIDE_METHODS or not _NARROW_KINDS.isdisjoint(kinds):
        return "bfloat16"
    return "float32"


def multiplies_bfloat16(flags: frozenset[str]) -> bool:
    """Return whether the processor has instructions for products of bfloat16: on x86, or `bf16` on ARM."""
    return computes_bfloat16(flags) or _ARM_BFLOAT16 in flags
