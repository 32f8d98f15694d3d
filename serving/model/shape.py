"""A model as numbers: matrices, attention layers and experts. `architecture` makes it from a configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Part: TypeAlias = Literal["attention", "dense", "expert", "router"]


@dataclass(frozen=True, slots=True)
class Linear:
    """`count` equal matrices of `rows` outputs by `columns` inputs, over all layers."""

    part: Part
    rows: int
    columns: int
    count: int

    @property
    def parameters(self) -> int:
        """Weights in all of them, without biases."""
        return self.rows * self.columns * self.count


@dataclass(frozen=True, slots=True)
class GroupedAttention:
    """Multi-head attention whose `heads` query heads share `kv_heads` key and value heads (GQA; MHA when equal)."""

    heads: int
    kv_heads: int
    head_dim: int
    biases: bool = False

    def linears(self, hidden: int, layers: int) -> Iterator[Linear]:
        """Yield the query, key, value and output projections."""
        yield Linear("attention", self.heads * self.head_dim, hidden, layers)
        yield Linear("attention", self.kv_heads * self.head_dim, hidden, 2 * layers)
        yield Linear("attention", hidden, self.heads * self.head_dim, layers)

    @property
    def small_parameters(self) -> int:
        """Biases of query, key and value in one layer."""
        return (self.heads + 2 * self.kv_heads) * self.head_dim if self.biases else 0

    def cached_values(self, tensor_parallel: int) -> int:
        """Return the numbers that one token takes in one layer's cache, over all GPUs of a replica.

        With more GPUs than key-value heads each GPU keeps one head, so that heads are stored several times.
        """
        return 2 * max(self.kv_heads, tensor_parallel) * self.head_dim

    @property
    def prefill_flops_per_pair(self) -> int:
        """Operations for one query token on one cached token while a prompt is read: QK^T and AV, 2 each."""
        return 4 * self.heads * self.head_dim

    @property
    def decode_flops_per_pair(self) -> int:
        """Operations for the same pair while an answer is written."""
        return self.prefill_flops_per_pair


@dataclass(frozen=True, slots=True)
class LatentAttention:
    """Multi-head latent attention (MLA, DeepSeek-V2, arXiv:2405.04434): the cache holds one compressed vector."""

    heads: int
    query_rank: int | None
    latent: int
    rope_dim: int
    nope_dim: int
    value_dim: int

    def linears(self, hidden: int, layers: int) -> Iterator[Linear]:
        """Yield the projections down to the latents, up to the heads, and out."""
        query = self.heads * (self.nope_dim + self.rope_dim)
        if self.query_rank is None:
            yield Linear("attention", query, hidden, layers)
        else:
            yield Linear("attention", self.query_rank, hidden, layers)
            yield Linear("attention", query, self.query_rank, layers)
        yield Linear("attention", self.latent + self.rope_dim, hidden, layers)
        yield Linear("attention", self.heads * (self.nope_dim + self.value_dim), self.latent, layers)
        yield Linear("attention", hidden, self.heads * self.value_dim, layers)

    @property
    def small_parameters(self) -> int:
        """The norms of the latents in one layer; there are no biases."""
        return self.latent + (self.query_rank or 0)

    def cached_values(self, tensor_parallel: int) -> int:
        """Return the numbers that one token takes in one layer's cache; each GPU of a replica keeps all of them."""
        return (self.latent + self.rope_dim) * tensor_parallel

    @property
    def prefill_flops_per_pair(self) -> int:
        """Operations for one pair while a prompt is read, with the keys and values unpacked."""
        return 2 * self.heads * (self.nope_dim + self.rope_dim + self.value_dim)

    @property
    def decode_flops_per_pair(self) -> int:
        """Operations for one pair while an answer is written, on the compressed vectors (weights absorbed)."""
        return 2 * self.heads * (2 * self.latent + self.rope_dim)


@dataclass(frozen=True, slots=True)
class Experts:
    """Mixture of experts: `active` of `total` run for each token, in `layers` layers."""

    total: int
    active: int
    layers: int


@dataclass(frozen=True, slots=True)
class ModelShape:
    """What of a model takes memory, bandwidth and arithmetic.

    windows           one entry a layer: the tokens that its attention looks back on, None for all of them
    other_parameters  never quantized, besides embeddings: norms, biases, a vision encoder if known
    context_limit     the most tokens that the model reads; None where the configuration does not state it
    source            where the configuration comes from
    """

    name: str
    hidden: int
    vocabulary: int
    tied_embeddings: bool
    attention: GroupedAttention | LatentAttention
    windows: tuple[int | None, ...]
    feed_forward: tuple[Linear, ...]
    experts: Experts | None
    other_parameters: int
    context_limit: int | None
    source: str

    @property
    def layers(self) -> int:
        """Number of transformer layers."""
        return len(self.windows)

    @property
    def linears(self) -> tuple[Linear, ...]:
        """Every matrix in the layers."""
        return (*self.attention.linears(self.hidden, self.layers), *self.feed_forward)

    @property
    def embedding_parameters(self) -> int:
        """One table of token vectors."""
        return self.vocabulary * self.hidden

    @property
    def embedding_tables(self) -> int:
        """Input embedding and output head, once when they are tied."""
        return 1 if self.tied_embeddings else 2

    @property
    def parameters(self) -> int:
        """All parameters."""
        layers = sum(linear.parameters for linear in self.linears)
        return layers + self.embedding_tables * self.embedding_parameters + self.other_parameters

    @property
    def active_parameters(self) -> int:
        """Parameters of the layers' matrices that run for one token; the output head not included."""
        return sum(round(linear.parameters * self.share_of_experts(linear, 1)) for linear in self.linears)

    def share_of_experts(self, linear: Linear, tokens: float) -> float:
        """Return the expected share of this matrix that a step over `tokens` tokens reads.

        Routing is assumed to be uniform and independent: 1 - (1 - active/total)^tokens. Real routing is more skewed, so
        that fewer experts are read.
        """
        if linear.part != "expert" or self.experts is None:
            return 1.0
        return float(1 - (1 - self.experts.active / self.experts.total) ** tokens)
