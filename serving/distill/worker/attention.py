"""Attention along the branches of a row: each segment attends to the segments above it and to itself.

No token of another branch is multiplied, and none is masked away: the work is that of the examples, with what they
share done once. A mask over the whole row would multiply all pairs of its tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any

from .tree import Row

NAME = "groundwork_branches"
_PLAIN = frozenset(
    {
        *("is_causal", "position_ids", "cache_position", "position_embeddings", "past_key_values", "use_cache"),
        *("output_attentions", "output_hidden_states", "return_dict", "logits_to_keep", "num_items_in_batch"),
        *("dropout", "scaling", "sliding_window"),
    }
)
"""Arguments that change nothing here; a window does where it is shorter than a path."""


class Branches:
    """The row that is computed now, and the masks that its segments share in all layers; without a row, plain SDPA."""

    def __init__(self) -> None:
        self._row: Row | None = None
        self._masks: list[Any] = []

    @contextmanager
    def along(self, row: Row, device: Any) -> Any:
        """Have the attention of the block follow the branches of a row."""
        self._row, self._masks = row, [_mask(row, place, device) for place in range(len(row.segments))]
        try:
            yield
        finally:
            self._row, self._masks = None, []

    def register(self) -> str:
        """Register the attention with transformers, and return the name that a model is loaded with."""
        from transformers import AttentionInterface, AttentionMaskInterface
        from transformers.integrations.sdpa_attention import sdpa_attention_forward
        from transformers.masking_utils import sdpa_mask

        def attention(module: Any, query: Any, key: Any, value: Any, mask: Any, **more: Any) -> tuple[Any, Any]:
            if self._row is None:
                output: tuple[Any, Any] = sdpa_attention_forward(module, query, key, value, mask, **more)
                return output
            _check(self._row, more)
            return attend(self._row, self._masks, (query, key, value), more.get("scaling")), None

        def mask(*arguments: Any, **more: Any) -> Any:
            return None if self._row is not None else sdpa_mask(*arguments, **more)

        AttentionInterface.register(NAME, attention)
        AttentionMaskInterface.register(NAME, mask)
        return NAME


def attend(row: Row, masks: Sequence[Any], states: tuple[Any, Any, Any], scaling: float | None) -> Any:
    """Return the output, (1, tokens, heads, size), for queries, keys and values of (1, heads, tokens, size)."""
    from torch import cat
    from torch.nn.functional import scaled_dot_product_attention

    # One split each: the gradient of a slice has the size of the row.
    query, key, value = (state.split([segment.length for segment in row.segments], dim=2) for state in states)
    grouped = states[0].shape[1] != states[1].shape[1]
    outputs = []
    for place, segment in enumerate(row.segments):
        path = (*segment.above, place)
        keys, values = (cat([state[part] for part in path], dim=2) for state in (key, value))
        output = scaled_dot_product_attention(
            query[place],
            keys,
            values,
            attn_mask=masks[place],
            is_causal=masks[place] is None,
            scale=scaling,
            enable_gqa=grouped,
        )
        outputs.append(output)
    return cat(outputs, dim=2).transpose(1, 2).contiguous()


def _mask(row: Row, place: int, device: Any) -> Any:
    """Return which keys of its path each token of a segment sees; None for a root, which needs no mask."""
    from torch import bool as boolean
    from torch import ones

    segment = row.segments[place]
    if not segment.above:
        return None
    before = sum(row.segments[part].length for part in segment.above)
    return ones(segment.length, before + segment.length, dtype=boolean, device=device).tril(diagonal=before)


def _check(row: Row, more: dict[str, Any]) -> None:
    """Raise ValueError for attention that is not plain: capped scores, sinks, a window shorter than a path."""
    given = {name for name, value in more.items() if value is not None} - _PLAIN
    window = more.get("sliding_window")
    if given or (window is not None and window <= max(row.positions)):
        raise ValueError(f"attention with {', '.join(sorted(given)) or f'a window of {window}'} cannot share prefixes")
