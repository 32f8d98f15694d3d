"""A `quantization_config` becomes the scheme that a checkpoint is stored in, and the modules that stay in 16 bits.

Read are compressed-tensors, FP8 (whole tensors, channels and blocks), MXFP4, GPTQ, AWQ, AutoRound, bitsandbytes and
ModelOpt, with the lists of modules that each leaves out. Zero points are counted as their bits.

Not covered: other methods (Quark, TorchAO, HQQ, AQLM …) and compressed-tensors with several kinds of weights, which are
refused; rules of GPTQ by which some modules have other bits, which are counted with the bits of the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fnmatch import translate
from typing import Any

from core.errors import ConfigurationError
from serving.checkpoint.quantization import EXPRESSION, LEFT_OUT, Quantization, parse_quantization, stated_quantization
from serving.model.parameters import Weight, part_of
from serving.model.schemes import SCHEMES, Scheme
from serving.model.shape import MATRICES, Part, Stored

_FLOAT_BLOCK = 4
"""Bytes of the scale of a block of FP8 (`weight_scale_inv`, float32)."""


def read_stored(config: Mapping[str, Any], source: str) -> Stored | None:
    """Return how the checkpoint is stored; None for one that is not quantized.

    Raises ConfigurationError, which names the method, for one whose size is not known.
    """
    stated = stated_quantization(config, source)
    if not stated:
        return None
    default = "compressed-tensors" if "config_groups" in stated else None
    method = stated.get("quant_method") or default
    if method is None:
        raise ConfigurationError(
            f"{source}: 'quantization_config' states no 'quant_method'. Take the checkpoint's complete config.json."
        )
    scheme = _scheme(method, stated)
    if scheme is None:
        detail = stated.get("quant_algo") or stated.get("bits")
        if len(_weights(stated)) > 1:
            detail = "weights of several kinds"
        raise ConfigurationError(
            f"{source}: 'quantization_config' states the method '{method}'{f' ({detail})' if detail else ''}, whose "
            "size the planner does not know. Plan "
            "the 16-bit original in a scheme like it, or serve the checkpoint: its files state their sizes."
        )
    return Stored(scheme, f"{method}, {scheme.weight_bits} bits")


def left_out(config: Mapping[str, Any], source: str) -> Callable[[Weight, int | None], bool]:
    """Return a test whether a tensor, in a model with so many experts, stays in 16 bits in the checkpoint."""
    stated = stated_quantization(config, source)
    method = stated.get("quant_method")
    named = [name for key in LEFT_OUT for name in stated.get(key) or ()]
    named += [f"re:{rule[2:]}" for rule in stated.get("dynamic") or () if str(rule).startswith("-:")]
    matches = _matcher(str(name) for name in named)
    quantized: frozenset[Part] = frozenset({"expert"}) if method == "mxfp4" else frozenset()

    def stays(weight: Weight, experts: int | None) -> bool:
        if not stated or (part := part_of(weight, experts)) not in MATRICES:
            return False
        return (bool(quantized) and part not in quantized) or matches(weight.name)

    return stays


def _matcher(named: Iterable[str]) -> Callable[[str], bool]:
    """Return a test of a tensor's name against names, wildcards and regular expressions ("re:…") of modules.

    A module's name may have another beginning in the checkpoint than in the library, so that layers are compared from
    their number on. A name also covers what is inside the module.
    """
    patterns = []
    for each in dict.fromkeys(named):
        if each.startswith("re:"):
            patterns.append(each[3:])
        elif any(sign in each for sign in "*?[") and "\\" not in each:
            patterns.append(translate(_from_layer(each)).replace("\\Z", "").replace("\\z", "") + r"(?:\..*)?$")
        elif EXPRESSION.search(each):
            patterns.append(each)
        else:
            patterns.append(rf"(?:.*\.)?{re.escape(_from_layer(each))}(?:\..*)?$")
    if not patterns:
        return lambda _: False
    whole = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    return lambda name: bool(whole.match(module := name.removesuffix(".weight")) or whole.match(_from_layer(module)))


def _from_layer(name: str) -> str:
    """Return a name from `layers.N` on; a name without layers as it is."""
    return "layers." + name.split("layers.", 1)[1] if "layers." in name else name


def _scheme(method: str, stated: Mapping[str, Any]) -> Scheme | None:
    reader = _READERS.get(method)
    return reader(stated) if reader is not None else None


def _weights(stated: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    groups = (stated.get("config_groups") or {}).values()
    return [group["weights"] for group in groups if group.get("weights")]


def _compressed_tensors(stated: Mapping[str, Any]) -> Scheme | None:
    groups = _weights(stated)
    if len({(each.get("num_bits"), each.get("type"), each.get("group_size")) for each in groups}) != 1:
        return None
    weights = groups[0]
    bits, size = weights.get("num_bits"), weights.get("group_size")
    if not isinstance(bits, int):
        return None
    planned = _planned(parse_quantization(stated))
    if block := weights.get("block_structure"):
        return replace(planned, weight_bits=bits, group=int(block[1]), block_rows=int(block[0]), scale_bytes=2)
    if bits == 4 and weights.get("type") == "float":
        return planned
    zero = 0 if weights.get("symmetric", True) else bits / 8
    return replace(planned, weight_bits=bits, group=_group(size), scale_bytes=2 + zero)


def _fp8(stated: Mapping[str, Any]) -> Scheme:
    if block := stated.get("weight_block_size"):
        return replace(SCHEMES["fp8"], group=int(block[1]), block_rows=int(block[0]), scale_bytes=_FLOAT_BLOCK)
    return SCHEMES["fp8"]


def _integers(stated: Mapping[str, Any]) -> Scheme | None:
    """Read GPTQ, AWQ and AutoRound: whole numbers in groups, each with a scale in 16 bits and a zero point."""
    bits = stated.get("bits", stated.get("w_bit"))
    if not isinstance(bits, int):
        return None
    planned = SCHEMES["w8a8" if bits == 8 else "w4a16"]
    group = _group(stated.get("group_size", stated.get("q_group_size", 128)))
    return replace(planned, weight_bits=bits, arithmetic="bf16", group=group, scale_bytes=2 + bits / 8)


def _bitsandbytes(stated: Mapping[str, Any]) -> Scheme:
    if stated.get("load_in_8bit") or stated.get("_load_in_8bit"):
        return Scheme("bnb-8bit", 8, "bf16", None, 4)
    # Blocks of 64 with a float32 maximum; double quantization stores it in 8 bits, with a float32 for 256 blocks.
    scale = 1 + 4 / 256 if stated.get("bnb_4bit_use_double_quant") else 4
    return Scheme("bnb-4bit", 4, "bf16", 64, scale)


def _modelopt(stated: Mapping[str, Any]) -> Scheme | None:
    algorithm = str(stated.get("quant_algo", "")).lower()
    return next((SCHEMES[name] for name in ("nvfp4", "fp8") if name in algorithm), None)


def _planned(quantization: Quantization) -> Scheme:
    return quantization.scheme


def _group(size: Any) -> int | None:
    return size if isinstance(size, int) and size > 0 else None


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Scheme | None]] = {
    "compressed-tensors": _compressed_tensors,
    "fp8": _fp8,
    "fbgemm_fp8": lambda _: SCHEMES["fp8"],
    "mxfp4": lambda _: SCHEMES["mxfp4"],
    "gptq": _integers,
    "awq": _integers,
    "auto-round": _integers,
    "bitsandbytes": _bitsandbytes,
    "modelopt": _modelopt,
    "modelopt_fp4": _modelopt,
}
