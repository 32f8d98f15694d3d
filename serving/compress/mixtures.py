"""Mixtures of experts: what LLM Compressor cannot compress and vLLM could not load, refused with the reason.

Tried with tiny random models of the architectures and LLM Compressor 0.14.0.1 (docs/compression.md has the table).
"""

from __future__ import annotations

from core.errors import ConfigurationError
from serving.checkpoint.read import Checkpoint
from serving.compress.matrices import has_experts
from serving.compress.methods import CompressionScheme
from serving.compress.target import Target

_NEXT = "Name the GPU that will serve it with --gpu, or serve the original."


def check_mixture(checkpoint: Checkpoint, scheme: CompressionScheme, target: Target) -> None:
    """Raise ConfigurationError for a mixture that the scheme or the target does not suit."""
    if scheme.method.preset is None or not has_experts(checkpoint):
        return
    if reason := target.missing_kernel_of_experts(scheme):
        raise ConfigurationError(f"{checkpoint.name} is a mixture of experts: {reason}. {_NEXT}")
