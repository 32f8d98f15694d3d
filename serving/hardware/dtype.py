"""The type of activations, and of weights that are not quantized, with which vLLM serves a model on a processor.

bfloat16 where the processor multiplies it, float32 elsewhere: without such instructions oneDNN converts every number,
and float32 is several times faster (docs/launch.md). It takes twice the memory, in weights and cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from core.processor import computes_bfloat16

Dtype: TypeAlias = Literal["bfloat16", "float32"]

_ARM_BFLOAT16 = "bf16"
_TAKES_FLOAT32 = frozenset({"compressed-tensors", "torchao"})
"""Quantization methods of vLLM 0.32 that accept activations in float32 (`get_supported_act_dtypes`); the others are
refused by vLLM at the start in any type but float16 and bfloat16."""


def processor_dtype(stated: Mapping[str, Any], flags: frozenset[str]) -> Dtype:
    """Return the value for --dtype. `stated` is the checkpoint's `quantization_config`, empty for none.

    `flags` are those of /proc/cpuinfo; ARM's were not tried.
    """
    if multiplies_bfloat16(flags):
        return "bfloat16"
    method = str(stated.get("quant_method", "compressed-tensors"))
    return "float32" if method in _TAKES_FLOAT32 else "bfloat16"


def multiplies_bfloat16(flags: frozenset[str]) -> bool:
    """Return whether the processor has instructions for products of bfloat16: on x86, or `bf16` on ARM."""
    return computes_bfloat16(flags) or _ARM_BFLOAT16 in flags
