"""A model's folder: its matrices and their sizes, read from the headers of its safetensors files. No weight is loaded.

The format (huggingface/safetensors, README): eight bytes with the header's length, little-endian; the header, JSON that
gives type, shape and offsets of each tensor; the data, whose length the last offset tells.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError

_BITS = {"F64": 64, "F32": 32, "BF16": 16, "F16": 16, "I64": 64, "I32": 32, "I16": 16, "I8": 8, "U8": 8, "BOOL": 8}
_LONGEST_HEADER = 100_000_000
"""The limit of the safetensors library itself."""
# Left in 16 bits: embeddings and output head, the routers of experts, and what reads images or sound.
LEFT_ALONE = (
    r".*lm_head$",
    r".*embed_tokens$",
    r".*(mlp|block_sparse_moe|feed_forward)\.(gate|router)$",
    r".*(vision|visual|audio|multi_modal_projector|mm_projector).*",
)
_TABLES = re.compile(r".*(lm_head|embed_tokens|wte|wpe|embed_in|embed_out)$")


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor as its file's header states it."""

    name: str
    kind: str
    shape: tuple[int, ...]
    file: str

    @property
    def parameters(self) -> int:
        """Numbers in it."""
        return prod(self.shape)

    @property
    def bytes(self) -> float:
        """As stored."""
        return self.parameters * _BITS.get(self.kind, 8) / 8

    @property
    def is_compressible(self) -> bool:
        """Whether it is a matrix in the layers: a linear module's weight, or one stack of experts'."""
        module = self.name.removesuffix(".weight")
        matrix = len(self.shape) == 2 and self.name.endswith(".weight") and not module.endswith("norm")
        experts = len(self.shape) == 3 and "experts" in self.name
        return (matrix or experts) and not any(re.match(pattern, module) for pattern in (*LEFT_ALONE, _TABLES.pattern))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A complete checkpoint in 16 bits or more. `tensors` are those of all files."""

    folder: Path
    config: Mapping[str, Any]
    tensors: tuple[Tensor, ...]

    @property
    def name(self) -> str:
        """The folder's, by which the plan knows it, too."""
        return self.folder.resolve().name

    @property
    def parameters(self) -> int:
        """Numbers in all tensors; tied embeddings are stored, and counted, once."""
        return sum(tensor.parameters for tensor in self.tensors)

    @property
    def bytes(self) -> float:
        """Of all tensors."""
        return sum(tensor.bytes for tensor in self.tensors)

    @property
    def matrices(self) -> tuple[Tensor, ...]:
        """What can be compressed."""
        return tuple(tensor for tensor in self.tensors if tensor.is_compressible)

    def number(self, name: str) -> int:
        """A field of the configuration, of its text part where there is one; 0 when it is not there."""
        value = self.config.get("text_config", self.config).get(name)
        return value if isinstance(value, int) else 0


def read_checkpoint(name: str) -> Checkpoint:
    """A folder with config.json and safetensors files, all of them complete.

    Raises ConfigurationError that names the file and the mend, also for a model that was compressed already.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise ConfigurationError(
            f"There is no model '{name}': it must be a checkpoint's folder. Download it first, for instance with "
            f"`hf download {name if '/' in name else 'ORGANISATION/MODEL'} --local-dir FOLDER`, and name that folder."
        )
    config = _read_json(folder / "config.json")
    _check_uncompressed(folder, config)
    return Checkpoint(folder, config, tuple(_read_tensors(folder)))


def stored_bytes(folder: Path) -> int:
    """Bytes of a checkpoint's weight files, each of which is complete. Raises ConfigurationError."""
    files = _weight_files(folder)
    for file in files:
        _read_header(file)
    return sum(file.stat().st_size for file in files)


def _read_json(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            f"{file.parent} has no {file.name}. Name the folder of a complete checkpoint."
        ) from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file} cannot be read as JSON: {error}. Copy it again.") from error
    if not isinstance(value, dict):
        raise ConfigurationError(f"{file} holds {type(value).__name__}, not an object. Copy it again.")
    return value


def _check_uncompressed(folder: Path, config: Mapping[str, Any]) -> None:
    text = config.get("text_config")
    parts = [config, text if isinstance(text, dict) else {}]
    for found in (part.get(key) for part in parts for key in ("quantization_config", "compression_config")):
        if not isinstance(found, dict) or not found:
            continue
        if found.get("sparsity_config"):
            raise ConfigurationError(
                f"{folder / 'config.json'} carries a sparsity_config "
                f"(format '{found['sparsity_config'].get('format', 'not named')}'), which vLLM refuses from 0.22 on. "
                "Compress the original, dense checkpoint instead. If its weights are stored in full (format 'dense'), "
                "it is enough to remove the entry sparsity_config from config.json."
            )
        raise ConfigurationError(
            f"{folder} is compressed already ({found.get('quant_method', 'no method named')}, "
            f"{found.get('format', 'no format named')}). Compress its original in 16 bits."
        )


def _read_tensors(folder: Path) -> list[Tensor]:
    files = _weight_files(folder)
    tensors = [tensor for file in files for tensor in _read_header(file)]
    for tensor in tensors:
        if tensor.kind not in _BITS:
            raise ConfigurationError(
                f"{folder / tensor.file}: {tensor.name} is stored as {tensor.kind}: the model is compressed already. "
                "Compress its original in 16 bits."
            )
    if not any(tensor.is_compressible for tensor in tensors):
        raise ConfigurationError(f"{folder} holds no matrix of a layer ({len(tensors)} tensors). Is it a whole model?")
    return tensors


def _weight_files(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    if not index.exists():
        files = sorted(folder.glob("*.safetensors"))
        if not files:
            others = ", ".join(sorted(file.name for file in folder.glob("*.bin"))) or "none"
            raise ConfigurationError(
                f"{folder} has no *.safetensors file (*.bin files: {others}). Save the model with "
                "transformers' save_pretrained, which writes safetensors, or download that form."
            )
        return files
    named = _read_json(index).get("weight_map")
    if not isinstance(named, dict):
        raise ConfigurationError(f"{index} has no 'weight_map'. Copy it again.")
    files = [folder / name for name in sorted(set(map(str, named.values())))]
    if missing := [file.name for file in files if not file.is_file()]:
        raise ConfigurationError(f"{folder} lacks {', '.join(missing)}, which {index.name} names. Copy them again.")
    return files


def _read_header(file: Path) -> list[Tensor]:
    size = file.stat().st_size
    with file.open("rb") as opened:
        start = opened.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= min(size - 8, _LONGEST_HEADER):
            raise ConfigurationError(f"{file} is truncated, or no safetensors file ({size:,} bytes). Copy it again.")
        try:
            header = json.loads(opened.read(length))
            tensors = [
                (Tensor(name, entry["dtype"], tuple(entry["shape"]), file.name), entry["data_offsets"][1])
                for name, entry in header.items()
                if name != "__metadata__"
            ]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigurationError(
                f"{file} has a broken header ({type(error).__name__}: {error}). Copy it again."
            ) from error
    wanted = 8 + length + max((end for _, end in tensors), default=0)
    if size != wanted:
        raise ConfigurationError(f"{file} is truncated: {size:,} bytes, its header promises {wanted:,}. Copy it again.")
    return [tensor for tensor, _ in tensors]
