"""A checkpoint's weight files: which they are, and their tensors as the headers state them. No weight is loaded.

The format (huggingface/safetensors, README): eight bytes with the header's length, little-endian; the header, JSON that
gives type, shape and offsets of each tensor; the data, whose length the last offset tells.

What is no checkpoint is a ConfigurationError, for another folder has to be named; a file that is broken or missing is a
ServingError.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO

from core.errors import ConfigurationError, ServingError

INDEX = "model.safetensors.index.json"
_LENGTH_BYTES = 8
_LONGEST_HEADER = 100_000_000
"""The limit of the safetensors library itself."""
_AGAIN = "Download or write it again."


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor as its file's header states it; `file` is the file's name, `start` and `end` are bytes of its data."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    file: str
    start: int
    end: int

    @property
    def parameters(self) -> int:
        """Numbers in it."""
        return prod(self.shape)

    @property
    def bytes(self) -> int:
        """As stored."""
        return self.end - self.start


def read_tensors(folder: Path) -> tuple[Tensor, ...]:
    """Those of all weight files, each of which is complete. Raises ConfigurationError, ServingError."""
    return tuple(tensor for file in weight_files(folder) for tensor in read_header(file))


def stored_bytes(folder: Path) -> int:
    """Bytes of the weight files, headers included; each is complete. Raises ConfigurationError, ServingError."""
    files = weight_files(folder)
    for file in files:
        read_header(file)
    return sum(file.stat().st_size for file in files)


def weight_files(folder: Path) -> list[Path]:
    """Those that the index names; without one, all *.safetensors. Raises ConfigurationError, ServingError."""
    index = folder / INDEX
    if not index.exists():
        return _unindexed_files(folder)
    try:
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        files = [folder / name for name in names]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ServingError(f"{index} cannot be read ({type(error).__name__}: {error}). Download it again.") from error
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        raise ServingError(
            f"{folder} lacks {len(missing)} of {len(files)} weight files, {missing[0]} among them ({INDEX} lists it). "
            "Download what is missing."
        )
    return files


def _unindexed_files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        others = ", ".join(sorted(file.name for file in folder.glob("*.bin"))) or "none"
        raise ConfigurationError(
            f"{folder} has no *.safetensors file (*.bin files: {others}): it is no checkpoint, or only a part of one. "
            "Save the model with transformers' save_pretrained, which writes safetensors, or download that form."
        )
    return files


def read_header(file: Path) -> list[Tensor]:
    """The tensors of a file whose length is what its header says. Raises ServingError."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        text = _header(stream, size, file)
    try:
        tensors = [
            Tensor(name, entry["dtype"], tuple(map(int, entry["shape"])), file.name, *_range(entry["data_offsets"]))
            for name, entry in json.loads(text).items()
            if name != "__metadata__"
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        told = f"{type(error).__name__}: {error}"
        raise ServingError(f"{file} has a broken header: it cannot be read ({told}). {_AGAIN}") from error
    expected = _LENGTH_BYTES + len(text) + max((tensor.end for tensor in tensors), default=0)
    if size != expected:
        kind = "truncated" if size < expected else "too long"
        raise ServingError(f"{file} is {kind}: {size:,} bytes where its header says {expected:,}. {_AGAIN}")
    return tensors


def _header(stream: BinaryIO, size: int, file: Path) -> bytes:
    length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
    if size < _LENGTH_BYTES or length > min(_LONGEST_HEADER, size - _LENGTH_BYTES):
        raise ServingError(
            f"{file} is truncated, or no safetensors file: {size:,} bytes and no complete header. {_AGAIN}"
        )
    return stream.read(length)


def _range(offsets: list[int]) -> tuple[int, int]:
    start, end = offsets
    return int(start), int(end)
