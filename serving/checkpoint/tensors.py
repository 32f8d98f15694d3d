"""A checkpoint's weight files: which they are, and their tensors as the headers state them. No weight is loaded.

The format (huggingface/safetensors, README): eight bytes with the header's length, little-endian; the header, JSON that
gives type, shape and offsets of each tensor; the data, which ends at the last offset.

A folder that is no checkpoint is a ConfigurationError, since another folder must be named; a file that is broken or
missing is a ServingError.
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
    """A tensor as its file's header states it. `file` is the file's name, `start` and `end` are bytes in the data."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    file: str
    start: int
    end: int

    @property
    def parameters(self) -> int:
        """The number of values in it."""
        return prod(self.shape)

    @property
    def bytes(self) -> int:
        """Its bytes as stored."""
        return self.end - self.start


def read_tensors(folder: Path) -> tuple[Tensor, ...]:
    """Return the tensors of all weight files. Raises ConfigurationError, ServingError for an incomplete file."""
    return tuple(tensor for file in weight_files(folder) for tensor in read_header(file))


def stored_bytes(folder: Path) -> int:
    """Return the bytes of the weight files, headers included. Raises what `read_tensors` does."""
    files = weight_files(folder)
    for file in files:
        read_header(file)
    return sum(file.stat().st_size for file in files)


def weight_files(folder: Path) -> list[Path]:
    """Return the files that the index names; without an index, all *.safetensors. Raises what `read_tensors` does."""
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
    """Return the tensors of a file. Raises ServingError when its length is not what its header says."""
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
        raise ServingError(
            f"{file} has a broken header: it cannot be read ({type(error).__name__}: {error}). {_AGAIN}"
        ) from error
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
