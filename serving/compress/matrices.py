"""Which matrices of a checkpoint can be compressed: the linear modules of the layers, and stacks of experts."""

from __future__ import annotations

import re

from serving.checkpoint.read import Checkpoint
from serving.checkpoint.tensors import Tensor

UNCOMPRESSED_MODULES = (
    r".*lm_head$",
    r".*embed_tokens$",
    r".*\.(gate|shared_expert_gate)$",
    r".*\.router(\..*)?$",
    r".*(vision|visual|audio|multi_modal_projector|mm_projector).*",
)
"""Modules that stay in 16 bits: embeddings and output head, the routers of experts and what weighs a shared expert, and
what reads images or sound. `gate_proj` is a matrix like any other."""
_TABLES = (r".*(lm_head|embed_out)$", r".*(embed_tokens|wte|wpe|embed_in)$")
"""Output heads, which are linear modules, and embeddings, which are none."""
_STACKS = ("experts", "block_sparse_moe")
_EXPERT = r"\.experts\.\d+\."


def is_compressible(tensor: Tensor) -> bool:
    """Return whether a tensor is a matrix in the layers: a linear module's weight, or a stack of experts'."""
    return (_is_matrix(tensor) or is_stack(tensor)) and not _matches(tensor, (*UNCOMPRESSED_MODULES, *_TABLES))


def is_stack(tensor: Tensor) -> bool:
    """Return whether a tensor holds the matrices of several experts."""
    return len(tensor.shape) == 3 and any(part in tensor.name for part in _STACKS)


def is_uncompressed_module(tensor: Tensor) -> bool:
    """Return whether a tensor is the weight of a linear module that stays in 16 bits."""
    return _is_matrix(tensor) and _matches(tensor, UNCOMPRESSED_MODULES) and not _matches(tensor, _TABLES[1:])


def compressible(checkpoint: Checkpoint) -> tuple[Tensor, ...]:
    """Return the tensors of a checkpoint that can be compressed."""
    return tuple(filter(is_compressible, checkpoint.tensors))


def has_experts(checkpoint: Checkpoint) -> bool:
    """Return whether a checkpoint is a mixture: its matrices are those of experts among which a router chooses."""
    return any(is_stack(tensor) or re.search(_EXPERT, tensor.name) for tensor in compressible(checkpoint))


def _is_matrix(tensor: Tensor) -> bool:
    return len(tensor.shape) == 2 and tensor.name.endswith(".weight") and not tensor.name.endswith("norm.weight")


def _matches(tensor: Tensor, patterns: tuple[str, ...]) -> bool:
    module = tensor.name.removesuffix(".weight")
    return any(re.match(pattern, module) for pattern in patterns)
