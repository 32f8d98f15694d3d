"""What a name means: an offered model, a GGUF file, a checkpoint's folder, or a model on the Hugging Face Hub."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from core.errors import ConfigurationError
from serving.get.catalogue import OFFERS, Offer

_HUB_PART = r"[A-Za-z0-9](?:[\w.-]{0,94}\w)?"
_HUB_NAME = re.compile(rf"(?!.*(?:--|\.\.|\.git$)){_HUB_PART}/{_HUB_PART}", re.ASCII)
"""The hub's client refuses other names (huggingface_hub 1, `validate_repo_id`)."""
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
_SUFFIX = ".gguf"


@dataclass(frozen=True, slots=True)
class GgufSource:
    """A GGUF file on this machine."""

    file: Path


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A checkpoint's folder on this machine."""

    folder: Path


@dataclass(frozen=True, slots=True)
class HubSource:
    """A model on the Hugging Face Hub: `organisation/model`."""

    name: str


Source: TypeAlias = Offer | GgufSource | FolderSource | HubSource


def parse_source(text: str) -> Source:
    """Return what a name means: an offered model, then a file or folder of that path, then `organisation/model`.

    Raises ConfigurationError with similar names for one that means nothing. Nothing is contacted or read.
    """
    if text in OFFERS:
        return OFFERS[text]
    path = Path(text)
    if not text:
        raise ConfigurationError(unknown_model(text, OFFERS))
    # os.path: Path.is_dir raises for a text that is too long for a path.
    if os.path.isdir(path):
        return FolderSource(path.resolve())
    if os.path.isfile(path):
        if not is_gguf(path):
            raise ConfigurationError(
                f"{path} is a file, and not a {_SUFFIX} file. Name a GGUF file, or the folder of a checkpoint "
                "(config.json, *.safetensors)."
            )
        return GgufSource(path.resolve())
    if is_gguf(path) or path.is_absolute() or text.startswith("."):
        raise ConfigurationError(f"There is no file or folder {text}. Check the path.")
    if is_hub_name(text):
        return HubSource(text)
    raise ConfigurationError(unknown_model(text, OFFERS))


def name_of(source: Source) -> str:
    """Return the name that the other commands accept once the model is there.

    Raises ConfigurationError for a file or a folder whose name is no name.
    """
    match source:
        case Offer():
            return source.name
        case GgufSource():
            return check_name(source.file.stem)
        case FolderSource():
            return check_name(source.folder.name)
        case HubSource():
            return source.name.partition("/")[2]


def check_name(name: str) -> str:
    """Return a model's name. Raises ConfigurationError unless it is letters, digits, dots, dashes and underscores."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"'{name}' cannot be a model's name: it may have letters, digits, '.', '-' and '_', and begins with a "
            "letter or a digit. Give the model's folder yourself with --out."
        )
    return name


def is_name(text: str) -> bool:
    """Return whether a text can be a model's name: a path cannot."""
    return _NAME.fullmatch(text) is not None


def is_hub_name(text: str) -> bool:
    """Return whether a text is `organisation/model`."""
    return _HUB_NAME.fullmatch(text) is not None


def is_gguf(file: Path) -> bool:
    """Return whether a file is a GGUF file by its name."""
    return file.suffix.lower() == _SUFFIX


def label(source: Source) -> str:
    """Return the source as the record of a model has it; equal labels are the same model."""
    match source:
        case Offer():
            return f"{source.package}=={source.version}"
        case GgufSource():
            return str(source.file)
        case FolderSource():
            return str(source.folder)
        case HubSource():
            return f"hub:{source.name}"


def unknown_model(text: str, names: Collection[str]) -> str:
    """Return the message that there is no such model, with those of `names` that are similar."""
    similar = difflib.get_close_matches(text.lower(), names, n=3, cutoff=0.7)
    meant = f" Did you mean {' or '.join(similar)}?" if similar else ""
    return (
        f"There is no model '{text}'.{meant} Known: {', '.join(sorted(names))}. Or name a GGUF file, the folder of a "
        "checkpoint, or a model on the Hugging Face Hub as organisation/model."
    )
