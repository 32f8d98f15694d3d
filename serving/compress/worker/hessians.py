"""GPTQ's Hessians: of the inputs of modules that read the same tensor, one product, and half of it.

A Hessian is the sum of xᵀx over all tokens: symmetric, and the same for q, k and v, and for gate and up.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from math import ceil
from typing import Any

BLOCK = 512
"""The most columns of a block. What is right of the diagonal blocks is the transpose of what is below them."""
BATCH_BYTES = 1e9
"""Memory for matrices of one shape that GPTQ solves at once. It works column by column: fewer, larger steps."""
BATCH = 16


class Grams:
    """Products xᵀx of inputs, in float32; the last one is kept, since the next module often reads the same input.

    With `bfloat16`, inputs in bfloat16 are multiplied as they are: products are exact and are summed in float32, and
    only the sum over a sample is rounded. Otherwise they are converted first.
    """

    def __init__(self, *, bfloat16: bool) -> None:
        self._bfloat16 = bfloat16
        self._input: Any = None
        self._gram: Any = None

    def of(self, tensor: Any) -> Any:
        """Return xᵀx of an input with the features in its last dimension."""
        if tensor is not self._input:
            self._gram = self._product(tensor.reshape(-1, tensor.shape[-1]))
            self._input = tensor
        return self._gram

    def _product(self, rows: Any) -> Any:
        import torch

        if not (self._bfloat16 and rows.dtype == torch.bfloat16):
            rows = rows.float()
        columns = rows.shape[-1]
        width = ceil(columns / ceil(columns / BLOCK))
        gram = torch.empty(columns, columns, dtype=torch.float32, device=rows.device)
        for start in range(0, columns, width):
            end = start + width
            gram[start:end, start:] = rows[:, start:end].t() @ rows[:, start:]
            gram[end:, start:end] = gram[start:end, end:].t()
        return gram


def share_products(kind: Any, grams: Grams, weight: Callable[[], int]) -> Any:
    """Return GPTQ's modifier with the products of `grams`, each counted as many times as `weight` returns."""
    import torch
    from torch.nn import Linear

    def calibrate_module(self: Any, module: Any, inputs: Any, output: Any) -> None:
        if not isinstance(module, Linear):
            kind.calibrate_module(self, module, inputs, output)
            return
        gram = grams.of(inputs[0])
        if module not in self._num_samples:
            self._hessians[module] = torch.zeros_like(gram)
            self._num_samples[module] = gram.new_zeros(())
        self._hessians[module].add_(gram, alpha=2 * weight())
        self._num_samples[module] += 1

    return derived(kind, {"calibrate_module": calibrate_module})


def matrices_at_once(model: Any) -> int | str:
    """Return how many matrices of one shape GPTQ may solve together; "auto" where LLM Compressor finds it itself."""
    import torch

    if torch.accelerator.is_available():
        return "auto"
    widest = max(module.in_features for module in model.modules() if isinstance(module, torch.nn.Linear))
    # The Hessian, its factor, and a copy of either.
    return max(1, min(BATCH, int(BATCH_BYTES // (4 * 4 * widest**2))))


def derived(kind: Any, methods: dict[str, Any]) -> Any:
    """Return a subclass of a modifier with other methods."""
    # The recipe is recorded by the class's name.
    return types.new_class(kind.__name__, (kind,), exec_body=lambda body: body.update(methods))
