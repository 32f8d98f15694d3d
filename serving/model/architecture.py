"""A checkpoint's config.json, or the name of a built-in one, becomes a ModelShape.

Read are the fields of Hugging Face configurations of decoder-only transformers: dense and mixture-of-experts, grouped
and latent attention, full, sliding and chunked windows. Of a multimodal model the nested `text_config` is read.

Not covered: recurrent and linear attention (Mamba, Gated DeltaNet), encoder-decoder models, speculative heads
(multi-token prediction), and the vision encoder of a multimodal model, unless a built-in entry states its size.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from serving.checkpoint.configuration import CONFIG, read_configuration
from serving.model.shape import Experts, GroupedAttention, LatentAttention, Linear, ModelShape
from serving.tables import parse_table

# The distance between full-attention layers where the published file does not state it (defaults of transformers).
_WINDOW_PATTERN = {"gemma2": 2, "gemma3": 6, "gemma3_text": 6}
# Facts about architectures that configurations do not state: norms of queries and keys, four norms a layer, biases,
# tied tables.
_QUERY_KEY_NORMS = frozenset({"qwen3", "qwen3_moe", "gemma3", "gemma3_text"})
_FOUR_NORMS = frozenset({"gemma2", "gemma3", "gemma3_text"})
_ATTENTION_BIASES = frozenset({"qwen2", "qwen2_moe"})
_TIED_BY_DEFAULT = frozenset({"gemma", "gemma2", "gemma3", "gemma3_text"})
_RECURRENT = ("linear_attention", "mamba", "recurrent", "conv", "hybrid")


def built_in_models() -> dict[str, Mapping[str, Any]]:
    """Return the entries of models.yaml by name: `config`, `source`, and what is known beyond the configuration."""
    table = parse_table("models.yaml", files("serving.model").joinpath("models.yaml").read_text(encoding="utf-8"))
    return dict(table["models"])


def load_model(name: str) -> ModelShape:
    """Return the shape of a checkpoint's folder, or of a built-in model.

    Raises ConfigurationError that names the file, the field and the fix.
    """
    folder = Path(name)
    if folder.is_dir():
        return read_shape(read_configuration(folder), folder.resolve().name, str(folder / CONFIG))
    known = built_in_models()
    if name not in known:
        raise ConfigurationError(
            f"There is no model '{name}': neither a folder with a config.json nor one of {', '.join(known)}."
        )
    entry = known[name]
    return read_shape(entry["config"], name, entry["source"], entry.get("other_parameters", 0))


def read_shape(config: Mapping[str, Any], name: str, source: str, other_parameters: int = 0) -> ModelShape:
    """Return the shape that a configuration describes.

    `other_parameters` are those that are known and that it does not describe. Raises ConfigurationError.
    """
    text = config.get("text_config", config)
    if not isinstance(text, Mapping):
        raise ConfigurationError(f"{source}: 'text_config' is {text!r}; it must be an object.")
    fields = _Fields(text, source)
    layers, hidden = fields.number("num_hidden_layers"), fields.number("hidden_size")
    kind = str(text.get("model_type", config.get("model_type", "")))
    attention = _attention(fields, hidden, kind)
    feed_forward, experts = _feed_forward(fields, hidden, layers)
    tied = bool(text.get("tie_word_embeddings", config.get("tie_word_embeddings", kind in _TIED_BY_DEFAULT)))
    small = layers * (_norms(kind, hidden, attention) + attention.small_parameters) + hidden
    return ModelShape(
        name=name,
        hidden=hidden,
        vocabulary=fields.number("vocab_size"),
        tied_embeddings=tied,
        attention=attention,
        windows=_windows(fields, layers, kind),
        feed_forward=feed_forward,
        experts=experts,
        other_parameters=small + other_parameters,
        context_limit=text.get("max_position_embeddings"),
        source=source,
    )


class _Fields:
    """Whole numbers of a configuration, by name. A missing or wrong one is a ConfigurationError."""

    def __init__(self, values: Mapping[str, Any], source: str) -> None:
        self.values = values
        self.source = source

    def number(self, name: str, *others: str, default: int | None = None) -> int:
        """Return the first of the fields that has a value. Raises ConfigurationError."""
        for field in (name, *others):
            value = self.values.get(field)
            if value is not None:
                if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                    raise ConfigurationError(
                        f"{self.source}: '{field}' is {value!r}; it must be a whole number above 0."
                    )
                return value
        if default is None:
            raise ConfigurationError(
                f"{self.source}: the field '{name}' is missing. Take the checkpoint's complete config.json."
            )
        return default

    def has(self, name: str) -> bool:
        """Return whether a field has a value."""
        return self.values.get(name) is not None


def _attention(fields: _Fields, hidden: int, kind: str) -> GroupedAttention | LatentAttention:
    heads = fields.number("num_attention_heads")
    if fields.has("kv_lora_rank"):
        return LatentAttention(
            heads=heads,
            query_rank=fields.number("q_lora_rank") if fields.has("q_lora_rank") else None,
            latent=fields.number("kv_lora_rank"),
            rope_dim=fields.number("qk_rope_head_dim"),
            nope_dim=fields.number("qk_nope_head_dim"),
            value_dim=fields.number("v_head_dim"),
        )
    kv_heads = fields.number("num_key_value_heads", default=heads)
    if heads % kv_heads:
        raise ConfigurationError(
            f"{fields.source}: 'num_attention_heads' is {heads} and 'num_key_value_heads' is {kv_heads}; "
            "the first must be a multiple of the second. Copy the checkpoint's file again."
        )
    biases = bool(fields.values.get("attention_bias", kind in _ATTENTION_BIASES))
    return GroupedAttention(heads, kv_heads, fields.number("head_dim", default=max(1, hidden // heads)), biases)


def _norms(kind: str, hidden: int, attention: GroupedAttention | LatentAttention) -> int:
    per_head = 2 * attention.head_dim if isinstance(attention, GroupedAttention) and kind in _QUERY_KEY_NORMS else 0
    return (4 if kind in _FOUR_NORMS else 2) * hidden + per_head


def _windows(fields: _Fields, layers: int, kind: str) -> tuple[int | None, ...]:
    values = fields.values
    if isinstance(kinds := values.get("layer_types"), list):
        return _windows_by_kind(fields, kinds, layers)
    if fields.has("attention_chunk_size"):
        chunk = fields.number("attention_chunk_size")
        turns = values.get("no_rope_layers") or [(layer + 1) % 4 for layer in range(layers)]
        return tuple(chunk if turn else None for turn in turns[:layers])
    if not fields.has("sliding_window") or values.get("use_sliding_window") is False:
        return (None,) * layers
    window = fields.number("sliding_window")
    pattern = fields.number(
        "sliding_window_pattern", "_sliding_window_pattern", default=_WINDOW_PATTERN.get(kind, layers + 1)
    )
    return tuple(None if (layer + 1) % pattern == 0 else window for layer in range(layers))


def _windows_by_kind(fields: _Fields, kinds: list[Any], layers: int) -> tuple[int | None, ...]:
    names = {"full_attention": None, "sliding_attention": "sliding_window", "chunked_attention": "attention_chunk_size"}
    if len(kinds) != layers:
        raise ConfigurationError(
            f"{fields.source}: 'layer_types' has {len(kinds)} entries for {layers} layers. "
            "Copy the checkpoint's file again."
        )
    windows: list[int | None] = []
    for kind in kinds:
        if kind not in names:
            recurrent = " It keeps a state instead of a cache." if any(word in str(kind) for word in _RECURRENT) else ""
            raise ConfigurationError(
                f"{fields.source}: the layer type '{kind}' is not covered.{recurrent} "
                f"The planner knows {', '.join(names)}; measure such a model and plan from the sweep of a covered one."
            )
        window = names[kind]
        windows.append(None if window is None else fields.number(window))
    return tuple(windows)


def _feed_forward(fields: _Fields, hidden: int, layers: int) -> tuple[tuple[Linear, ...], Experts | None]:
    values = fields.values
    names = ("num_local_experts", "n_routed_experts", "num_experts")
    if not any(fields.has(name) for name in names):
        return _gated("dense", hidden, fields.number("intermediate_size"), layers), None
    experts = Experts(fields.number(*names), fields.number("num_experts_per_tok"), _expert_layers(fields, layers))
    width = fields.number("moe_intermediate_size", "intermediate_size")
    shared = fields.number("shared_expert_intermediate_size", default=0) or width * _shared_experts(values)
    parts = [
        *_gated("expert", hidden, width, experts.total * experts.layers),
        Linear("router", experts.total, hidden, experts.layers),
    ]
    if shared:
        parts += _gated("dense", hidden, shared, experts.layers)
    if dense := layers - experts.layers:
        parts += _gated("dense", hidden, fields.number("intermediate_size_mlp", "intermediate_size"), dense)
    return tuple(parts), experts


def _shared_experts(values: Mapping[str, Any]) -> int:
    if "llama4" in str(values.get("model_type", "")):
        return 1
    return int(values.get("n_shared_experts") or 0)


def _expert_layers(fields: _Fields, layers: int) -> int:
    values = fields.values
    if isinstance(chosen := values.get("moe_layers"), list):
        return len(chosen)
    every = fields.number("interleave_moe_layer_step", "moe_layer_freq", "decoder_sparse_step", default=1)
    first = int(values.get("first_k_dense_replace") or 0)
    dense = {int(layer) for layer in values.get("mlp_only_layers") or ()}
    if fields.has("interleave_moe_layer_step") or fields.has("decoder_sparse_step"):
        return sum(1 for layer in range(layers) if (layer + 1) % every == 0 and layer not in dense)
    return sum(1 for layer in range(first, layers) if layer % every == 0 and layer not in dense)


def _gated(part: Any, hidden: int, width: int, count: int) -> tuple[Linear, ...]:
    """Return the gate, up and down projections of gated feed-forward networks."""
    return (Linear(part, width, hidden, 2 * count), Linear(part, hidden, width, count))
