"""What a GGUF file says of itself, and why it cannot be converted.

Read with transformers' own reader, and checked before any weight is loaded. What is refused is what transformers 5.23
cannot load, or loads as another model than the file has.

Not covered: the weights' values, and whether the chat template is the model's own.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ServingError

_BYTES = 2
"""Of a number in bfloat16."""
_TEMPLATE = "tokenizer.chat_template"
_NO_CHAT = frozenset({"t5", "t5encoder", "umt5", "bert", "nomic-bert", "clip"})
"""Architectures that transformers reads and that are no causal language models."""
_SPELLINGS = {
    "qwen2_moe": "qwen2moe",
    "qwen3_moe": "qwen3moe",
    "gpt_oss": "gpt-oss",
    "minimax_m2": "minimax-m2",
}
"""What transformers calls otherwise than GGUF."""
_FREQUENCIES = ("rope_freqs", "rope_factors")
"""Tensors with factors of the rotary embedding (Llama 3.1 and later, Phi 3), which transformers ignores: the converted
model would be another one (findings/transformers-gguf-drops-rope-scaling.sh)."""
_SCALING = ".rope.scaling.type"
_KEEPS_SCALING = frozenset({"gpt-oss"})
_AGAIN = "Download it again."
_BROKEN = (ValueError, struct.error, IndexError, KeyError, OverflowError, MemoryError, UnicodeDecodeError)


@dataclass(frozen=True, slots=True)
class GgufFacts:
    """What the file says of itself.

    tensors     names of all tensors
    parameters  numbers in all tensors
    types       the types of the tensors, most numbers first
    """

    architecture: str
    metadata: Mapping[str, Any]
    tensors: tuple[str, ...]
    parameters: int
    types: tuple[str, ...]

    @property
    def bytes(self) -> int:
        """Bytes of the weights in bfloat16."""
        return self.parameters * _BYTES

    @property
    def template(self) -> str:
        """The chat template."""
        return str(self.metadata[_TEMPLATE])

    @property
    def tied(self) -> bool:
        """Whether input and output share their embeddings: no matrix of its own for the output."""
        return "output.weight" not in self.tensors

    @property
    def split(self) -> str:
        """The name of the rule that splits text before its tokens; empty where the file has none."""
        return str(self.metadata.get("tokenizer.ggml.pre", ""))


def read_gguf(file: Path) -> GgufFacts:
    """Read a file's header. Raises ServingError for a file that is broken or cannot be converted, with the reason."""
    from gguf import GGMLQuantizationType
    from transformers.integrations.gguf.reader import GgufHeader, read_gguf_metadata

    _check_magic(file)
    try:
        metadata, names = read_gguf_metadata(str(file))
    except _BROKEN as error:
        raise ServingError(f"{file} has a broken header ({_words(error)}). {_AGAIN}") from error
    _check_kind(file, metadata, names)
    try:
        header = GgufHeader.from_file(str(file))
    except ValueError as error:
        raise ServingError(
            f"{file} cannot be converted: {error} Take a file of the model in another quantization (Q4_K_M, Q8_0, F16)."
        ) from error
    _check_length(file, header.data_start + max((each.offset + each.nbytes for each in header.tensors), default=0))
    numbers: dict[str, int] = {}
    for each in header.tensors:
        name = GGMLQuantizationType(each.ggml_type).name
        size = 1
        for dimension in each.shape:
            size *= dimension
        numbers[name] = numbers.get(name, 0) + size
    types = tuple(sorted(numbers, key=lambda name: -numbers[name]))
    return GgufFacts(header.architecture, metadata, names, sum(numbers.values()), types)


def _check_magic(file: Path) -> None:
    with file.open("rb") as stream:
        magic = stream.read(4)
    if magic != b"GGUF":
        raise ServingError(f"{file} is no GGUF file: it begins with {magic!r}. Name a file in GGUF, version 2 or 3.")


def _check_kind(file: Path, metadata: Mapping[str, Any], names: tuple[str, ...]) -> None:
    architecture = metadata["general.architecture"]
    known = _convertible()
    if architecture in _NO_CHAT or metadata.get("general.type", "model") != "model":
        raise ServingError(
            f"{file} is no language model that answers ({architecture}, {metadata.get('general.type', 'model')}). Name "
            "the file of a chat model."
        )
    if architecture not in known:
        raise ServingError(
            f"{file} has the architecture {architecture}, which transformers cannot convert from GGUF. It converts "
            f"{', '.join(sorted(known))}. Get the model's original checkpoint: groundwork model get "
            "organisation/model"
        )
    if metadata.get("split.count", 1) > 1:
        raise ServingError(
            f"{file} is one of {metadata['split.count']} parts. Join them first, with llama.cpp's llama-gguf-split "
            "--merge, and name the whole file."
        )
    if not isinstance(metadata.get(_TEMPLATE), str) or not metadata[_TEMPLATE].strip():
        raise ServingError(
            f"{file} has no chat template, and vLLM refuses chat messages without one. Take a GGUF of the model's "
            "instruct version."
        )
    scaling = str(metadata.get(f"{architecture}{_SCALING}", "none"))
    factors = [name for name in names if name.startswith(_FREQUENCIES)]
    if architecture not in _KEEPS_SCALING and (factors or scaling not in ("none", "")):
        raise ServingError(
            f"{file} scales its positions ({', '.join(factors) or scaling}), and transformers drops that when it reads "
            f"{architecture} from GGUF: the converted model would be another one. Get the model's original checkpoint: "
            "groundwork model get organisation/model"
        )


def _convertible() -> frozenset[str]:
    """Return the architectures that transformers converts, as GGUF spells them."""
    from transformers.integrations.gguf.gguf_config_mapping import GGUF_CONFIG_ARCHS
    from transformers.modeling_gguf_pytorch_utils import GGUF_SUPPORTED_ARCHITECTURES

    # The list has the sections of its own table among the architectures.
    spelled = {_SPELLINGS.get(name, name) for name in GGUF_SUPPORTED_ARCHITECTURES} - {"general", "tokenizer"}
    return frozenset(spelled | set(GGUF_CONFIG_ARCHS)) - _NO_CHAT


def _check_length(file: Path, expected: int) -> None:
    size = file.stat().st_size
    if size < expected:
        raise ServingError(f"{file} is truncated: {size:,} bytes where its header says {expected:,}. {_AGAIN}")


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
