"""A model that can be compressed: complete, in 16 bits or more, and with matrices. No weight is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from serving.configuration import CONFIG, check_folder, read_configuration, stated_quantization
from serving.safetensors import Tensor, read_tensors

_UNCOMPRESSED = ("F64", "F32", "BF16", "F16", "I64", "I32", "I16", "I8", "U8", "BOOL")
"""F8 and smaller are written by compression alone."""
# Left in 16 bits: embeddings and output head, the routers of experts, and what reads images or sound.
LEFT_ALONE = (
    r".*lm_head$",
    r".*embed_tokens$",
    r".*(mlp|block_sparse_moe|feed_forward)\.(gate|router)$",
    r".*(vision|visual|audio|multi_modal_projector|mm_projector).*",
)
_TABLES = re.compile(r".*(lm_head|embed_tokens|wte|wpe|embed_in|embed_out)$")


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
    def bytes(self) -> int:
        """Of all tensors."""
        return sum(tensor.bytes for tensor in self.tensors)

    @property
    def matrices(self) -> tuple[Tensor, ...]:
        """What can be compressed."""
        return tuple(filter(is_compressible, self.tensors))

    def number(self, name: str) -> int:
        """A field of the configuration, of its text part where there is one; 0 when it is not there."""
        value = self.config.get("text_config", self.config).get(name)
        return value if isinstance(value, int) else 0


def is_compressible(tensor: Tensor) -> bool:
    """Whether it is a matrix in the layers: a linear module's weight, or one stack of experts'."""
    module = tensor.name.removesuffix(".weight")
    matrix = len(tensor.shape) == 2 and tensor.name.endswith(".weight") and not module.endswith("norm")
    experts = len(tensor.shape) == 3 and "experts" in tensor.name
    return (matrix or experts) and not any(re.match(pattern, module) for pattern in (*LEFT_ALONE, _TABLES.pattern))


def read_checkpoint(name: str) -> Checkpoint:
    """A folder with config.json and safetensors files, all of them complete.

    Raises ConfigurationError for what is no checkpoint, or was compressed already, and ServingError for a broken file;
    each names the file and the mend.
    """
    folder = Path(name).expanduser()
    check_folder(folder)
    config = read_configuration(folder)
    if stated := stated_quantization(config, str(folder / CONFIG)):
        raise ConfigurationError(
            f"{folder} is compressed already ({stated.get('quant_method', 'no method named')}, "
            f"{stated.get('format', 'no format named')}). Compress its original in 16 bits."
        )
    tensors = read_tensors(folder)
    _check_compressible(folder, tensors)
    return Checkpoint(folder, config, tensors)


def _check_compressible(folder: Path, tensors: tuple[Tensor, ...]) -> None:
    for tensor in tensors:
        if tensor.dtype not in _UNCOMPRESSED:
            raise ConfigurationError(
                f"{folder / tensor.file}: {tensor.name} is stored as {tensor.dtype}: the model is compressed already. "
                "Compress its original in 16 bits."
            )
    if not any(map(is_compressible, tensors)):
        raise ConfigurationError(f"{folder} holds no matrix of a layer ({len(tensors)} tensors). Is it a whole model?")
