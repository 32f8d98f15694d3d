"""Bytes in the key-value cache.

    grouped attention   2 x layers x kv_heads x head_dim x bytes, a token
    latent attention    layers x (latent + rope_dim) x bytes, a token
    sliding windows     a windowed layer keeps its window, not the whole context

Not covered: the rounding up to blocks (16 tokens in vLLM on a GPU), and the blocks that requests share by prefix
caching, with which more users fit than are counted here.
"""

from __future__ import annotations

from serving.model.shape import ModelShape

BYTES = {"bf16": 2, "fp8": 1}
"""Bytes of a cached number, by the name of `--kv-cache-dtype` (bf16 is vLLM's `auto` for such a model)."""


def bytes_per_token(shape: ModelShape, kv_type: str = "bf16", tensor_parallel: int = 1) -> int:
    """Return the bytes that one more token takes while no window is full, over all GPUs of a replica."""
    return shape.layers * shape.attention.cached_values(tensor_parallel) * BYTES[kv_type]


def bytes_per_request(shape: ModelShape, tokens: float, kv_type: str = "bf16", tensor_parallel: int = 1) -> float:
    """Return the bytes of a request with `tokens` tokens, over all GPUs of a replica."""
    held = sum(tokens if window is None else min(tokens, window) for window in shape.windows)
    return held * shape.attention.cached_values(tensor_parallel) * BYTES[kv_type]


def users_by_memory(cache_bytes: float, request_bytes: float) -> int:
    """Return the number of requests whose caches fit at the same time."""
    return int(cache_bytes // request_bytes) if cache_bytes > 0 else 0
