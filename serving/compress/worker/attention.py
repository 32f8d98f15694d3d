"""Attention by PyTorch's fused kernel, in place of the eager function that LLM Compressor 0.14 asks for.

Eager attention writes the scores of all pairs of tokens in float32. That was 36% of a run with prompts of 900 tokens.
LLM Compressor needs the eager *mask* only (its traced graph adds to it), and keeps it.
"""

from __future__ import annotations

import sys
from typing import Any

from .prefix import Prefix

_PLAIN = frozenset(
    {
        *("sliding_window", "is_causal", "position_ids", "cache_position", "position_embeddings", "past_key_values"),
        *("use_cache", "output_attentions", "output_hidden_states", "return_dict", "logits_to_keep"),
    }
)
"""Arguments that change nothing beside the mask. With others (sinks, a cap on the scores) the model's own is called."""


def use_fused_attention(prefix: Prefix) -> None:
    """Let models that ask transformers for eager attention get the fused kernel, and the prefix's keys and values."""
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

    def attention(module: Any, query: Any, key: Any, value: Any, mask: Any, **more: Any) -> tuple[Any, Any]:
        if prefix.length == 0:
            return attend(module, query, key, value, mask, **more)
        if more.get("sliding_window") is not None or more.keys() - _PLAIN - {"scaling", "dropout"}:
            raise ValueError(f"attention with {', '.join(more)} cannot share a prefix")
        start = int(more["position_ids"][0, 0])
        keys = prefix.extend(module, start, key, value)
        return attend_after(query, (key, value), keys if start else None, more.get("scaling")), None

    ALL_ATTENTION_FUNCTIONS.register("eager", attention)


def attend(
    module: Any,
    query: Any,
    key: Any,
    value: Any,
    attention_mask: Any,
    scaling: float | None = None,
    dropout: float = 0.0,
    **more: Any,
) -> tuple[Any, Any]:
    """Return the attention's output, (batch, tokens, heads, size), and no scores.

    The mask is added to the scores, as the eager function has it; None masks nothing.
    """
    from torch.nn.functional import scaled_dot_product_attention

    if any(given is not None for name, given in more.items() if name not in _PLAIN):
        own = sys.modules[type(module).__module__].eager_attention_forward
        result: tuple[Any, Any] = own(
            module, query, key, value, attention_mask, scaling=scaling, dropout=dropout, **more
        )
        return result
    mask = None if attention_mask is None else attention_mask[..., : key.shape[-2]]
    causal = mask is not None and is_causal(mask)
    output = scaled_dot_product_attention(
        query,
        key,
        value,
        attn_mask=None if causal else mask,
        is_causal=causal,
        scale=scaling,
        enable_gqa=query.shape[1] != key.shape[1],
    )
    return output.transpose(1, 2).contiguous(), None


def attend_after(query: Any, own: tuple[Any, Any], seen: tuple[Any, Any] | None, scaling: float | None) -> Any:
    """Return the output of causal attention over own keys and values, or all that were `seen`, which end with the own.

    The kernel is faster with a causal mask and queries for all keys than with a mask of its own and fewer queries.
    """
    from torch.nn.functional import pad, scaled_dot_product_attention

    keys, values = own if seen is None else seen
    before = keys.shape[-2] - query.shape[-2]
    groups = query.shape[1] != keys.shape[1]
    output = scaled_dot_product_attention(
        pad(query, (0, 0, before, 0)), keys, values, is_causal=True, scale=scaling, enable_gqa=groups
    )
    return output[..., before:, :].transpose(1, 2).contiguous()


def is_causal(mask: Any) -> bool:
    """Return whether a mask of scores lets every token see itself and all earlier ones: no padding, no window."""
    from torch import ones_like

    seen = mask == 0
    return mask.shape[-1] == mask.shape[-2] and bool((seen == ones_like(seen).tril()).all())
