"""A model is downloaded from the Hugging Face Hub: the one case in which a hub is contacted."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, OfflineModeIsEnabled, RepositoryNotFoundError

from core.disk import check_free
from core.errors import ServingError
from serving.get.catalogue import OTHER_DISK

PATTERNS = (
    "*.json",
    "*.safetensors",
    "*.jinja",
    "*.txt",
    "tokenizer.model",
    "*.tiktoken",
    "tekken.json",
    "README.md",
    "LICENSE*",
    "NOTICE*",
)
"""What vLLM reads of a model, and its licence; no weights in other formats, no code."""
_COPIES = ("*/*", "consolidated*.safetensors")
"""The weights once more, in another layout."""
_LOCAL = ".cache"
_OFFLINE = (
    "Get it on a machine with a network (`groundwork model get {name} --out FOLDER`), copy the folder, and name the "
    "folder; or use a model that needs no hub: groundwork model get smollm2"
)


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What was downloaded: the commit, and the licence as the model's card states it."""

    commit: str
    licence: str


def download(name: str, folder: Path) -> Downloaded:
    """Download a model into a folder.

    Raises ServingError with the reason (no network, no such model, one behind terms, no weights in safetensors), and
    DiskFull before anything is downloaded.
    """
    try:
        about = HfApi().model_info(name, files_metadata=True)
        files = [each.rfilename for each in about.siblings or ()]
        wanted = needed_files(files)
        if not any(file.endswith(".safetensors") for file in wanted):
            raise ServingError(_no_weights(name, files))
        needed = sum(each.size or 0 for each in about.siblings or () if each.rfilename in wanted)
        check_free(folder, needed, otherwise=OTHER_DISK)
        snapshot_download(
            name,
            revision=about.sha,
            local_dir=folder,
            allow_patterns=wanted,
        )
    except (OSError, HfHubHTTPError, httpx2.HTTPError) as error:
        raise ServingError(_reason(name, error)) from error
    shutil.rmtree(folder / _LOCAL, ignore_errors=True)
    stated = about.card_data.get("license") if about.card_data else None
    return Downloaded(about.sha or "", str(stated or "not stated"))


def needed_files(files: Iterable[str]) -> list[str]:
    """Return those of a model's files that are downloaded."""
    return [file for file in files if _matches(file, PATTERNS) and not _matches(file, _COPIES)]


def _matches(file: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(file, pattern) for pattern in patterns)


def _reason(name: str, error: Exception) -> str:
    if isinstance(error, OfflineModeIsEnabled):
        return (
            f"{name} is on the Hugging Face Hub, and HF_HUB_OFFLINE forbids to contact it. Unset it. {_offline(name)}"
        )
    if isinstance(error, GatedRepoError):
        return (
            f"{name} is behind terms that its owner set. Accept them at https://huggingface.co/{name}, and log in: "
            "hf auth login"
        )
    if isinstance(error, RepositoryNotFoundError):
        return (
            f"The Hugging Face Hub has no model {name}, or only for those who log in (hf auth login). Check the name "
            "at https://huggingface.co/models"
        )
    if isinstance(error, HfHubHTTPError):
        return f"The Hugging Face Hub refused {name}: {error}. Try again later."
    return f"The Hugging Face Hub cannot be reached ({type(error).__name__}: {error}). {_offline(name)}"


def _offline(name: str) -> str:
    return _OFFLINE.format(name=name)


def _no_weights(name: str, files: list[str]) -> str:
    gguf = [file for file in files if file.lower().endswith(".gguf")]
    if gguf:
        return (
            f"{name} has its weights in GGUF ({gguf[0]} …), not in safetensors. Download one file, and name it: "
            "groundwork model get FILE.gguf"
        )
    return f"{name} has no weights in safetensors. Name a model that has, which is the usual form."
