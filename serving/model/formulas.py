"""The cache by formulas, from the modules of transformers' model: used where vLLM's environment does not exist.

    attention    the outputs of k_proj and v_proj, a token; heads are divided among GPUs, and repeated if they are fewer
    latent       kv_lora_rank + qk_rope_head_dim numbers a token, on every GPU; a sparse indexer adds 8-bit keys
    Mamba        the last inputs of the convolution and the state, a request; divided among GPUs
    delta net    the same for Gated DeltaNet and Kimi Delta Attention, whose state is in 32 bits
    convolution  the last inputs of a short convolution

A layer that shares the keys of another one has none. States are in 16 bits, or as the configuration states it.

Not covered: other mixers (RWKV, xLSTM, RG-LRU), which are refused by name, and what vLLM adds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.errors import ConfigurationError
from serving.model.kv_cache import Cache, LayerCache
from serving.model.library import text_part
from serving.model.parameters import VISION

if TYPE_CHECKING:
    from torch import nn
    from transformers import PretrainedConfig

SIZES = (1, 2, 4, 8)
"""Numbers of GPUs that may share each layer."""
_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
_FUSED = ("qkv_proj", "query_key_value", "Wqkv", "c_attn", "qkv", "att_proj", "kv_proj")
_KEPT_STATES = 2
"""vLLM's `align` mode, with prefix caching: the running state and the one at the last border of a block; for Mamba-2 a
further one, at a border inside the prompt."""
_ITSELF_TOO = frozenset({"cohere2", "cohere2_moe"})
"""Models whose window does not count the token itself: vLLM keeps one more."""
_NOT_COVERED = ("Rwkv", "mLSTM", "RecurrentBlock", "Lightning", "CrossAttention", "compressor", "sconv")
"""Words in the classes of mixers, or in the names of parts of attention, whose cache the formulas do not count."""
_INDEX_GROUP = 128
"""Keys of the sparse indexer are 8-bit, with a float32 scale for each group (DeepSeek-V3.2)."""


def cache_by_formulas(model: nn.Module, config: PretrainedConfig, source: str) -> Cache:
    """Return the cache of a model on the meta device. Raises ConfigurationError that names an unknown mixer."""
    import transformers

    text = text_part(config)
    mixers = list(_mixers(model, source))
    _check_complete(model, mixers, text, source)
    try:
        layers = {size: tuple(each for mixer in mixers for each in _layer(mixer, text, size, source)) for size in SIZES}
    except (AttributeError, TypeError, ZeroDivisionError) as error:
        raise ConfigurationError(
            f"{source}: the formulas do not fit {type(model).__name__} ({error}). Make vLLM's environment (make "
            "env-vllm-cpu), which knows more architectures, or plan another checkpoint."
        ) from error
    return Cache(layers, f"formulas on the modules of transformers {transformers.__version__}")


def _check_complete(model: Any, mixers: list[Any], text: Any, source: str) -> None:
    """Refuse a model in which fewer mixers are known than it has layers, those of feed-forward networks alone aside."""
    kinds = getattr(text, "layers_block_type", None) or ()
    layers = getattr(text, "num_hidden_layers", 0) - sum(kind in ("mlp", "moe") for kind in kinds)
    if len(mixers) < layers:
        raise ConfigurationError(
            f"{source}: of {layers} layers of {type(model).__name__} the formulas know the cache of {len(mixers)}. "
            "Make vLLM's environment (make env-vllm-cpu), which knows more architectures, or plan another checkpoint."
        )


def _mixers(model: nn.Module, source: str) -> Iterator[Any]:
    """Yield the modules that mix tokens; a module that several layers use is yielded for each."""
    inside = ""
    for path, module in model.named_modules(remove_duplicate=False):
        if VISION.search(path) or (inside and path.startswith(inside)):
            continue
        name = type(module).__name__
        parts = {name, *_children(module)} if _is_attention(module) else {name}
        if not any(word in part for part in parts for word in _NOT_COVERED):
            if _is_attention(module) or _is_state(module):
                inside = path + "."
                yield module
        else:
            raise ConfigurationError(
                f"{source}: the cache of {name} is not covered by the formulas. Make vLLM's environment "
                "(make env-vllm-cpu), which may know it."
            )


def _children(module: Any) -> set[str]:
    return {name for name, _ in module.named_children()}


def _is_attention(module: Any) -> bool:
    children = _children(module)
    if "kv_a_proj_with_mqa" in children or {"q_proj", "k_proj", "v_proj"} <= children:
        return True
    named = "attention" in type(module).__name__.lower() or "attn" in type(module).__name__.lower()
    return named and bool(children & {"k_proj", "q_proj", *_FUSED})


def _is_state(module: Any) -> bool:
    return hasattr(module, "A_log") or type(module).__name__.endswith("ShortConv") or _is_kimi_delta(module)


def _is_kimi_delta(module: Any) -> bool:
    return hasattr(getattr(module, "forget_gate", None), "A_log") and hasattr(module, "conv1d")


def _is_mamba2(module: Any) -> bool:
    return hasattr(module, "ssm_state_size") and hasattr(module, "head_dim")


def _layer(module: Any, text: Any, size: int, source: str) -> Iterator[LayerCache]:
    if _is_state(module):
        states = _KEPT_STATES + _is_mamba2(module)
        yield LayerCache("state", state_bytes=_state_bytes(module, text, size, source), states=states)
    elif hasattr(module, "kv_a_proj_with_mqa"):
        yield LayerCache("latent", values=text.kv_lora_rank + text.qk_rope_head_dim)
        if hasattr(module, "indexer") and module.indexer is not None:
            width = text.index_head_dim
            yield LayerCache("indexer", fixed_bytes=width + width // _INDEX_GROUP * 4)
    elif not _shares_keys(module):
        window = _window(module, text)
        yield LayerCache(window[0], values=_attention_values(module, text, size, source), window=window[1])


def _shares_keys(module: Any) -> bool:
    if getattr(module, "is_kv_shared_layer", False):
        return True
    children = _children(module)
    return "k_proj" not in children and not children & set(_FUSED)


def _attention_values(module: Any, text: Any, size: int, source: str) -> int:
    """Return the numbers of keys and values of one token on one of `size` GPUs."""
    dim = _head_dim(module, text)
    if "k_proj" in _children(module):
        keys = module.k_proj.out_features
        values = getattr(getattr(module, "v_proj", None), "out_features", keys)
        heads = max(1, keys // dim)
        return int(max(1, heads // size) * (keys + values) // heads)
    heads = _kv_heads(text, source)
    return max(1, heads // size) * 2 * dim


def _head_dim(module: Any, text: Any) -> int:
    for owner in (module, text):
        for name in ("head_dim", "head_size", "attention_head_dim", "kv_channels"):
            if isinstance(value := getattr(owner, name, None), int):
                return value
    return int(text.hidden_size // text.num_attention_heads)


def _kv_heads(text: Any, source: str) -> int:
    if getattr(text, "multi_query", False) and not getattr(text, "new_decoder_architecture", False):
        return 1
    for owner in (text, getattr(text, "attn_config", None)):
        for name in ("num_kv_heads", "num_key_value_heads", "kv_n_heads", "n_head_kv", "num_attention_heads"):
            if isinstance(value := getattr(owner, name, None), int):
                return value
    raise ConfigurationError(f"{source}: the number of key and value heads is missing ('num_key_value_heads').")


def _window(module: Any, text: Any) -> tuple[Any, int | None]:
    kinds, index = getattr(text, "layer_types", None), getattr(module, "layer_idx", None)
    kind = kinds[index] if kinds and isinstance(index, int) and index < len(kinds) else None
    if kind == "chunked_attention":
        return "chunked", int(text.attention_chunk_size)
    if kind == "full_attention":
        return "full", None
    window = getattr(module, "sliding_window", None)
    if kind is None and window is None and getattr(text, "use_sliding_window", True):
        window = getattr(text, "sliding_window", None)
    if kind == "sliding_attention" and not window:
        window = getattr(text, "sliding_window", None)
    return ("sliding", int(window) + (text.model_type in _ITSELF_TOO)) if window else ("full", None)


def _state_bytes(module: Any, text: Any, size: int, source: str) -> int:
    """Return the bytes of one state on one of `size` GPUs."""
    return _convolution_bytes(module, size) + _recurrent_bytes(module, text, size, source)


def _convolution_bytes(module: Any, size: int) -> int:
    """Return the bytes of the inputs that a convolution looks back on, in 16 bits."""
    weight = (module.conv1d if hasattr(module, "conv1d") else module.conv).weight
    channels, kernel = int(weight.shape[0]), int(weight.shape[-1])
    if _is_mamba2(module) and module.n_groups % size:
        # Groups are repeated until each GPU has one.
        channels += (size - module.n_groups) * 2 * module.ssm_state_size
    return channels // size * (kernel - 1) * 2


def _recurrent_bytes(module: Any, text: Any, size: int, source: str) -> int:
    """Return the bytes of what a layer accumulates over all earlier tokens."""
    width = _state_width(text)
    if type(module).__name__.endswith("ShortConv"):
        return 0
    if _is_kimi_delta(module):
        gate = module.forget_gate
        return int(gate.num_heads // size * gate.head_dim**2 * _BYTES["float32"])
    if module.A_log.dim() == 2:
        return int(module.A_log.shape[0] // size * module.A_log.shape[1] * width)
    if hasattr(module, "head_v_dim"):
        return int(module.num_v_heads // size * module.head_k_dim * module.head_v_dim * width)
    if _is_mamba2(module):
        return int(module.A_log.shape[0] // size * module.head_dim * module.ssm_state_size * width)
    raise ConfigurationError(
        f"{source}: the state of {type(module).__name__} is not covered by the formulas. Make vLLM's environment (make "
        "env-vllm-cpu), which may know it."
    )


def _state_width(text: Any) -> int:
    """Return the bytes of a number of a state: 16 bits, if vLLM does not read a type from the configuration."""
    stated = getattr(text, "mamba_ssm_cache_dtype", None) or getattr(text, "mamba_ssm_dtype", None)
    if text.model_type == "nemotron_h":
        return _BYTES[stated or "float32"]
    return _BYTES.get(stated or "", 2) if str(text.model_type).startswith("qwen3_5") else 2
