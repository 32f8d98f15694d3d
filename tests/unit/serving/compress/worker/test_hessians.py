"""The products that GPTQ's Hessians are sums of."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from serving.compress.worker.hessians import Grams, matrices_at_once, share_products


@pytest.mark.parametrize("columns", [8, 512, 576, 1100])
def test_a_product_made_of_blocks_is_the_whole_product(columns: int) -> None:
    rows = torch.randn(2, 20, columns, generator=torch.Generator().manual_seed(0))
    flat = rows.reshape(-1, columns)
    gram = Grams(bfloat16=True).of(rows)
    assert torch.allclose(gram, flat.t() @ flat, atol=1e-3)
    assert torch.equal(gram, gram.t())


def test_inputs_in_bfloat16_are_rounded_once_a_sample_where_the_processor_multiplies_them() -> None:
    rows = torch.randn(1, 200, 64, generator=torch.Generator().manual_seed(0)).bfloat16()
    exact = rows[0].float().t() @ rows[0].float()
    assert torch.allclose(Grams(bfloat16=False).of(rows), exact, rtol=1e-5, atol=1e-3)
    assert (Grams(bfloat16=True).of(rows) - exact).abs().max() < 2**-7 * exact.abs().max()


class Modifier:
    """The part of GPTQ's modifier that the products are given to."""

    def __init__(self) -> None:
        self._hessians: dict[Any, torch.Tensor] = {}
        self._num_samples: dict[Any, torch.Tensor] = {}


def test_modules_that_read_the_same_tensor_share_a_product_and_keep_a_hessian_each() -> None:
    grams = Grams(bfloat16=False)
    weights = iter([5, 5, 1, 1])
    modifier = share_products(Modifier, grams, lambda: next(weights))()
    query, key = (torch.nn.Linear(16, 8, bias=False) for _ in range(2))
    for number in (1, 2):
        hidden = torch.full((1, 3, 16), float(number))
        for module in (query, key):
            modifier.calibrate_module(module, (hidden,), None)
    # 2 xᵀx of three tokens of ones, five times, and of three tokens of twos.
    assert modifier._hessians[query].unique().tolist() == [5 * 2 * 3 * 1.0 + 2 * 3 * 4.0]
    assert modifier._num_samples[key].item() == 2
    modifier._hessians[query] *= 0
    assert modifier._hessians[key].max() > 0


def test_wide_matrices_are_solved_one_by_one() -> None:
    assert matrices_at_once(torch.nn.Sequential(torch.nn.Linear(64, 8))) == 16
    with torch.device("meta"):
        assert matrices_at_once(torch.nn.Sequential(torch.nn.Linear(14336, 8))) == 1
