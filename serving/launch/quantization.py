"""How a checkpoint's weights are stored, and whether they can be served here.

Read is the `quantization_config` of config.json: compressed-tensors (what LLM Compressor writes), and the 4- and 8-bit
forms of GPTQ, AWQ, FP8, MXFP4 and ModelOpt.

Not covered: other methods (bitsandbytes, TorchAO, Quark …). They are passed on, and vLLM says whether it serves them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import ServingError
from serving.configuration import stated_quantization
from serving.kernels import KERNELS, missing_on_card, missing_on_processor
from serving.machine import GraphicsCard
from serving.plan.schemes import SCHEMES, Scheme


@dataclass(frozen=True, slots=True)
class Quantization:
    """`kinds` of weights, each a key of KERNELS or "method:…" for one that is not known; empty: not quantized."""

    kinds: tuple[str, ...] = ()
    fp8_cache: bool = False

    @property
    def scheme(self) -> Scheme:
        """The nearest scheme that the planner knows."""
        known = [KERNELS[kind].planned for kind in self.kinds if kind in KERNELS]
        return SCHEMES[known[0] if known else "bf16"]

    def __str__(self) -> str:
        return " + ".join(self.kinds) or "bf16"


def read_quantization(config: Mapping[str, Any], source: str) -> Quantization:
    """What config.json says. Raises what `stated_quantization` does."""
    stated = stated_quantization(config, source)
    if not stated:
        return Quantization()
    method = str(stated.get("quant_method", "compressed-tensors"))
    if method != "compressed-tensors":
        return Quantization((_kind_of_method(method, stated),))
    groups = stated.get("config_groups") or {}
    kinds = dict.fromkeys(_kind_of_group(group, stated) for group in groups.values() if group.get("weights"))
    cache = stated.get("kv_cache_scheme") or {}
    return Quantization(tuple(kinds), fp8_cache=cache.get("num_bits") == 8)


def check_processor_kernels(quantization: Quantization, flags: frozenset[str]) -> None:
    """Raises ServingError that names the missing kernel and what to serve in its place."""
    for kind in quantization.kinds:
        if missing := missing_on_processor(kind, flags):
            raise ServingError(
                f"{missing}. Serve a w8a8, w4a16 or bf16 checkpoint of the model here, or this one on a GPU."
            )


def check_card_kernels(quantization: Quantization, card: GraphicsCard) -> None:
    """The same for a GPU."""
    for kind in quantization.kinds:
        if missing := missing_on_card(kind, card.name, card.capability):
            mend = (
                "Compress the model with --scheme fp8 and serve that."
                if card.capability >= KERNELS[kind].capability
                else "Serve a bf16 checkpoint of the model, or use a newer GPU."
            )
            raise ServingError(f"{missing}. {mend}")


def kernel_notes(quantization: Quantization, card: GraphicsCard | None) -> tuple[str, ...]:
    """What is served, but not as fast as the name promises."""
    notes = []
    for kind in quantization.kinds:
        kernels = KERNELS.get(kind)
        if kernels is None:
            notes.append(f"{kind.removeprefix('method:')} is not in Groundwork's table of kernels; vLLM decides.")
        elif card is None and kind == "fp8":
            notes.append(
                "vLLM has but a reference loop for FP8 on a processor, which may be a thousand times slower than bf16. "
                "Serve w8a8 here, or fp8-block where the processor has AMX."
            )
        elif card is not None and card.capability < kernels.native:
            notes.append(
                f"{card.name} does not multiply in {kind}: weights are unpacked to 16 bits; only memory is saved."
            )
    return tuple(notes)


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
