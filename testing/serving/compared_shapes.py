"""What is planned for an architecture against what vLLM itself builds and reserves for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, TypeAlias

from core.errors import ConfigurationError
from serving.model.architecture import read_shape
from serving.model.kv_cache import LayerCache, bytes_per_token, state_bytes
from serving.model.reservation import Refused, Reservation, VllmEnvironment, ask_vllm
from serving.model.shape import ModelShape

Verdict: TypeAlias = Literal["right", "refused", "only ours", "wrong"]
MOST_PARAMETERS_OFF = 0.005


@dataclass(frozen=True, slots=True)
class Compared:
    """An architecture: what is planned without vLLM, and what vLLM says; None for a side that refuses it.

    wrong  what differs, in words; empty where nothing does
    """

    kind: str
    ours: ModelShape | None
    theirs: Reservation | None
    wrong: tuple[str, ...]
    refusal: str = ""

    @property
    def verdict(self) -> Verdict:
        """Whether the two agree, as far as both answer."""
        if self.wrong:
            return "wrong"
        if self.ours is None:
            return "refused"
        return "right" if self.theirs else "only ours"

    @property
    def their_parameters(self) -> int | None:
        """The parameters of vLLM's own class, on one GPU."""
        return None if self.theirs is None else sum(prod(weight.shape) for weight in self.theirs.weights)

    def cache_bytes(self) -> tuple[int, int] | None:
        """Return vLLM's bytes of a token and of a state, on one GPU in 16 bits."""
        if self.theirs is None:
            return None
        layers = self.theirs.cache.on_each(1)
        return sum(layer.token_bytes("bf16") for layer in layers), sum(layer.state_bytes for layer in layers)

    def our_bytes(self) -> tuple[int, int] | None:
        """Return the planned bytes of the same."""
        return None if self.ours is None else (bytes_per_token(self.ours), state_bytes(self.ours))


def compare(
    configs: Mapping[str, Mapping[str, Any]], vllm: VllmEnvironment, sizes: tuple[int, ...]
) -> Iterator[Compared]:
    """Compare each configuration, by its name, for so many GPUs a copy. vLLM is started once for all."""
    answers = ask_vllm(configs, vllm, sizes)
    for kind, config in configs.items():
        answer = answers[kind]
        theirs = None if isinstance(answer, Refused) else answer
        refusal = answer.reason if isinstance(answer, Refused) else ""
        try:
            ours = read_shape(config, kind, kind)
        except ConfigurationError as error:
            yield Compared(kind, None, theirs, (), str(error))
            continue
        wrong = () if theirs is None else tuple(_differences(ours, theirs, sizes))
        yield Compared(kind, ours, theirs, wrong, refusal)


def _differences(ours: ModelShape, theirs: Reservation, sizes: Iterable[int]) -> Iterator[str]:
    parameters = sum(prod(weight.shape) for weight in theirs.weights)
    if abs(parameters / ours.parameters - 1) > MOST_PARAMETERS_OFF:
        yield f"{ours.parameters:,} parameters, vLLM has {parameters:,}"
    if ours.context_limit != theirs.context:
        yield f"context of {ours.context_limit}, vLLM reads {theirs.context}"
    for size in sizes:
        if size in theirs.cache.refused:
            if ours.divides_among(size):
                yield f"divides among {size}, vLLM says {theirs.cache.refused[size]}"
            continue
        mine, own = (Counter(map(_key, cache.on_each(size))) for cache in (ours.cache, theirs.cache))
        if mine != own:
            yield f"on each of {size}: {dict(mine - own)}, vLLM has {dict(own - mine)}"


def _key(layer: LayerCache) -> tuple[object, ...]:
    return layer.kind, layer.values, layer.fixed_bytes, layer.window, layer.state_bytes, layer.states
