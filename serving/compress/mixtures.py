"""Mixtures of experts: what LLM Compressor cannot compress or vLLM could not load, refused before the work.

Each row was tried with a tiny random model of the architecture, LLM Compressor 0.14.0.1 and vLLM 0.32 on a processor
(docs/compression.md has the table). Kernels by processor are in serving/hardware/kernels.py.

Not covered: architectures that were not tried. The result of a compression is verified in any case (verify.py).
"""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import ConfigurationError
from serving.checkpoint.read import Checkpoint
from serving.compress.matrices import compressible, has_experts, is_stack
from serving.compress.methods import CompressionScheme
from serving.compress.target import Target

WITHOUT_KERNEL: Mapping[str, tuple[str, frozenset[str]]] = {
    "gpt_oss": ("their clamped SwiGLU", frozenset({"w8a8", "w4a16", "fp8-block"})),
    "deepseek_v3": ("their routing", frozenset({"w8a8", "w4a16"})),
    "ernie4_5_moe": ("their routing", frozenset({"w8a8", "w4a16"})),
}
"""By the type of the model: what of its experts vLLM's kernels for processors do not take, and in which schemes."""
_OTHER_TARGET = "Name the GPU that will serve it with --gpu, or serve the original."


def check_mixture(checkpoint: Checkpoint, scheme: CompressionScheme, target: Target) -> None:
    """Raise ConfigurationError for a mixture that the scheme or the target does not suit."""
    if scheme.method.preset is None or not has_experts(checkpoint):
        return
    name, kind = checkpoint.name, str(checkpoint.config.get("model_type"))
    if reason := target.missing_kernel_of_experts(scheme):
        raise ConfigurationError(f"{name} is a mixture of experts: {reason}. {_OTHER_TARGET}")
    fault, schemes = WITHOUT_KERNEL.get(kind, ("", frozenset[str]()))
    if target.gpu is None and scheme.method.storage.name in schemes:
        raise ConfigurationError(
            f"{name} is a mixture of experts of the type {kind}: vLLM has no kernel for {scheme.method.name} with "
            f"{fault} on a processor. {_OTHER_TARGET}"
        )
    _check_stacks(checkpoint, scheme, kind)


def _check_stacks(checkpoint: Checkpoint, scheme: CompressionScheme, kind: str) -> None:
    stack = next(filter(is_stack, compressible(checkpoint)), None)
    if stack is None:
        return
    shape = " x ".join(map(str, stack.shape))
    if not scheme.needs_prompts:
        raise ConfigurationError(
            f"{checkpoint.name} stores its experts in stacks ({stack.name}, {shape}). Without the model in memory LLM "
            "Compressor 0.14 does not take them apart, or along the wrong side. Use --scheme w8a8 or w4a16."
        )
    if kind == "llama4_text":
        raise ConfigurationError(
            f"{checkpoint.name} stores its experts in stacks ({stack.name}, {shape}), which LLM Compressor 0.14 takes "
            "apart for whole Llama 4 models, but not for the text model alone. Serve the original."
        )
