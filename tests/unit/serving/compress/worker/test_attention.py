"""Attention by the fused kernel, compared with the eager function that it takes the place of."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers.models.llama.modeling_llama import LlamaAttention, eager_attention_forward

from serving.compress.worker.attention import attend, is_causal

TOKENS, HEADS, GROUPS, SIZE = 7, 4, 2, 8
LOWEST = torch.finfo(torch.float32).min


class Attention(LlamaAttention):
    """As much of a layer's attention as the function looks at."""

    def __init__(self) -> None:
        torch.nn.Module.__init__(self)
        self.num_key_value_groups = GROUPS
        self.__class__.__module__ = LlamaAttention.__module__


def mask(window: int) -> torch.Tensor:
    seen = torch.ones(TOKENS, TOKENS).tril().triu(1 - window)
    return torch.where(seen == 1, 0.0, LOWEST)[None, None]


@pytest.mark.parametrize("window", [TOKENS, 3])
@pytest.mark.parametrize("more", [{}, {"sliding_window": 3}, {"position_bias": torch.zeros(1)}])
def test_it_returns_what_eager_attention_does(window: int, more: dict[str, Any]) -> None:
    random = torch.Generator().manual_seed(0)
    query = torch.randn(1, HEADS, TOKENS, SIZE, generator=random)
    key, value = (torch.randn(1, HEADS // GROUPS, TOKENS, SIZE, generator=random) for _ in range(2))
    module = Attention()
    module.eval()
    expected, _ = eager_attention_forward(module, query, key, value, mask(window), scaling=0.3)
    found, scores = attend(module, query, key, value, mask(window), scaling=0.3, **more)
    assert torch.allclose(found, expected, atol=1e-6)
    assert (scores is None) == ("position_bias" not in more)


def test_a_causal_mask_is_distinguished_from_a_window_and_from_padding() -> None:
    assert is_causal(mask(TOKENS))
    assert not is_causal(mask(3))
    padded = mask(TOKENS)
    padded[..., 0] = LOWEST
    assert not is_causal(padded)
