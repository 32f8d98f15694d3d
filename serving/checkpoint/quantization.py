"""How a checkpoint's weights are stored, as its config.json states it.

Read is the `quantization_config`: compressed-tensors (what LLM Compressor writes), and the 4- and 8-bit forms of GPTQ,
AWQ, FP8, MXFP4 and ModelOpt.

Not covered: other methods (bitsandbytes, TorchAO, Quark …). They become a kind "method:…".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import ConfigurationError
from serving.hardware.kernels import KERNELS
from serving.model.schemes import SCHEMES, Scheme

QUANTIZATION_KEYS = ("quantization_config", "compression_config")
"""Where a configuration states how its weights are stored."""
LEFT_OUT = (
    "modules_to_not_convert",
    "ignore",
    "ignored_layers",
    "llm_int8_skip_modules",
    "exclude_modules",
    "module_not_to_quantize",
)
"""Names under which the methods list the modules that stay as they are."""
EXPRESSION = re.compile(r"[\\^$()|+]")
"""Signs by which a name in such a list is a regular expression."""
_METHODS = {"compressed_tensors": "compressed-tensors", "intel/auto-round": "auto-round"}
"""Other names of methods: vLLM 0.32 reads the first, AutoRound wrote the second."""
_MOST_BITS = 16


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

    The method is in lower case and under one name, and ModelOpt's fields are on one level.

    Raises ConfigurationError for one that is no object, for a field of a wrong type, and for a `sparsity_config`, which
    vLLM refuses.
    """
    text = config.get("text_config")
    parts = [config, text if isinstance(text, Mapping) else {}]
    stated = [part.get(key) for key in QUANTIZATION_KEYS for part in parts]
    found: Any = next(filter(None, stated), {})
    if not isinstance(found, Mapping):
        raise ConfigurationError(
            f"{source}: 'quantization_config' is {found!r}; it must be an object. Copy the file again."
        )
    if not found:
        return {}
    nested = found.get("quantization")
    flat = {**found, **(nested if isinstance(nested, Mapping) else {})}
    _check_types(flat, source)
    _check_sparsity(flat.get("sparsity_config") or {}, source)
    if method := flat.get("quant_method"):
        flat["quant_method"] = _METHODS.get(method.lower(), method.lower())
    return flat


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


def _check_types(stated: Mapping[str, Any], source: str) -> None:
    """Refuse a field that no reader could use, with its value and what it must be."""
    for wanted, holds, names in _WANTED:
        for name in names:
            value = stated.get(name)
            if value is not None and not holds(value):
                raise ConfigurationError(
                    f"{source}: '{name}' of the quantization_config is {value!r}; it must be {wanted}. Copy the "
                    "checkpoint's file again."
                )


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_bits(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_BITS


def _is_block(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(side, int) and side > 0 for side in value)


def _are_groups(value: Any) -> bool:
    return _is_object(value) and all(
        _is_object(group) and _are_weights(group.get("weights")) for group in value.values()
    )


def _are_weights(value: Any) -> bool:
    if value is None:
        return True
    return (
        _is_object(value) and _is_bits(value.get("num_bits", 8)) and _is_block(value.get("block_structure") or [1, 1])
    )


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(_is_string(name) and _compiles(name) for name in value)


def _are_rules(value: Any) -> bool:
    return _is_object(value) and all(_compiles(f"re:{rule[2:]}") for rule in value)


def _compiles(name: str) -> bool:
    """Return whether a name that is a regular expression is a valid one."""
    try:
        re.compile(name.removeprefix("re:") if name.startswith("re:") or EXPRESSION.search(name) else "")
    except re.error:
        return False
    return True


_WANTED: tuple[tuple[str, Callable[[Any], bool], tuple[str, ...]], ...] = (
    ("a string", _is_string, ("quant_method",)),
    ("an object", _is_object, ("sparsity_config", "kv_cache_scheme")),
    ("an object with regular expressions of modules, each after '-:' or '+:'", _are_rules, ("dynamic",)),
    (
        "an object of objects with 'weights', those with 1 to 16 'num_bits' and a 'block_structure' of two sizes",
        _are_groups,
        ("config_groups",),
    ),
    ("a number from 1 to 16", lambda value: isinstance(value, float) or _is_bits(value), ("bits", "w_bit")),
    ("two sizes", _is_block, ("weight_block_size",)),
    ("a list of names of modules", _are_names, LEFT_OUT),
)


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
