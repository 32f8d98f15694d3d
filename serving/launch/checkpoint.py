"""A checkpoint's folder, checked before anything starts: vLLM finds a broken file after minutes of loading.

Read are config.json and the headers of the safetensors files; no weight is loaded. Not covered: whether vLLM knows the
architecture, whether the tokenizer is the model's own, and the values of the weights.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ServingError
from serving.launch.quantization import Quantization, read_quantization
from serving.plan.config import load_model
from serving.plan.shape import ModelShape

_LENGTH_BYTES = 8
_MOST_HEADER = 100_000_000
"""The format's own limit on its header."""
_INDEX = "model.safetensors.index.json"
_WIDE = ("F32", "F64")
_SERVED_BYTES = 2
"""Wide weights are served in 16 bits."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`weight_bytes`: what the weights take in memory when served, all files together. `wide`: stored in 32 bits."""

    folder: Path
    shape: ModelShape
    quantization: Quantization
    weight_bytes: int
    wide: bool


def read_checkpoint(folder: Path) -> Checkpoint:
    """Raises ServingError that names the file, what was found and the mend; ConfigurationError for config.json."""
    if not folder.exists():
        raise ServingError(
            f"There is no folder {folder}. Give the folder of a checkpoint (config.json, *.safetensors)."
        )
    if not folder.is_dir():
        raise ServingError(f"{folder} is a file. Give the folder of a checkpoint (config.json, *.safetensors).")
    shape = load_model(str(folder))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    quantization = read_quantization(config, str(folder / "config.json"))
    tensors = _read_tensors(folder)
    _check_chat(folder)
    wide = not quantization.kinds and any(tensor["dtype"] in _WIDE for tensor in tensors)
    return Checkpoint(folder.resolve(), shape, quantization, sum(map(_served_bytes, tensors)), wide)


def weight_bytes(folder: Path) -> int:
    """What the weights of a draft model or head take in memory. Raises ServingError as `read_checkpoint` does."""
    return sum(map(_served_bytes, _read_tensors(folder)))


def _read_tensors(folder: Path) -> list[Mapping[str, Any]]:
    return [tensor for file in _weight_files(folder) for tensor in _tensors(_read_header(file))]


def _weight_files(folder: Path) -> list[Path]:
    index = folder / _INDEX
    if not index.exists():
        found = sorted(folder.glob("*.safetensors"))
        if not found:
            raise ServingError(
                f"{folder} has no *.safetensors file: it is no checkpoint, or only a part of one. Download it "
                "again, or convert the weights with transformers' save_pretrained."
            )
        return found
    try:
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    except (ValueError, KeyError, AttributeError) as error:
        raise ServingError(f"{index} cannot be read ({type(error).__name__}: {error}). Download it again.") from error
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise ServingError(
            f"{folder} lacks {len(missing)} of {len(names)} weight files, {missing[0]} among them ({_INDEX} lists it). "
            "Download what is missing."
        )
    return [folder / name for name in names]


def _read_header(file: Path) -> Mapping[str, Any]:
    """The header of a safetensors file whose length is what the header says. Raises ServingError."""
    size = file.stat().st_size
    again = "Download or write it again."
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
        if size < _LENGTH_BYTES or length > _MOST_HEADER or _LENGTH_BYTES + length > size:
            raise ServingError(
                f"{file} has {size:,} bytes and no complete header: it is truncated or no safetensors file. {again}"
            )
        try:
            header = json.loads(stream.read(length))
            end = max((tensor["data_offsets"][1] for tensor in _tensors(header)), default=0)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise ServingError(f"{file} has a header that cannot be read ({type(error).__name__}). {again}") from error
    expected = _LENGTH_BYTES + length + end
    if size != expected:
        kind = "truncated" if size < expected else "too long"
        raise ServingError(f"{file} is {kind}: {size:,} bytes where its header says {expected:,}. {again}")
    return dict(header)


def _tensors(header: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (tensor for name, tensor in header.items() if name != "__metadata__")


def _served_bytes(tensor: Mapping[str, Any]) -> int:
    begin, end = tensor["data_offsets"]
    if tensor["dtype"] not in _WIDE:
        return int(end - begin)
    return int((end - begin) * _SERVED_BYTES // (4 if tensor["dtype"] == "F32" else 8))


def _check_chat(folder: Path) -> None:
    """The app speaks in chat messages, which vLLM renders with the checkpoint's own template."""
    if not any(
        (folder / name).is_file() for name in ("tokenizer.json", "tokenizer.model", "vocab.json", "tekken.json")
    ):
        raise ServingError(
            f"{folder} has no tokenizer (tokenizer.json or tokenizer.model). Copy it from the original model."
        )
    if (folder / "chat_template.jinja").is_file() or (folder / "chat_template.json").is_file():
        return
    if (folder / "tekken.json").is_file():
        return
    try:
        settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        settings = {}
    if not (isinstance(settings, dict) and settings.get("chat_template")):
        raise ServingError(
            f"{folder} has no chat template (chat_template.jinja, or in tokenizer_config.json), and vLLM refuses chat "
            "messages without one. Serve the model's instruct version, or copy its template into the folder."
        )
