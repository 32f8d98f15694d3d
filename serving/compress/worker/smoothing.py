"""SmoothQuant and GPTQ in one pass over the samples.

LLM Compressor runs each modifier over all layers, and each layer twice: once to observe, once with the layer changed.
Smoothing divides the columns of a layer's inputs by factors s and multiplies those of its weights. GPTQ's Hessian of
the smoothed inputs is thus that of the inputs, divided by s in rows and columns: one observation serves both.

The ranges are observed on the inputs that a layer has behind compressed layers; LLM Compressor's own order takes those
behind uncompressed ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .hessians import derived


class Factors:
    """The factors by which the inputs of modules were divided since their Hessians were observed."""

    def __init__(self) -> None:
        self._factors: dict[Any, Any] = {}

    def divide(self, modules: Sequence[Any], factors: Any) -> None:
        """Note that the modules' inputs are divided."""
        for module in modules:
            before = self._factors.get(module)
            self._factors[module] = factors if before is None else before * factors

    def take(self, module: Any) -> Any:
        """Return a module's factors, which are then forgotten; None without any."""
        return self._factors.pop(module, None)


def smoothing(kind: Any, factors: Factors) -> Any:
    """Return SmoothQuant's modifier, which notes its factors."""
    from llmcompressor.modifiers.transform.smoothquant.base import MINIMUM_SMOOTHING_SCALE

    def _calculate_smoothing_scales(self: Any, balance_layers: Sequence[Any], activation_scales: Any) -> Any:
        scales = kind._calculate_smoothing_scales(self, balance_layers, activation_scales)
        factors.divide(balance_layers, scales.float().clamp(min=MINIMUM_SMOOTHING_SCALE))
        return scales

    return derived(kind, {"_calculate_smoothing_scales": _calculate_smoothing_scales})


def smoothed(kind: Any, factors: Factors) -> Any:
    """Return GPTQ's modifier, which divides the Hessians of smoothed modules before it solves a layer."""

    def compress_modules(self: Any) -> None:
        for module, hessian in self._hessians.items():
            scales = factors.take(module)
            if scales is not None:
                hessian /= scales.outer(scales)
        kind.compress_modules(self)

    return derived(kind, {"compress_modules": compress_modules})
