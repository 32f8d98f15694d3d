"""What a checkpoint's folder says of itself beside its weights: config.json, its quantization, a chat template.

A configuration that cannot be used is a ConfigurationError, whoever reads it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError

CONFIG = "config.json"


def check_folder(folder: Path) -> None:
    """Raises ConfigurationError that says how to get a checkpoint where this is no folder."""
    if not folder.exists():
        named_as_on_the_hub = len(folder.parts) == 2 and not folder.is_absolute()
        raise ConfigurationError(
            f"There is no model '{folder}': it must be a checkpoint's folder (config.json, *.safetensors). Download it "
            f"first, for instance with `hf download {folder if named_as_on_the_hub else 'ORGANISATION/MODEL'} "
            "--local-dir FOLDER`, and name that folder."
        )
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is a file. Name the folder of a checkpoint (config.json, *.safetensors).")


def read_configuration(folder: Path) -> dict[str, Any]:
    """The object in config.json. Raises ConfigurationError that names the file and the mend."""
    file = folder / CONFIG
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"{folder} has no {CONFIG}. Name the folder of a complete checkpoint.") from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{file} cannot be read as JSON: {error}. Copy the checkpoint's file again."
        ) from error
    if not isinstance(value, dict):
        raise ConfigurationError(
            f"{file} holds {type(value).__name__}, not an object. Copy the checkpoint's file again."
        )
    return value


def stated_quantization(config: Mapping[str, Any], source: str) -> Mapping[str, Any]:
    """The quantization that a configuration or its text part states, under either of its names; empty for none.

    Raises ConfigurationError for one that is no object, and for a `sparsity_config`, which vLLM refuses.
    """
    text = config.get("text_config")
    parts = [config, text if isinstance(text, Mapping) else {}]
    stated = [part.get(key) for key in ("quantization_config", "compression_config") for part in parts]
    found: Any = next(filter(None, stated), {})
    if not isinstance(found, Mapping):
        raise ConfigurationError(
            f"{source}: 'quantization_config' is {found!r}; it must be an object. Copy the file again."
        )
    _check_sparsity(found.get("sparsity_config") or {}, source)
    return found


def has_chat_template(folder: Path) -> bool:
    """Whether there is one for transformers and vLLM: a file of its own, or in tokenizer_config.json."""
    if any((folder / name).is_file() for name in ("chat_template.jinja", "chat_template.json")):
        return True
    try:
        settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(settings, dict) and bool(settings.get("chat_template"))


def _check_sparsity(sparsity: Mapping[str, Any], source: str) -> None:
    """vLLM takes one without targets, which older versions of LLM Compressor wrote beside dense tensors."""
    if not sparsity.get("targets"):
        return
    stored = sparsity.get("format", "not named")
    mend = (
        "Its tensors are stored dense: remove that key from the file, and the model is served as a dense one."
        if stored == "dense"
        else f"Its tensors are stored as '{stored}', which nothing reads any more: take the original, dense checkpoint "
        "and compress it with a quantization scheme (groundwork model compress)."
    )
    raise ConfigurationError(
        f"{source} has a 'sparsity_config' (format '{stored}'), which vLLM refuses since 0.22: it has no sparse "
        f"kernels. {mend}"
    )
