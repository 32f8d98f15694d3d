"""A checkpoint's config.json and its chat template.

A configuration that cannot be used is a ConfigurationError, whichever tool reads it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError

CONFIG = "config.json"
_MODELOPT = "hf_quant_config.json"
"""Where ModelOpt up to 0.29 states the quantization."""


def check_folder(folder: Path) -> None:
    """Raise ConfigurationError, which says how to get a checkpoint, unless this is a folder."""
    if not os.path.exists(folder):
        named_as_on_the_hub = len(folder.parts) == 2 and not folder.is_absolute()
        raise ConfigurationError(
            f"There is no model '{folder}': it must be a checkpoint's folder (config.json, *.safetensors). Get one: "
            f"groundwork model get {folder if named_as_on_the_hub else 'ORGANISATION/MODEL'}"
        )
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is a file. Name the folder of a checkpoint (config.json, *.safetensors).")


def read_configuration(folder: Path) -> dict[str, Any]:
    """Return the object in config.json, with the quantization that older versions of ModelOpt write beside it.

    Raises ConfigurationError that names the file and the fix.
    """
    config = _read_object(folder / CONFIG)
    beside = folder / _MODELOPT
    if config.get("quantization_config") is None and beside.is_file():
        # vLLM 0.32 reads it as well (`get_config` in vllm/transformers_utils/config.py).
        config["quantization_config"] = {"quant_method": "modelopt", **_read_object(beside)}
    return config


def _read_object(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"{file.parent} has no {CONFIG}. Name the folder of a complete checkpoint.") from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{file} cannot be read as JSON: {error}. Copy the checkpoint's file again."
        ) from error
    if not isinstance(value, dict):
        raise ConfigurationError(
            f"{file} holds {type(value).__name__}, not an object. Copy the checkpoint's file again."
        )
    return value


def has_chat_template(folder: Path) -> bool:
    """Return whether transformers and vLLM find a chat template: in a file of its own, or in tokenizer_config.json."""
    if any((folder / name).is_file() for name in ("chat_template.jinja", "chat_template.json")):
        return True
    try:
        settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(settings, dict) and bool(settings.get("chat_template"))
