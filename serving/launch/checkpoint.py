"""A checkpoint's folder, checked before anything starts: vLLM finds a broken file after minutes of loading.

Read are config.json and the headers of the safetensors files; no weight is loaded. Not covered: whether vLLM knows the
architecture, whether the tokenizer is the model's own, and the values of the weights.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.errors import ServingError
from serving.configuration import CONFIG, check_folder, has_chat_template, read_configuration
from serving.launch.quantization import Quantization, read_quantization
from serving.plan.config import load_model
from serving.plan.shape import ModelShape
from serving.safetensors import Tensor, read_tensors

_WIDE = {"F32": 4, "F64": 8}
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
    """Raises ConfigurationError for what is no checkpoint, ServingError for a broken one; each names file and mend."""
    check_folder(folder)
    shape = load_model(str(folder))
    quantization = read_quantization(read_configuration(folder), str(folder / CONFIG))
    tensors = read_tensors(folder)
    _check_chat(folder)
    wide = not quantization.kinds and any(tensor.dtype in _WIDE for tensor in tensors)
    return Checkpoint(folder.resolve(), shape, quantization, _served_bytes(tensors), wide)


def weight_bytes(folder: Path) -> int:
    """What the weights of a draft model or head take in memory. Raises what `read_tensors` does."""
    return _served_bytes(read_tensors(folder))


def _served_bytes(tensors: Iterable[Tensor]) -> int:
    return sum(tensor.bytes * _SERVED_BYTES // _WIDE.get(tensor.dtype, _SERVED_BYTES) for tensor in tensors)


def _check_chat(folder: Path) -> None:
    """The app speaks in chat messages, which vLLM renders with the checkpoint's own template."""
    if not any(
        (folder / name).is_file() for name in ("tokenizer.json", "tokenizer.model", "vocab.json", "tekken.json")
    ):
        raise ServingError(
            f"{folder} has no tokenizer (tokenizer.json or tokenizer.model). Copy it from the original model."
        )
    if not (has_chat_template(folder) or (folder / "tekken.json").is_file()):
        raise ServingError(
            f"{folder} has no chat template (chat_template.jinja, or in tokenizer_config.json), and vLLM refuses chat "
            "messages without one. Serve the model's instruct version, or copy its template into the folder."
        )
