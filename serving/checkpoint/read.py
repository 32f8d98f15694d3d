"""A folder becomes a Checkpoint: its configuration, its quantization as stated, and the headers of all its tensors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serving.checkpoint import configuration
from serving.checkpoint.quantization import Quantization, parse_quantization, stated_quantization
from serving.checkpoint.tensors import Tensor, read_tensors

_WIDE = {"F32": 4, "F64": 8}
"""Bytes of a number in the types that are wider than 16 bits."""
_FLOATS = frozenset({"BF16", "F16", *_WIDE})


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A complete checkpoint.

    folder      as it was named
    config      the object in config.json
    stated      the quantization that it states, empty for none
    tensors     those of all weight files
    """

    folder: Path
    config: Mapping[str, Any]
    stated: Mapping[str, Any]
    tensors: tuple[Tensor, ...]

    @property
    def name(self) -> str:
        """The folder's name, which is the model's name in a plan, too."""
        return self.folder.resolve().name

    @property
    def source(self) -> str:
        """The path of config.json, for messages."""
        return str(self.folder / configuration.CONFIG)

    @property
    def parameters(self) -> int:
        """Numbers in all tensors; tied embeddings are stored, and counted, once."""
        return sum(tensor.parameters for tensor in self.tensors)

    @property
    def bytes(self) -> int:
        """Bytes of all tensors as stored."""
        return sum(tensor.bytes for tensor in self.tensors)

    @property
    def quantization(self) -> Quantization:
        """The kinds of weights that the configuration states."""
        return parse_quantization(self.stated)

    @property
    def wide(self) -> bool:
        """Whether weights that are not quantized are stored in more than 16 bits."""
        return not self.quantization.kinds and any(tensor.dtype in _WIDE for tensor in self.tensors)

    @property
    def has_chat_template(self) -> bool:
        """Whether transformers and vLLM find a chat template."""
        return configuration.has_chat_template(self.folder)

    def number(self, name: str) -> int:
        """Return a field of the configuration, of its text part where there is one; 0 when it is missing."""
        text = self.config.get("text_config")
        value = (text if isinstance(text, Mapping) else self.config).get(name)
        return value if isinstance(value, int) else 0


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read a folder with config.json and *.safetensors files, all of them complete.

    Raises ConfigurationError for a folder that is no checkpoint and for a configuration that cannot be used,
    ServingError for a broken or missing weight file; each names the file and the fix.
    """
    configuration.check_folder(folder)
    config = configuration.read_configuration(folder)
    stated = stated_quantization(config, str(folder / configuration.CONFIG))
    return Checkpoint(folder, config, stated, read_tensors(folder))


def served_bytes(tensors: Iterable[Tensor], number: int = 2) -> int:
    """Return the bytes that tensors take in memory when vLLM serves them.

    Floating-point numbers of 16 bits and more take `number` bytes each: 2 in bfloat16, 4 in float32. Quantized weights
    stay as they are stored.
    """
    return sum(tensor.parameters * number if tensor.dtype in _FLOATS else tensor.bytes for tensor in tensors)
