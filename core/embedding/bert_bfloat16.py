"""The forward pass of a small BERT in torch, in bfloat16, for processors that compute it natively.

Texts are packed one after the other, without padding, as in `core/embedding/bert.py`: only the attention looks at one
text at a time. The vectors of the tokens come back in float32, so that they are averaged in it: a mean in bfloat16
loses what a layer in bfloat16 does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.embedding.bert import EPSILON, HEADS, layer_count
from core.types import Vectors

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class _Layer:
    """Weights and biases of attention and feed-forward. `projections` gives queries, keys and values side by side."""

    projections: tuple[Tensor, Tensor]
    attended: tuple[Tensor, Tensor]
    attention_norm: tuple[Tensor, Tensor]
    up: tuple[Tensor, Tensor]
    down: tuple[Tensor, Tensor]
    output_norm: tuple[Tensor, Tensor]


class BertBfloat16:
    """The model in memory. It may be called from several threads, and each uses one.

    torch is limited to one thread in this process: several products side by side are faster than one in several
    threads.
    """

    def __init__(self, tensors: Mapping[str, Any]) -> None:
        import torch

        torch.set_num_threads(1)
        self._words = _tensor(tensors["embeddings.word_embeddings.weight"])
        self._positions = _tensor(
            tensors["embeddings.position_embeddings.weight"] + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _pair(tensors, "embeddings.LayerNorm")
        self._layers = [_layer(tensors, f"encoder.layer.{number}") for number in range(layer_count(tensors))]

    def __call__(self, tokenized: Sequence[Sequence[int]]) -> Vectors:
        """Return the vectors of all tokens of the texts, one text after the other: (tokens, dimension)."""
        import torch
        from torch.nn.functional import gelu, linear

        lengths = [len(ids) for ids in tokenized]
        with torch.inference_mode():
            rows = self._words[torch.from_numpy(np.concatenate(tokenized))]
            rows = _normalised(rows.add_(torch.cat([self._positions[:length] for length in lengths])), self._norm)
            for layer in self._layers:
                attended = linear(_attend(linear(rows, *layer.projections), lengths), *layer.attended)
                rows = _normalised(attended.add_(rows), layer.attention_norm)
                hidden = linear(gelu(linear(rows, *layer.up)), *layer.down)
                rows = _normalised(hidden.add_(rows), layer.output_norm)
            vectors: Vectors = rows.float().numpy()
        return vectors


def _normalised(rows: Tensor, norm: tuple[Tensor, Tensor]) -> Tensor:
    from torch.nn.functional import layer_norm

    return layer_norm(rows, rows.shape[1:], *norm, eps=EPSILON)


def _attend(projected: Tensor, lengths: Sequence[int]) -> Tensor:
    """Return the attention of the tokens of each text to one another. Rows hold query, key and value."""
    from torch.nn.functional import scaled_dot_product_attention

    width = projected.shape[1] // 3
    attended = projected.new_empty((len(projected), width))
    start = 0
    for length in lengths:
        of_text = projected[start : start + length].view(length, 3, HEADS, width // HEADS)
        query, key, value = of_text.permute(1, 2, 0, 3).unsqueeze(1)
        heads = scaled_dot_product_attention(query, key, value)
        attended[start : start + length] = heads[0].transpose(0, 1).reshape(length, width)
        start += length
    return attended


def _layer(tensors: Mapping[str, Any], name: str) -> _Layer:
    query, key, value = (f"{name}.attention.self.{part}" for part in ("query", "key", "value"))
    return _Layer(
        projections=(
            _tensor(np.concatenate([tensors[f"{part}.weight"] for part in (query, key, value)])),
            _tensor(np.concatenate([tensors[f"{part}.bias"] for part in (query, key, value)])),
        ),
        attended=_pair(tensors, f"{name}.attention.output.dense"),
        attention_norm=_pair(tensors, f"{name}.attention.output.LayerNorm"),
        up=_pair(tensors, f"{name}.intermediate.dense"),
        down=_pair(tensors, f"{name}.output.dense"),
        output_norm=_pair(tensors, f"{name}.output.LayerNorm"),
    )


def _pair(tensors: Mapping[str, Any], name: str) -> tuple[Tensor, Tensor]:
    return _tensor(tensors[f"{name}.weight"]), _tensor(tensors[f"{name}.bias"])


def _tensor(values: Any) -> Tensor:
    """Return a copy in bfloat16."""
    import torch

    return torch.tensor(values, dtype=torch.bfloat16)
