"""The schemes that a model can be compressed with. Those that can be planned have the names of `serving.model.schemes`.

Pruning and an FP8 KV cache can be combined with any of them, `bf16` (weights kept in 16 bits) included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.errors import ConfigurationError
from serving.model.schemes import SCHEMES, Scheme

Algorithm: TypeAlias = Literal["none", "round", "gptq", "smoothquant+gptq", "awq"]


@dataclass(frozen=True, slots=True)
class Method:
    """One way to compress.

    storage     how weights are stored; `storage.group` must divide a matrix's columns
    preset      compressed-tensors' name of the scheme
    algorithm   how values are chosen: the nearest ("round"), or with calibration data
    calibrated  needs prompts, and the model in memory; else shards are converted one by one
    description in a line
    blocks      rows must be divisible by the group as well
    grouped     the group may be another standard size (groups.py)
    """

    name: str
    storage: Scheme
    preset: str | None
    algorithm: Algorithm
    calibrated: bool
    description: str
    blocks: bool = False
    grouped: bool = False


METHODS = {
    method.name: method
    for method in (
        Method("bf16", SCHEMES["bf16"], None, "none", False, "weights kept in 16 bits"),
        Method("w8a8", SCHEMES["w8a8"], "W8A8", "smoothquant+gptq", True, "INT8 weights and activations"),
        Method("w4a16", SCHEMES["w4a16"], "W4A16", "gptq", True, "INT4 weights in groups", grouped=True),
        Method("awq", SCHEMES["w4a16"], "W4A16", "awq", True, "as w4a16, scaled by activations", grouped=True),
        Method("fp8", SCHEMES["fp8"], "FP8_DYNAMIC", "round", False, "FP8 weights, activations scaled at run time"),
        Method(
            "fp8-block", Scheme("fp8-block", 8, "fp8", 128), "FP8_BLOCK", "round", False, "FP8 in 128x128 blocks", True
        ),
        Method("nvfp4", SCHEMES["nvfp4"], "NVFP4", "round", True, "FP4 weights and activations in blocks of 16"),
        Method("mxfp4", SCHEMES["mxfp4"], "MXFP4", "round", False, "FP4 weights and activations in blocks of 32"),
    )
}
"""By name. `nvfp4` needs data for the global scale of its activations."""


@dataclass(frozen=True, slots=True)
class Pruning:
    """A share of weights set to zero. `pattern` "2:4" keeps two of each four; None is unstructured.

    Current vLLM loads a pruned checkpoint as a dense one: neither smaller nor faster. Pruned weights that are quantized
    as well are rounded instead of solved with GPTQ, which fills zeros again.
    """

    method: Literal["sparsegpt", "wanda"]
    sparsity: float = 0.5
    pattern: Literal["2:4"] | None = None

    @property
    def label(self) -> str:
        """The name, as in `sparsegpt-2:4` and `wanda-50%`."""
        return f"{self.method}-{self.pattern or f'{self.sparsity:.0%}'}"


@dataclass(frozen=True, slots=True)
class CompressionScheme:
    """How a model is compressed: a method, and what is combined with it. `group_size` is the requested one, if any."""

    method: Method
    kv_cache: Literal["fp8"] | None = None
    pruning: Pruning | None = None
    group_size: int | None = None

    @property
    def label(self) -> str:
        """The name under which it is recorded; without a cache or pruning, the name of a plan's scheme."""
        name = "w4a16" if self.method.name == "awq" else self.method.name
        parts = [name, f"kv-{self.kv_cache}" if self.kv_cache else "", self.pruning.label if self.pruning else ""]
        return "+".join(part for part in parts if part)

    @property
    def needs_prompts(self) -> bool:
        """Whether the model has to be loaded and run on prompts."""
        return self.method.calibrated or self.kv_cache is not None or self.pruning is not None


def parse_scheme(
    scheme: str, kv_cache: str = "bf16", prune: str | None = None, sparsity: str = "2:4"
) -> CompressionScheme:
    """Read the values of the command line. Raises ConfigurationError for unknown ones, and for nothing to do."""
    if scheme not in METHODS:
        raise ConfigurationError(f"There is no scheme '{scheme}'. Schemes: {', '.join(METHODS)}.")
    parsed = CompressionScheme(METHODS[scheme], "fp8" if kv_cache == "fp8" else None, _pruning(prune, sparsity))
    if parsed == CompressionScheme(METHODS["bf16"]):
        raise ConfigurationError(
            "--scheme bf16 keeps the weights as they are. Name another scheme, or add --prune or --kv-cache-dtype fp8."
        )
    return parsed


def _pruning(method: str | None, sparsity: str) -> Pruning | None:
    if method is None:
        return None
    if method not in ("sparsegpt", "wanda"):
        raise ConfigurationError(f"--prune is '{method}'; it must be sparsegpt or wanda.")
    kind: Literal["sparsegpt", "wanda"] = "sparsegpt" if method == "sparsegpt" else "wanda"
    if sparsity == "2:4":
        return Pruning(kind, 0.5, "2:4")
    try:
        share = float(sparsity)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise ConfigurationError(f"--sparsity is '{sparsity}'; it must be 2:4 or a share between 0 and 1, as in 0.5.")
    return Pruning(kind, share)
