"""The new checkpoint is compared with its source before it gets its name."""

from __future__ import annotations

from pathlib import Path

from core.errors import ServingError
from serving.checkpoint.read import Checkpoint, read_checkpoint
from serving.get.process import Conversion
from serving.launch.refusals import check_chat

TEMPLATE = "chat_template.jinja"


def check_complete(folder: Path) -> Checkpoint:
    """Return a checkpoint that can answer chat messages.

    Raises ConfigurationError for a folder that is none, ServingError for one that is broken, or has no tokenizer or
    chat template.
    """
    checkpoint = read_checkpoint(folder)
    check_chat(checkpoint)
    return checkpoint


def check_conversion(folder: Path, conversion: Conversion) -> Checkpoint:
    """Return the checkpoint that was converted. Raises ServingError where it differs from its GGUF file."""
    checkpoint = check_complete(folder)
    tied = bool(checkpoint.config.get("tie_word_embeddings"))
    for what, expected, found in (
        ("parameters", f"{conversion.parameters:,}", f"{checkpoint.parameters:,}"),
        ("tied embeddings", conversion.tied, tied),
        ("the chat template", conversion.template, _template(folder)),
    ):
        if found != expected:
            raise ServingError(
                f"The conversion changed {what}: {expected} in the GGUF file, {found} in the checkpoint. It was not "
                "kept. Get the model's original checkpoint: groundwork model get organisation/model"
            )
    return checkpoint


def _template(folder: Path) -> str:
    file = folder / TEMPLATE
    return file.read_text(encoding="utf-8") if file.is_file() else ""
