"""What cannot be served is refused before anything starts: vLLM finds a broken file after minutes of loading.

Not covered: whether vLLM knows the architecture, whether the tokenizer is the model's own, and the values of the
weights.
"""

from __future__ import annotations

from core.errors import ServingError
from serving.checkpoint.quantization import Quantization
from serving.checkpoint.read import Checkpoint
from serving.hardware.gpu import Gpu
from serving.hardware.kernels import KERNELS, missing_on_gpu, missing_on_processor
from serving.launch.speculation import Speculation
from serving.model.kv_cache import state_bytes
from serving.model.shape import ModelShape

_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "tekken.json")


def check_chat(checkpoint: Checkpoint) -> None:
    """Raise ServingError for a checkpoint without tokenizer or chat template.

    The app sends chat messages, which vLLM renders with the checkpoint's own template.
    """
    folder = checkpoint.folder
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        raise ServingError(
            f"{folder} has no tokenizer (tokenizer.json or tokenizer.model). Copy it from the original model."
        )
    if not (checkpoint.has_chat_template or (folder / "tekken.json").is_file()):
        raise ServingError(
            f"{folder} has no chat template (chat_template.jinja, or in tokenizer_config.json), and vLLM refuses chat "
            "messages without one. Serve the model's instruct version, or copy its template into the folder."
        )


def check_guessing(speculation: Speculation | None, shape: ModelShape | None, checkpoint: Checkpoint) -> None:
    """Raise ServingError for tokens that are guessed on a processor for a model with states.

    vLLM 0.32 has no kernel of a processor that takes a state back when a guess is wrong: its engine ends.
    """
    if speculation is not None and speculation.method != "none" and shape is not None and state_bytes(shape):
        raise ServingError(
            f"{checkpoint.name} has layers that keep a state, for which vLLM cannot guess tokens on a processor. Use "
            "--speculate none."
        )


def check_processor_kernels(quantization: Quantization, flags: frozenset[str]) -> None:
    """Raise ServingError that names the missing kernel and what to serve instead. `flags` are /proc/cpuinfo's."""
    for kind in quantization.kinds:
        if missing := missing_on_processor(kind, flags):
            raise ServingError(f"{missing}. Serve a w8a8 or bf16 checkpoint of the model here, or this one on a GPU.")


def check_gpu_kernels(quantization: Quantization, gpu: Gpu) -> None:
    """Raise ServingError that names the missing kernel and what to serve instead."""
    for kind in quantization.kinds:
        if missing := missing_on_gpu(kind, gpu.name, gpu.capability):
            fix = (
                "Compress the model with --scheme fp8 and serve that."
                if gpu.capability >= KERNELS[kind].capability
                else "Serve a bf16 checkpoint of the model, or use a newer GPU."
            )
            raise ServingError(f"{missing}. {fix}")


def kernel_notes(quantization: Quantization, gpu: Gpu | None) -> tuple[str, ...]:
    """Return notes on weights that are served, but not as fast as their name promises. `gpu` None: on a processor."""
    notes = []
    for kind in quantization.kinds:
        kernels = KERNELS.get(kind)
        if kernels is None:
            notes.append(f"{kind.removeprefix('method:')} is not in Groundwork's table of kernels; vLLM decides.")
        elif gpu is None and kind == "fp8":
            notes.append(
                "For FP8 on a processor vLLM has only a reference loop, which may be a thousand times slower than "
                "bf16. Serve w8a8 here, or fp8-block where the processor has AMX."
            )
        elif gpu is not None and gpu.capability < kernels.native:
            notes.append(
                f"{gpu.name} does not multiply in {kind}: weights are unpacked to 16 bits; only memory is saved."
            )
    return tuple(notes)
