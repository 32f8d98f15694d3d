"""A checkpoint's config.json, or the name of a built-in one, becomes a ModelShape.

    configuration  transformers' own configuration class                              (library)
    parameters     the tensors of transformers' model on the meta device              (library, parameters)
    storage        the quantization that the configuration states                     (stored)
    cache          vLLM's specification where its environment exists, else formulas   (reservation, formulas)

What transformers does not know is asked of vLLM; of a multimodal model that neither knows as a whole, the language
model is planned, and `source` says so; what neither knows is refused by name.

Not covered: encoder-decoder models and speculative heads (multi-token prediction).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.resources import files
from math import isfinite
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from core.errors import ConfigurationError
from serving.checkpoint.configuration import CONFIG, read_configuration
from serving.checkpoint.quantization import QUANTIZATION_KEYS
from serving.model.formulas import cache_by_formulas
from serving.model.kv_cache import Cache
from serving.model.library import (
    PARTS,
    MissingPackage,
    UnknownArchitecture,
    build_model,
    known_part,
    read_config,
    text_part,
)
from serving.model.parameters import Weight, group_weights, list_weights
from serving.model.reservation import Refused, Reservation, VllmEnvironment, ask_vllm
from serving.model.shape import AttentionLayer, Experts, Linear, ModelShape
from serving.model.stored import left_out, read_stored
from serving.tables import parse_table

_EXPERTS = ("num_local_experts", "n_routed_experts", "num_experts", "moe_num_experts")
_ACTIVE = (
    "num_experts_per_tok",
    "moe_k",
    "num_experts_per_token",
    "moe_topk",
    "experts_per_token",
    "moe_top_k",
    "top_k_experts",
)
_CONTEXT = (
    "max_position_embeddings",
    "n_positions",
    "max_seq_len",
    "seq_length",
    "model_max_length",
    "max_sequence_length",
    "max_seq_length",
    "seq_len",
)
"""Names of the longest context, as vLLM 0.32 reads them."""
_SCALED_ALREADY = frozenset({"default", "su", "longrope", "llama3", "yarn", "deepseek_yarn", "deepseek_llama_scaling"})
"""Kinds of rope scaling whose `factor` is part of the stated context (vLLM 0.32, `_get_and_verify_max_len`)."""


def built_in_models() -> dict[str, Mapping[str, Any]]:
    """Return the entries of models.yaml by name, each with `config` and `source`."""
    table = parse_table("models.yaml", files("serving.model").joinpath("models.yaml").read_text(encoding="utf-8"))
    return dict(table["models"])


def load_model(name: str, vllm: VllmEnvironment | None = None) -> ModelShape:
    """Return the shape of a checkpoint's folder, or of a built-in model.

    `vllm` is asked for the cache; without it, the formulas are. Raises ConfigurationError that names the file, the
    field and the fix.
    """
    folder = Path(name)
    if os.path.isdir(folder):
        return read_shape(read_configuration(folder), folder.resolve().name, str(folder / CONFIG), vllm)
    known = built_in_models()
    if name not in known:
        raise ConfigurationError(
            f"There is no model '{name}': neither a folder with a config.json nor one of {', '.join(known)}."
        )
    entry = known[name]
    return read_shape(entry["config"], name, entry["source"], vllm)


def read_shape(config: Mapping[str, Any], name: str, source: str, vllm: VllmEnvironment | None = None) -> ModelShape:
    """Return the shape that a configuration describes. Raises ConfigurationError."""
    try:
        library = read_config(config, source)
    except UnknownArchitecture as error:
        return _unknown_shape(config, name, source, vllm, error)
    try:
        model = build_model(library, source)
    except UnknownArchitecture as error:
        return _shape_by_vllm(config, name, source, vllm, error)
    except MissingPackage as error:
        if text_part(library) is library:
            raise
        return _language_model(config, text_part(library).to_dict(), name, source, str(error), vllm)
    text = text_part(library)
    stated = {**config, "architectures": config.get("architectures") or [type(model).__name__]}
    reserved = _ask(stated, name, vllm)
    if isinstance(reserved, Reservation):
        cache, context = reserved.cache, reserved.context
    else:
        cache, context = _by_formulas(model, library, source, reserved), context_limit(text, source)
    return _shape(config, name, source, text, tuple(list_weights(model)), cache, context)


def _by_formulas(model: Any, library: Any, source: str, refused: Refused | None) -> Cache:
    try:
        return cache_by_formulas(model, library, source)
    except ConfigurationError as error:
        if refused is None:
            raise
        raise ConfigurationError(
            f"{source}: the formulas do not cover the cache of {type(model).__name__}, and vLLM does not build it: "
            f"{refused.reason}. Plan another checkpoint, or measure this one."
        ) from error


def _ask(config: Mapping[str, Any], name: str, vllm: VllmEnvironment | None) -> Reservation | Refused | None:
    return None if vllm is None else ask_vllm({name: config}, vllm)[name]


def _language_model(
    config: Mapping[str, Any], part: Mapping[str, Any], name: str, source: str, why: str, vllm: VllmEnvironment | None
) -> ModelShape:
    """Return the shape of a multimodal model's language model, quantized as the whole is; its source says so."""
    stored = {key: config[key] for key in QUANTIZATION_KEYS if config.get(key)}
    return read_shape({**part, **stored}, name, f"{source} (the language model alone: {why})", vllm)


