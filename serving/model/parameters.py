"""The tensors of a model, grouped by what they are: attention, dense, expert, router, embedding, head, vision, other.

A part is found by the names of modules and tensors, and by shapes: transformers and vLLM follow the same conventions.

    router     a matrix of a module named `gate` or `router`, with one row for an expert (or one in all)
    expert     the matrices of a module named `experts`, and stacks of matrices, one for an expert
    attention  the projections of attention and of other mixers of tokens (state spaces, linear attention, convolution)
    dense      every other matrix of a linear layer
    embedding  tables that are looked up; `head` is the output head where it is no such table
    vision     all of an encoder of images, video or sound, and of the projection to the language model
    other      vectors, convolutions, and what is no matrix of a linear layer
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from serving.model.shape import Linear, Part

if TYPE_CHECKING:
    from torch import nn

VISION = re.compile(r"vision|visual|image|audio|video|speech|vit\b|multi_modal|multimodal|mm_proj|connector|perceiver")
_MIXER = re.compile(r"attn|attention|mamba|mixer|ssm|conv|linear_attn|kda|rwkv|mlstm|temporal_block")
_PROJECTION = re.compile(r"^(q|k|v|o|qkv|kv|out|in|x|dt|query|key|value)_?(a|b|proj|lora)")
_FEED_FORWARD = re.compile(r"up_proj|down_proj|gate_proj|mlp|feed_forward|ffn|fc\d|w\d$")
_ROUTER = frozenset({"gate", "router", "shared_expert_gate", "wg", "modality_router", "proj_router"})
_EMBEDDING = re.compile(r"embed|wte|wpe|word_embeddings|tok_embeddings")
_HEAD = frozenset({"lm_head", "embed_out", "output", "output_layer"})


@dataclass(frozen=True, slots=True)
class Weight:
    """A tensor: its name, its shape, and what it belongs to.

    linear      it is the weight of a linear layer
    embedding   it is a table that is looked up
    transposed  the inputs are its rows
    """

    name: str
    shape: tuple[int, ...]
    linear: bool
    embedding: bool = False
    transposed: bool = False


def list_weights(model: nn.Module) -> Iterator[Weight]:
    """Yield each tensor of a model once: tied ones are the same tensor."""
    from torch import nn
    from transformers.pytorch_utils import Conv1D

    seen: set[int] = set()
    for path, module in model.named_modules():
        for name, tensor in module.named_parameters(recurse=False):
            if id(tensor) in seen:
                continue
            seen.add(id(tensor))
            whole = f"{path}.{name}" if path else name
            shape = tuple(tensor.shape)
            if len(shape) == 3 and hasattr(module, "down_proj") and isinstance(module.down_proj, nn.Parameter):
                # LongCat's experts that do nothing have no weights, but transformers 5.23 allocates half of them.
                shape = (min(shape[0], module.down_proj.shape[0]), *shape[1:])
            linear = hasattr(module, "in_features") or isinstance(module, Conv1D)
            transposed = isinstance(module, Conv1D) or getattr(module, "is_transposed", False)
            yield Weight(whole, shape, linear, isinstance(module, nn.Embedding), transposed)


def group_weights(weights: Iterable[Weight], experts: int | None) -> tuple[Linear, ...]:
    """Return equal tensors together. `experts` is the number of experts in a layer, None for a dense model."""
    groups: Counter[tuple[Part, int, int, str]] = Counter()
    for weight in weights:
        part = part_of(weight, experts)
        *stack, rows, columns = (1, *weight.shape) if len(weight.shape) > 1 else (1, prod(weight.shape), 1)
        if part == "other" or part == "vision":
            stack, rows, columns = [1], prod(weight.shape), 1
        if weight.transposed:
            rows, columns = columns, rows
        groups[part, rows, columns, pattern(weight.name)] += prod(stack)
    return tuple(Linear(part, rows, columns, count, name) for (part, rows, columns, name), count in groups.items())


def pattern(name: str) -> str:
    """Return a name without the numbers of layers and experts."""
    return re.sub(r"(?<=\.)\d+(?=\.|$)", "*", name)


def is_table(name: str) -> bool:
    """Return whether a tensor is a table that is looked up, by the name of its module alone."""
    module = name.removesuffix(".weight").rpartition(".")[2]
    return bool(_EMBEDDING.search(module)) and module not in _HEAD


def part_of(weight: Weight, experts: int | None) -> Part:
    """Return what a tensor belongs to."""
    path = weight.name.split(".")
    names = path[:-1] if path[-1] in ("weight", "bias") else path
    if VISION.search(weight.name):
        return "vision"
    if len(weight.shape) < 2 or path[-1] == "bias" or path[-1].endswith("_bias"):
        return "other"
    if weight.embedding or (not weight.linear and any(_EMBEDDING.search(name) for name in names)):
        return "embedding"
    if names[-1] in _HEAD and len(names) <= 2:
        return "head"
    if any(name in _ROUTER for name in names) and weight.shape[-2] in (1, experts):
        return "router"
    if "router" in names:
        return "router"
    if experts is not None and ("experts" in names or (len(weight.shape) == 3 and weight.shape[0] == experts)):
        return "expert"
    if not weight.linear:
        return "other"
    mixer = any(_MIXER.search(name) for name in names) and not _FEED_FORWARD.search(names[-1])
    return "attention" if mixer or (_PROJECTION.match(names[-1]) and "mlp" not in names) else "dense"
