"""Whether a compressed checkpoint is what was promised: its names, types and shapes, from the headers of its files.

    all of it    as many numbers are quantized as the original has in its matrices: no stack of experts was left out
    scales       every quantized matrix has its scales, one for each of the groups or channels
    experts      a matrix of an expert reads or writes as many numbers as a layer has
    16 bits      what is not quantized is a router, an embedding or an output head, and the configuration ignores it:
                 vLLM would look for its scales
    cache        an FP8 cache has a scale for keys and one for values in each layer that has any

Not covered: the values, and whether pruned weights are zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import prod

from core.errors import ServingError
from serving.checkpoint.read import Checkpoint
from serving.checkpoint.tensors import Tensor
from serving.compress.matrices import compressible, is_compressible, is_uncompressed_module
from serving.compress.methods import CompressionScheme

_NUMBERS = {"I8": 1, "F8_E4M3": 1, "U8": 2, "I32": 8}
"""Weights in a stored number: INT8 and FP8 one, FP4 two in a byte, INT4 eight in 32 bits."""
_STORED = (".weight", ".weight_packed")
_EXPERT = r"\.experts\.\d+\.(gate_proj|up_proj|down_proj|w1|w2|w3)$"
_NAMED = 3


def check_compressed(original: Checkpoint, made: Checkpoint, scheme: CompressionScheme) -> None:
    """Raise ServingError with what is wrong when a compressed checkpoint is not what its scheme promises."""
    faults = [*_faults_of_weights(original, made, scheme), *_faults_of_cache(made, scheme)]
    if faults:
        more = f" And {len(faults) - _NAMED} more." if len(faults) > _NAMED else ""
        raise ServingError(
            f"LLM Compressor ended without an error, but the checkpoint is not {scheme.label}, and vLLM could not load "
            f"it: {' '.join(faults[:_NAMED])}{more} This model's architecture is not supported with this scheme: use "
            "another one, or the original."
        )


def _faults_of_weights(original: Checkpoint, made: Checkpoint, scheme: CompressionScheme) -> Iterator[str]:
    if scheme.method.preset is None:
        return
    tensors = {tensor.name: tensor for tensor in made.tensors}
    quantized = {module: tensor for tensor in made.tensors if (module := _quantized_module(tensor)) is not None}
    wanted = sum(tensor.parameters for tensor in compressible(original))
    found = sum(tensor.parameters * _NUMBERS[tensor.dtype] for tensor in quantized.values())
    if found != wanted:
        yield f"{found:,} weights are quantized, and the original has {wanted:,} in its matrices."
    for tensor in made.tensors:
        if is_compressible(tensor) and tensor.dtype not in _NUMBERS:
            yield f"{tensor.name} is stored as {tensor.dtype}."
    for module, tensor in quantized.items():
        yield from _faults_of_scales(module, tensor, tensors, scheme)
        yield from _faults_of_expert(module, tensor, original.number("hidden_size"))
    ignored = made.stated.get("ignore") or []
    for tensor in made.tensors:
        module = tensor.name.removesuffix(".weight")
        if is_uncompressed_module(tensor) and not any(_matches(entry, module) for entry in ignored):
            yield f"{tensor.name} is not quantized, and the configuration does not ignore it."


def _quantized_module(tensor: Tensor) -> str | None:
    if tensor.dtype not in _NUMBERS:
        return None
    return next((tensor.name.removesuffix(end) for end in _STORED if tensor.name.endswith(end)), None)


def _faults_of_scales(
    module: str, weights: Tensor, tensors: Mapping[str, Tensor], scheme: CompressionScheme
) -> Iterator[str]:
    scale = tensors.get(f"{module}.weight_scale")
    if scale is None:
        yield f"{weights.name} has no scales."
        return
    group, (rows, stored) = scheme.method.storage.group, weights.shape[-2:]
    columns = stored * _NUMBERS[weights.dtype]
    across = 1 if group is None else columns // group
    expected = (-(-rows // group) if scheme.method.blocks and group else rows) * across
    if prod(scale.shape) != expected:
        yield f"{scale.name} has {prod(scale.shape)} values, and {expected} are needed."


def _faults_of_expert(module: str, weights: Tensor, hidden: int) -> Iterator[str]:
    """Experts in a stack can be stored transposed, and are then split along the wrong side."""
    found = re.search(_EXPERT, module)
    if found is None or not hidden:
        return
    rows, columns = weights.shape[-2], weights.shape[-1] * _NUMBERS[weights.dtype]
    side = rows if found[1] in ("down_proj", "w2") else columns
    if side != hidden:
        yield f"{weights.name} is a matrix of {rows} x {columns}, and a layer has {hidden} numbers."


def _faults_of_cache(made: Checkpoint, scheme: CompressionScheme) -> Iterator[str]:
    if scheme.kv_cache is None:
        return
    kinds = [
        {tensor.name.rpartition(".")[0] for tensor in made.tensors if tensor.name.endswith(f".{kind}_scale")}
        for kind in "kv"
    ]
    if not kinds[0]:
        yield "It has no scales of the key-value cache."
    elif kinds[0] != kinds[1]:
        yield f"{len(kinds[0])} layers have a scale for keys, and {len(kinds[1])} have one for values."


def _matches(entry: str, module: str) -> bool:
    """Return whether an entry of the list of ignored modules names a module, or one that it is a part of."""
    if entry.startswith("re:"):
        return re.match(entry.removeprefix("re:"), module) is not None
    return module == entry or module.startswith(f"{entry}.")
