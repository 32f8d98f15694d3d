"""Bytes in the cache: keys and values of tokens, and states.

    grouped attention   2 x kv_heads x head_dim numbers a token and layer
    latent attention    latent + rope_dim numbers a token and layer, on every GPU
    sliding windows     a windowed layer keeps its window, not the whole context
    states              a layer of a state space, linear attention or a short convolution keeps states, a request

The numbers of a model come from vLLM's own specification of its cache (reservation) or, without vLLM's environment,
from the modules of transformers' model (formulas).

On a processor, where Groundwork sets the size of the cache, blocks are counted as vLLM counts them (`pool_bytes`).

Not covered: the rounding up to blocks on a GPU (16 tokens; hundreds in a model with states, whose blocks are as large
as a state), and the blocks that requests share by prefix caching, with which more users fit than are counted here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from serving.model.shape import ModelShape

BYTES: Mapping[str, int] = {"bf16": 2, "float32": 4, "fp8": 1}
"""Bytes of a cached number. vLLM's `--kv-cache-dtype auto` is the type of the activations: "bf16" or "float32"."""

PROCESSOR_BLOCK = 128
"""Tokens of a block on a processor (vLLM 0.32, `vllm/platforms/cpu.py`; 16 for latent attention, counted as 128)."""
PROCESSOR_STEP = 2048
"""The most tokens of one step on a processor: vLLM 0.32's default --max-num-batched-tokens of its server."""
_WIDE_STATE = 2
"""On a processor a state may be kept in 32 bits (vLLM 0.32, with AVX512-BF16); it is counted so on every one."""

CacheKind: TypeAlias = Literal["full", "sliding", "chunked", "latent", "indexer", "state"]


@dataclass(frozen=True, slots=True)
class LayerCache:
    """What one layer keeps on one GPU.

    values       numbers a token, of the type of the cache
    fixed_bytes  bytes a token beside them, whatever that type
    window       tokens that are kept; None for all
    state_bytes  bytes of one state
    states       states that a request keeps: with prefix caching vLLM holds the last ones at the borders of blocks
    """

    kind: CacheKind
    values: int = 0
    fixed_bytes: int = 0
    window: int | None = None
    state_bytes: int = 0
    states: int = 1

    def token_bytes(self, kv_type: str) -> int:
        """Return the bytes of one token."""
        return self.values * BYTES[kv_type] + self.fixed_bytes


@dataclass(frozen=True, slots=True)
class Cache:
    """The layers with a cache, by the number of GPUs that share each layer.

    refused  why vLLM cannot share the layers among so many
    source   who said so: vLLM with its version, or the formulas
    """

    layers: Mapping[int, tuple[LayerCache, ...]]
    source: str
    refused: Mapping[int, str] = field(default_factory=dict)

    def on_each(self, tensor_parallel: int) -> tuple[LayerCache, ...]:
        """Return what each of so many GPUs keeps."""
        return self.layers[tensor_parallel]


def bytes_per_token(shape: ModelShape, kv_type: str = "bf16", tensor_parallel: int = 1) -> int:
    """Return the bytes that one more token takes while no window is full, over all GPUs of a replica."""
    return tensor_parallel * sum(layer.token_bytes(kv_type) for layer in shape.cache.on_each(tensor_parallel))


def state_bytes(shape: ModelShape, tensor_parallel: int = 1) -> int:
    """Return the bytes of a request's state, one of each layer that has one, over all GPUs of a replica."""
    return tensor_parallel * sum(layer.state_bytes for layer in shape.cache.on_each(tensor_parallel))


def bytes_per_request(shape: ModelShape, tokens: float, kv_type: str = "bf16", tensor_parallel: int = 1) -> float:
    """Return the bytes of a request with `tokens` tokens, over all GPUs of a replica."""
    held = sum(
        (tokens if layer.window is None else min(tokens, layer.window)) * layer.token_bytes(kv_type)
        + layer.states * layer.state_bytes
        for layer in shape.cache.on_each(tensor_parallel)
    )
    return held * tensor_parallel


def pool_bytes(shape: ModelShape, tokens: int, kv_type: str, requests: int = 1) -> int:
    """Return the bytes of a processor's cache with which vLLM serves `requests` requests of `tokens` tokens at once.

    As in `vllm/v1/core/kv_cache_utils.py` of vLLM 0.32: layers with the same window are a group or several of equal
    size, the last one padded; each group takes blocks of its own; a window keeps the tokens of a step and one block
    more; a block is as large as the largest of a layer, a state included; and one block of the pool is never given out
    (the null block), so that a cache of exactly one request is refused.

    More is counted than vLLM needs where layers without a state have pages of several sizes (Gemma 4, a sparse
    indexer), and where a state is in 32 bits anyway.
    """
    layers = Counter(shape.cache.on_each(1))
    # Groups have the size of the smallest one, or of the largest where padding costs less than half.
    most, least = max(layers.values()), min(layers.values())
    size = most if most < 1.5 * least else least
    token = max(layer.token_bytes(kv_type) for layer in layers)
    state = max(layer.state_bytes for layer in layers) * _WIDE_STATE
    block = PROCESSOR_BLOCK * max(1, ceil(state / (token * PROCESSOR_BLOCK))) if token else 1
    blocks = sum(ceil(count / size) * _blocks(layer, tokens, block) for layer, count in layers.items())
    return (requests * blocks + 1) * size * max(token * block, state)


def _blocks(layer: LayerCache, tokens: int, block: int) -> int:
    if layer.kind == "state":
        return layer.states
    if layer.window is None:
        return ceil(tokens / block)
    return ceil(min(layer.window - 1 + PROCESSOR_STEP, tokens) / block) + 1


def users_by_memory(cache_bytes: float, request_bytes: float) -> int:
    """Return the number of requests whose caches fit at the same time."""
    if cache_bytes <= 0 or request_bytes <= 0:
        return 0
    return int(cache_bytes // request_bytes)
