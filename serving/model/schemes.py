"""How weights are stored and multiplied.

The matrices in the layers are quantized. Embeddings, output head, norms, biases, convolutions, encoders of images and
the routers of experts stay in 16 bits, as in LLM Compressor. Scales are counted as compressed-tensors stores them.

Not covered: pruning. vLLM loads a pruned checkpoint as a dense one, so that it saves neither memory nor time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal, TypeAlias

from core.errors import ConfigurationError
from serving.hardware.dtype import Dtype
from serving.model.shape import Linear, ModelShape

Arithmetic: TypeAlias = Literal["bf16", "fp8", "int8", "fp4"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way to store and multiply weights.

    arithmetic  the type in which tensor cores multiply where they can
    group       weights in a row that share a scale; None is one scale for a whole row (a channel)
    scale_bytes bytes of a scale, a zero point included
    block_rows  rows that share the scales of their groups
    unquantized bytes of a number that is not quantized
    """

    name: str
    weight_bits: int
    arithmetic: Arithmetic
    group: int | None = None
    scale_bytes: float = 0
    block_rows: int = 1
    unquantized: int = 2

    def in_type(self, dtype: Dtype) -> Scheme:
        """Return the scheme as it is served with activations of a type: what is not quantized is stored in it, too."""
        if dtype == "bfloat16":
            return self
        return replace(self, weight_bits=32 if self.weight_bits == 16 else self.weight_bits, unquantized=4)

    def linear_bytes(self, linear: Linear) -> float:
        """Return the bytes of matrices under this scheme, scales included."""
        if linear.part == "router" or linear.kept:
            return linear.parameters * self.unquantized
        scales = (
            ceil(linear.rows / self.block_rows)
            * (1 if self.group is None else ceil(linear.columns / self.group))
            * linear.count
        )
        return linear.parameters * self.weight_bits / 8 + scales * self.scale_bytes


SCHEMES = {
    scheme.name: scheme
    for scheme in (
        Scheme("bf16", 16, "bf16"),
        Scheme("fp8", 8, "fp8", None, 2),
        Scheme("w8a8", 8, "int8", None, 2),
        Scheme("w4a16", 4, "bf16", 128, 2),
        Scheme("nvfp4", 4, "fp4", 16, 1),
        Scheme("mxfp4", 4, "fp4", 32, 1),
    )
}
"""By name. `fp8`: FP8_DYNAMIC, a scale a channel; `w8a8`: INT8; `w4a16`: INT4 in groups of 128; `nvfp4`: blocks of 16
with an FP8 scale (its one float32 a tensor is not counted); `mxfp4`: blocks of 32 with a power-of-two scale."""


def find_schemes(names: Sequence[str]) -> tuple[Scheme, ...]:
    """Return the named schemes, or all when none is named. Raises ConfigurationError for an unknown name."""
    for name in names:
        if name not in SCHEMES:
            pruned = any(word in name for word in ("spars", "prun", "2:4", "2of4"))
            why = " Pruning cannot be planned: current vLLM loads a pruned checkpoint as a dense one." if pruned else ""
            raise ConfigurationError(f"There is no scheme '{name}'. Schemes: {', '.join(SCHEMES)}.{why}")
    return tuple(SCHEMES[name] for name in dict.fromkeys(names or SCHEMES))


def weight_bytes(shape: ModelShape, scheme: Scheme) -> float:
    """Return the bytes of the whole model in memory."""
    matrices = sum(linear.parameters for linear in shape.linears)
    return sum(map(scheme.linear_bytes, shape.linears)) + (shape.parameters - matrices) * scheme.unquantized


def bits_per_weight(shape: ModelShape, scheme: Scheme) -> float:
    """Return the average bits over all parameters, unquantized ones and scales included."""
    return 8 * weight_bytes(shape, scheme) / shape.parameters


def bytes_read(shape: ModelShape, scheme: Scheme, tokens: float) -> float:
    """Return the bytes of weights that one step over `tokens` tokens reads.

    These are the matrices (of experts, those that the tokens are routed to) and the output head. The input embedding is
    a look-up and is not counted.
    """
    matrices = sum(scheme.linear_bytes(linear) * shape.share_of_experts(linear, tokens) for linear in shape.linears)
    return matrices + shape.head_parameters * scheme.unquantized
