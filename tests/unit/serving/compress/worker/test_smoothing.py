"""SmoothQuant and GPTQ in one pass: the Hessian of smoothed inputs, from that of the inputs."""

from __future__ import annotations

from typing import Any

import torch

from serving.compress.worker.smoothing import Factors, smoothed


class Modifier:
    """The part of GPTQ's modifier that solves a layer."""

    def __init__(self, hessians: dict[Any, torch.Tensor]) -> None:
        self._hessians = hessians
        self.solved = False

    def compress_modules(self) -> None:
        self.solved = True


def test_the_hessian_becomes_that_of_the_divided_inputs() -> None:
    inputs = torch.randn(30, 6, generator=torch.Generator().manual_seed(0))
    scales = torch.tensor([1.0, 2.0, 0.5, 3.0, 1.0, 4.0])
    smooth, other = torch.nn.Linear(6, 2), torch.nn.Linear(6, 2)
    factors = Factors()
    factors.divide([smooth], scales)
    modifier = smoothed(Modifier, factors)({module: inputs.t() @ inputs for module in (smooth, other)})
    modifier.compress_modules()
    divided = inputs / scales
    assert modifier.solved
    assert torch.allclose(modifier._hessians[smooth], divided.t() @ divided, rtol=1e-4, atol=1e-5)
    assert torch.allclose(modifier._hessians[other], inputs.t() @ inputs)
    assert factors.take(smooth) is None


def test_inputs_that_are_divided_twice_have_both_factors() -> None:
    factors, module = Factors(), torch.nn.Linear(2, 2)
    factors.divide([module], torch.tensor([2.0, 3.0]))
    factors.divide([module], torch.tensor([5.0, 1.0]))
    assert factors.take(module).tolist() == [10.0, 3.0]
