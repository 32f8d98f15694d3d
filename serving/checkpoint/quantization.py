"""How a checkpoint's weights are stored, as its config.json states it.

Read is the `quantization_config`: compressed-tensors (what LLM Compressor writes), and the 4- and 8-bit forms of GPTQ,
AWQ, FP8, MXFP4 and ModelOpt.

Not covered: other methods (bitsandbytes, TorchAO, Quark …). They become a kind "method:…".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import ConfigurationError
from serving.hardware.kernels import KERNELS
from serving.model.schemes import SCHEMES, Scheme

QUANTIZATION_KEYS = ("quantization_config", "compression_config")
"""Where a configuration states how its weights are stored."""


@dataclass(frozen=True, slots=True)
class Quantization:
    """What a configuration states.

    kinds       of weights, each a key of KERNELS, or "method:…" for one that is not known; empty: not quantized
    fp8_cache   the checkpoint has scales for a KV cache in FP8
    """

    kinds: tuple[str, ...] = ()
    fp8_cache: bool = False

    @property
    def scheme(self) -> Scheme:
        """The nearest scheme that estimates are made with."""
        known = [KERNELS[kind].planned for kind in self.kinds if kind in KERNELS]
        return SCHEMES[known[0] if known else "bf16"]

    def __str__(self) -> str:
        return " + ".join(self.kinds) or "bf16"


def stated_quantization(config: Mapping[str, Any], source: str) -> Mapping[str, Any]:
    """Return the quantization that a configuration or its text part states, under either of its names; empty for none.

    Raises ConfigurationError for one that is no object, and for a `sparsity_config`, which vLLM refuses.
    """
    text = config.get("text_config")
    parts = [config, text if isinstance(text, Mapping) else {}]
    stated = [part.get(key) for key in QUANTIZATION_KEYS for part in parts]
    found: Any = next(filter(None, stated), {})
    if not isinstance(found, Mapping):
        raise ConfigurationError(
            f"{source}: 'quantization_config' is {found!r}; it must be an object. Copy the file again."
        )
    _check_sparsity(found.get("sparsity_config") or {}, source)
    return found


def parse_quantization(stated: Mapping[str, Any]) -> Quantization:
    """Return the kinds of weights of a `quantization_config`; an empty one is not quantized."""
    if not stated:
        return Quantization()
    method = str(stated.get("quant_method", "compressed-tensors"))
    if method != "compressed-tensors":
        return Quantization((_kind_of_method(method, stated),))
    groups = stated.get("config_groups") or {}
    kinds = dict.fromkeys(_kind_of_group(group, stated) for group in groups.values() if group.get("weights"))
    cache = stated.get("kv_cache_scheme") or {}
    return Quantization(tuple(kinds), fp8_cache=cache.get("num_bits") == 8)


def _check_sparsity(sparsity: Mapping[str, Any], source: str) -> None:
    """Refuse one with targets. vLLM accepts one without, which older versions of LLM Compressor wrote."""
    if not sparsity.get("targets"):
        return
    stored = sparsity.get("format", "not named")
    fix = (
        "Its tensors are stored dense: remove that key from the file, and the model is served as a dense one."
        if stored == "dense"
        else f"Its tensors are stored as '{stored}', which nothing reads any more: take the original, dense checkpoint "
        "and compress it with a quantization scheme (groundwork model compress)."
    )
    raise ConfigurationError(
        f"{source} has a 'sparsity_config' (format '{stored}'), which vLLM refuses since 0.22: it has no sparse "
        f"kernels. {fix}"
    )


def _kind_of_group(group: Mapping[str, Any], stated: Mapping[str, Any]) -> str:
    weights, inputs = group["weights"], group.get("input_activations")
    bits, form = weights.get("num_bits"), str(group.get("format") or stated.get("format") or "")
    if weights.get("type") == "float":
        return _floating_kind(bits, weights, inputs, form)
    if bits in (4, 8) and not inputs:
        return f"w{bits}a16"
    if bits == 8 and inputs and inputs.get("num_bits") == 8:
        return "w8a8"
    return f"method:{weights.get('type')}{bits} weights"


def _floating_kind(bits: Any, weights: Mapping[str, Any], inputs: Mapping[str, Any] | None, form: str) -> str:
    if bits == 4:
        return "mxfp4" if "mxfp4" in form or weights.get("group_size") == 32 else "nvfp4"
    if bits != 8:
        return f"method:float{bits} weights"
    if "mxfp8" in form or weights.get("group_size") == 32:
        return "mxfp8"
    if not inputs:
        return "fp8-weights"
    return "fp8-block" if weights.get("strategy") == "block" else "fp8"


def _kind_of_method(method: str, stated: Mapping[str, Any]) -> str:
    bits = stated.get("bits", stated.get("w_bit"))
    if method in ("gptq", "awq") and bits in (4, 8):
        return f"w{bits}a16"
    if method == "fp8":
        return "fp8-block" if stated.get("weight_block_size") else "fp8"
    if method == "mxfp4":
        return "mxfp4"
    if method == "modelopt":
        algorithm = str(stated.get("quant_algo", "")).lower()
        return next((kind for kind in ("nvfp4", "mxfp8", "fp8") if kind in algorithm), f"method:{method}")
    return f"method:{method}"
