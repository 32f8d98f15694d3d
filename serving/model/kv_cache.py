"""Bytes in the key-value cache.

    grouped attention   2 x layers x kv_heads x head_dim x bytes, a token
    latent attention    layers x (latent + rope_dim) x bytes, a token
    sliding windows     a windowed layer keeps its window, not the whole context

On a processor, where Groundwork sets the size of the cache, blocks are counted as vLLM counts them (`pool_bytes`).

Not covered: the rounding up to blocks on a GPU (16 tokens), and the blocks that requests share by prefix caching, with
which more users fit than are counted here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import ceil

from serving.model.shape import ModelShape

BYTES: Mapping[str, int] = {"bf16": 2, "float32": 4, "fp8": 1}
"""Bytes of a cached number. vLLM's `--kv-cache-dtype auto` is the type of the activations: "bf16" or "float32"."""

PROCESSOR_BLOCK = 128
"""Tokens of a block on a processor (vLLM 0.32, `vllm/platforms/cpu.py`; 16 for latent attention, counted as 128)."""
PROCESSOR_STEP = 2048
"""The most tokens of one step on a processor: vLLM 0.32's default --max-num-batched-tokens of its server."""


def bytes_per_token(shape: ModelShape, kv_type: str = "bf16", tensor_parallel: int = 1) -> int:
    """Return the bytes that one more token takes while no window is full, over all GPUs of a replica."""
    return shape.layers * shape.attention.cached_values(tensor_parallel) * BYTES[kv_type]


def bytes_per_request(shape: ModelShape, tokens: float, kv_type: str = "bf16", tensor_parallel: int = 1) -> float:
    """Return the bytes of a request with `tokens` tokens, over all GPUs of a replica."""
    held = sum(tokens if window is None else min(tokens, window) for window in shape.windows)
    return held * shape.attention.cached_values(tensor_parallel) * BYTES[kv_type]


def pool_bytes(shape: ModelShape, tokens: int, kv_type: str, requests: int = 1) -> int:
    """Return the bytes of a processor's cache with which vLLM serves `requests` requests of `tokens` tokens at once.

    As in `vllm/v1/core/kv_cache_utils.py` of vLLM 0.32: layers with the same window are a group or several of equal
    size, the last one padded; each group takes blocks of its own; a window keeps the tokens of a step and one block
    more; and one block of the pool is never given out (the null block), so that a cache of exactly one request is
    refused.

    Not covered: layers with caches of different sizes in one model.
    """
    layers = Counter(shape.windows).values()
    # Groups have the size of the smallest one, or of the largest where padding costs less than half.
    size = max(layers) if max(layers) < 1.5 * min(layers) else min(layers)
    blocks = sum(ceil(count / size) * _blocks(tokens, window) for window, count in Counter(shape.windows).items())
    block = size * PROCESSOR_BLOCK * shape.attention.cached_values(1) * BYTES[kv_type]
    return (requests * blocks + 1) * block


def _blocks(tokens: int, window: int | None) -> int:
    if window is None:
        return ceil(tokens / PROCESSOR_BLOCK)
    return ceil(min(window - 1 + PROCESSOR_STEP, tokens) / PROCESSOR_BLOCK) + 1


def users_by_memory(cache_bytes: float, request_bytes: float) -> int:
    """Return the number of requests whose caches fit at the same time."""
    return int(cache_bytes // request_bytes) if cache_bytes > 0 else 0