def _unknown_shape(
    config: Mapping[str, Any], name: str, source: str, vllm: VllmEnvironment | None, unknown: UnknownArchitecture
) -> ModelShape:
    """Return the shape of a type that transformers does not know: vLLM's, else that of its language model."""
    try:
        return _shape_by_vllm(config, name, source, vllm, unknown)
    except ConfigurationError:
        part = known_part(config, source)
        if part is None:
            raise
        why = f"transformers does not know '{config.get('model_type')}'"
        return _language_model(config, part, name, source, why, vllm)


def _shape_by_vllm(
    config: Mapping[str, Any], name: str, source: str, vllm: VllmEnvironment | None, unknown: UnknownArchitecture
) -> ModelShape:
    """Return the shape of a model that transformers does not know, from vLLM's own class."""
    if vllm is None:
        raise unknown
    found = _ask(config, name, vllm)
    if not isinstance(found, Reservation):
        reason = found.reason if found else "no answer"
        raise ConfigurationError(
            f"{source}: transformers does not know this model (model_type '{config.get('model_type')}'), and vLLM "
            f"{vllm.version} does not build it: {reason}. Plan another checkpoint, or measure this one."
        ) from unknown
    part = next((config[key] for key in PARTS if isinstance(config.get(key), Mapping)), config)
    return _shape(config, name, source, SimpleNamespace(**part), found.weights, found.cache, found.context)


def _shape(
    config: Mapping[str, Any],
    name: str,
    source: str,
    text: Any,
    weights: tuple[Weight, ...],
    cache: Cache,
    context: int | None,
) -> ModelShape:
    total = _number(text, _EXPERTS)
    heads = _number(text, ("num_attention_heads", "n_head", "n_heads")) or 1
    linears = _linears(config, source, weights, total)
    experts = _experts(text, total, linears, source)
    return ModelShape(
        name=name,
        hidden=_needed(text, ("hidden_size", "n_embd", "d_model"), source),
        vocabulary=_needed(text, ("vocab_size", "padded_vocab_size"), source),
        layers=_needed(text, ("num_hidden_layers", "n_layer", "n_layers", "num_layers"), source),
        heads=heads,
        weights=linears,
        experts=experts,
        attention=tuple(_attention(text, heads, cache)),
        cache=cache,
        context_limit=context,
        source=source,
        stored=read_stored(config, source),
    )


def _linears(
    config: Mapping[str, Any], source: str, weights: Iterable[Weight], experts: int | None
) -> tuple[Linear, ...]:
    """Return the tensors grouped, those apart that the checkpoint leaves in 16 bits."""
    stays = left_out(config, source)
    grouped = {
        kept: group_weights([w for w in weights if stays(w, experts) is kept], experts) for kept in (False, True)
    }
    return (*grouped[False], *(replace(linear, kept=True) for linear in grouped[True]))


def _experts(text: Any, total: int | None, linears: Iterable[Linear], source: str) -> Experts | None:
    if total is None or not any(linear.part == "expert" for linear in linears):
        return None
    active = _number(text, _ACTIVE)
    if active is None or active > total:
        raise ConfigurationError(
            f"{source}: {total} experts, and {active or 'no number'} of them for a token ('num_experts_per_tok'). Take "
            "the checkpoint's complete config.json."
        )
    return Experts(total, active)


def _attention(text: Any, heads: int, cache: Cache) -> Iterable[AttentionLayer]:
    """Yield the layers that look back, with the operations of their heads."""
    dim = _number(text, ("head_dim",)) or max(1, _number(text, ("hidden_size", "n_embd", "d_model")) // heads)  # type: ignore[operator]
    for layer in cache.on_each(1):
        if layer.kind == "latent":
            rope, nope = _number(text, ("qk_rope_head_dim",)) or 0, _number(text, ("qk_nope_head_dim",)) or 0
            latent, value = _number(text, ("kv_lora_rank",)) or layer.values, _number(text, ("v_head_dim",)) or dim
            # Written answers work on the compressed vectors, with the projections absorbed.
            yield AttentionLayer(layer.window, 2 * heads * (nope + rope + value), 2 * heads * (2 * latent + rope))
        elif layer.kind in ("full", "sliding", "chunked"):
            yield AttentionLayer(layer.window, 4 * heads * dim, 4 * heads * dim)


def context_limit(text: Any, source: str) -> int | None:
    """Return the longest context in tokens by vLLM's rule; None where no field states one.

    Raises ConfigurationError for a scaling without an end.
    """
    stated = [value for name in _CONTEXT if (value := _number(text, (name,)))]
    if not stated:
        return None
    rope = getattr(text, "rope_parameters", None) or {}
    kinds = [rope] if "rope_type" in rope else [each for each in rope.values() if isinstance(each, Mapping)]
    factors = [each.get("factor") for each in kinds if each.get("rope_type") not in _SCALED_ALREADY]
    scale = next((factor for factor in reversed(factors) if factor), 1.0)
    if not isfinite(scale):
        raise ConfigurationError(
            f"{source}: the 'factor' of the rope scaling is {scale}. Take the checkpoint's complete config.json."
        )
    scaled_already = "gemma3" in str(getattr(text, "model_type", ""))
    return int(min(stated) * (1.0 if scaled_already else scale))


def _number(text: Any, names: Iterable[str]) -> int | None:
    """Return the first of the fields that has a whole number; of a list, its largest."""
    for owner in (text, getattr(text, "ffn_config", None)):
        for name in names:
            value = getattr(owner, name, None)
            if isinstance(value, list | tuple) and value and all(isinstance(each, int) for each in value):
                value = max(value)
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                return value
    return None


def _needed(text: Any, names: tuple[str, ...], source: str) -> int:
    value = _number(text, names)
    if value is None:
        raise ConfigurationError(
            f"{source}: the field '{names[0]}' is missing. Take the checkpoint's complete config.json."
        )
    return value
