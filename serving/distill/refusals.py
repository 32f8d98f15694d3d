"""Everything that cannot work is refused before anything is done, with the reason and what to do instead."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from pathlib import Path

from core.errors import ConfigurationError, ServingError
from serving.checkpoint.read import Checkpoint
from serving.compress.refusals import available_memory, check_uncompressed
from serving.distill.estimate import Estimate
from serving.distill.examples import TrainingExample
from serving.distill.request import Method, TrainingRequest


def check_request(request: TrainingRequest) -> None:
    """Raise ConfigurationError for a number that has no meaning."""
    for name, value, least in (
        ("--epochs", request.epochs, 0.01),
        ("--batch", request.batch_examples, 1),
        ("--row-tokens", request.row_tokens, 64),
        ("--max-tokens", request.max_tokens, 16),
        ("--lora-rank", request.lora_rank, 1),
        ("--patience", request.patience, 1),
    ):
        if value < least:
            raise ConfigurationError(f"{name} is {value}; the least is {least}.")
    rate = request.learning_rate
    if rate is not None and not (0 < rate < 1 and math.isfinite(rate)):
        raise ConfigurationError(f"--learning-rate is {rate}; it must be above 0 and below 1, as in 3e-4.")


def check_trainable(checkpoint: Checkpoint, request: TrainingRequest) -> None:
    """Raise ConfigurationError for a checkpoint that cannot be trained, or whose prompts cannot be rendered."""
    check_uncompressed(checkpoint)
    if not checkpoint.has_chat_template:
        raise ConfigurationError(
            f"{checkpoint.folder} has no chat template (chat_template.jinja, or in tokenizer_config.json), so examples "
            "cannot be rendered as they are served. Take the instruction-tuned model, or add its template."
        )
    positions = checkpoint.number("max_position_embeddings")
    if positions and request.max_tokens > positions:
        raise ConfigurationError(
            f"--max-tokens is {request.max_tokens}, but {checkpoint.folder} has {positions} positions. "
            f"Set it to {positions} or less."
        )


def check_examples(examples: Sequence[TrainingExample], data: Path) -> tuple[str, ...]:
    """Return warnings. Raises ConfigurationError where there is nothing to train on."""
    train = sum(example.split == "train" for example in examples)
    if train == 0:
        raise ConfigurationError(
            f"None of the {len(examples)} examples of {data} has the split 'train'. Give some of them to it."
        )
    if train == len(examples):
        return (
            f"No example of {data} has the split 'validation': nothing is evaluated during the training, and its last "
            "weights are kept.",
        )
    return ()


def check_space(expected: Estimate, method: Method, out: Path) -> None:
    """Raise ServingError when the memory or the disk is too small."""
    available = available_memory()
    if expected.memory > available:
        instead = "Use a smaller --row-tokens or a larger machine" + (
            ", or --method lora." if method == "full" else "."
        )
        raise ServingError(
            f"About {_gigabytes(expected.memory)} of memory are needed, {_gigabytes(available)} are free. {instead}"
        )
    place = next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.exists())
    free = free_disk(place)
    if expected.disk > free:
        raise ServingError(
            f"The training will have about {_gigabytes(expected.disk)} on the disk, but {place} has "
            f"{_gigabytes(free)} free. Name a folder on a larger disk."
        )


def free_disk(place: Path) -> float:
    """Return the bytes that are free."""
    return shutil.disk_usage(place).free


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.1f} GB"
