"""A model as numbers: matrices, experts, attention and cache. `architecture` makes it from a configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from serving.model.kv_cache import Cache

if TYPE_CHECKING:
    from serving.model.schemes import Scheme

Part: TypeAlias = Literal["attention", "dense", "expert", "router", "embedding", "head", "vision", "other"]
MATRICES: frozenset[Part] = frozenset({"attention", "dense", "expert", "router"})
"""The parts whose matrices every token is multiplied with in the layers."""


@dataclass(frozen=True, slots=True)
class Linear:
    """`count` equal matrices of `rows` outputs by `columns` inputs, over all layers.

    name  that of the tensors, without the numbers of layers and experts
    kept  it stays in 16 bits whatever the scheme: the checkpoint leaves it as it is
    """

    part: Part
    rows: int
    columns: int
    count: int
    name: str = ""
    kept: bool = False

    @property
    def parameters(self) -> int:
        """Weights in all of them, without biases."""
        return self.rows * self.columns * self.count


@dataclass(frozen=True, slots=True)
class Experts:
    """Mixture of experts: `active` of `total` run for each token."""

    total: int
    active: int


@dataclass(frozen=True, slots=True)
class AttentionLayer:
    """A layer that looks back on earlier tokens, on `window` of them; None for all.

    The operations are for one query token on one cached token: while a prompt is read, and while an answer is written.
    """

    window: int | None
    prefill_flops_per_pair: int
    decode_flops_per_pair: int


@dataclass(frozen=True, slots=True)
class Stored:
    """How the checkpoint itself is stored, where it is quantized. `described` is what its configuration states."""

    scheme: Scheme
    described: str


@dataclass(frozen=True, slots=True)
class ModelShape:
    """What of a model takes memory, bandwidth and arithmetic.

    weights        every tensor, equal ones together; tied ones once
    heads          query heads, which must divide among the GPUs of a replica
    attention      the layers that look back on earlier tokens; those with a state only are not among them
    context_limit  the most tokens that the model reads; None where the configuration does not state it
    stored         None for weights in 16 or 32 bits
    source         where the configuration comes from
    """

    name: str
    hidden: int
    vocabulary: int
    layers: int
    heads: int
    weights: tuple[Linear, ...]
    experts: Experts | None
    attention: tuple[AttentionLayer, ...]
    cache: Cache
    context_limit: int | None
    source: str
    stored: Stored | None = None

    @property
    def linears(self) -> tuple[Linear, ...]:
        """Every matrix in the layers."""
        return tuple(weight for weight in self.weights if weight.part in MATRICES)

    @property
    def head_parameters(self) -> int:
        """The output head, which may be the table of the input embedding."""
        return self.vocabulary * self.hidden

    @property
    def parameters(self) -> int:
        """All parameters."""
        return sum(weight.parameters for weight in self.weights)

    @property
    def active_parameters(self) -> int:
        """Parameters of the layers' matrices that run for one token; the output head not included."""
        return sum(round(linear.parameters * self.share_of_experts(linear, 1)) for linear in self.linears)

    def divides_among(self, gpus: int) -> bool:
        """Return whether vLLM can share each layer among so many GPUs."""
        return self.heads % gpus == 0 and gpus not in self.cache.refused

    def share_of_experts(self, linear: Linear, tokens: float) -> float:
        """Return the expected share of this matrix that a step over `tokens` tokens reads.

        Routing is assumed to be uniform and independent: 1 - (1 - active/total)^tokens. Real routing is more skewed, so
        that fewer experts are read.
        """
        if linear.part != "expert" or self.experts is None:
            return 1.0
        return float(1 - (1 - self.experts.active / self.experts.total) ** tokens)
