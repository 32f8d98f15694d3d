"""LLM Compressor's recipe for a job: prune, smooth, quantize."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .hessians import Grams, matrices_at_once, share_products
from .layers import Layers, resumable
from .prefix import Prefix
from .smoothing import Factors, smoothed, smoothing

SMOOTHING = 0.8
"""SmoothQuant's alpha for INT8 (LLM Compressor's own W8A8 example; the paper takes .5 to .9 by model)."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The modifiers, and LLM Compressor's pipeline: a pass for each of them ("independent"), or one for all."""

    modifiers: tuple[Any, ...]
    pipeline: str


def make_recipe(job: dict[str, Any], layers: Layers, model: Any, prefix: Prefix) -> Recipe:
    """Return the recipe of a job."""
    algorithm, pruned = job["algorithm"], job["pruning"]
    # GPTQ spreads its errors over all later weights: of 50% zeros, 42 to 49% remained. Rounding keeps them.
    if algorithm in ("gptq", "smoothquant+gptq") and not pruned:
        return fitted(job, layers, model, prefix)
    from llmcompressor.modifiers.quantization import QuantizationModifier
    from llmcompressor.modifiers.transform import AWQModifier, SmoothQuantModifier

    chosen: list[Any] = [pruning(pruned, job["ignore"], layers)] if pruned else []
    if algorithm == "smoothquant+gptq":
        chosen.append(SmoothQuantModifier(smoothing_strength=SMOOTHING))
    if algorithm == "awq":
        chosen.append(AWQModifier())
    if job["preset"] or job["kv_cache"]:
        chosen.append(QuantizationModifier(**quantization(job)))
    return Recipe(tuple(chosen), "independent")


def fitted(job: dict[str, Any], layers: Layers, model: Any, prefix: Prefix) -> Recipe:
    """Return the recipe that fits weights with GPTQ, in one pass with SmoothQuant before it."""
    from llmcompressor.core import active_session
    from llmcompressor.modifiers.gptq import GPTQModifier
    from llmcompressor.modifiers.transform import SmoothQuantModifier

    def weight() -> int:
        return prefix.weight(active_session().state.current_batch_idx)

    factors = Factors()
    kind = smoothed(share_products(GPTQModifier, Grams(bfloat16=job["bfloat16_products"]), weight), factors)
    fit = resumable(kind, layers)(**quantization(job), batched_quantization=matrices_at_once(model))
    if job["algorithm"] == "gptq":
        return Recipe((fit,), "sequential")
    return Recipe((smoothing(SmoothQuantModifier, factors)(smoothing_strength=SMOOTHING), fit), "sequential")


def quantization(job: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a quantizing modifier."""
    from compressed_tensors.quantization import QuantizationArgs

    settings: dict[str, Any] = {"ignore": job["ignore"]}
    if job["preset"]:
        settings |= groups(job) if job["group_size"] else {"scheme": job["preset"], "targets": ["Linear"]}
    if job["kv_cache"] == "fp8":
        settings["kv_cache_scheme"] = QuantizationArgs(
            num_bits=8, type="float", strategy="tensor", dynamic=False, symmetric=True
        )
    return settings


def groups(job: dict[str, Any]) -> dict[str, Any]:
    """Return the preset with groups of another size."""
    from compressed_tensors.quantization import preset_name_to_scheme

    scheme = preset_name_to_scheme(job["preset"], ["Linear"])
    assert scheme.weights is not None
    scheme.weights.group_size = job["group_size"]
    return {"config_groups": {"group_0": scheme}}


def pruning(wanted: dict[str, Any], ignore: list[str], layers: Layers) -> Any:
    """Return the modifier of SparseGPT (arXiv:2301.00774) or Wanda (arXiv:2306.11695)."""
    from llmcompressor.modifiers.pruning import SparseGPTModifier, WandaPruningModifier

    kind = {"sparsegpt": SparseGPTModifier, "wanda": WandaPruningModifier}[wanted["method"]]
    pattern = wanted["pattern"] or "0:0"
    settings = {"sparsity": wanted["sparsity"], "mask_structure": pattern, "targets": ["Linear"], "ignore": ignore}
    return resumable(kind, layers)(**settings)
