"""The tokens that all samples begin with, run through the model once instead of in every sample.

The prompts of a domain begin with the same instructions, a quarter of their tokens. A token sees only those before it,
so that what a layer makes of the instructions is the same in all samples. They are the first sample; of the others
only the rest runs, at its own positions, and its attention sees the keys and values of the instructions. GPTQ's
Hessians count the instructions once for each sample, as if all had been run whole.

Before it is used, one sample is run both ways. Where that differs (models with a state, or with other positions) or
fails, the samples run whole.

Not covered: samples that do not all begin alike, as with general text, or where one has lost its beginning.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

SHORTEST = 32
"""Fewer common tokens are not worth the larger masks."""
TOLERANCE = 0.05
"""The largest difference between both ways, relative to the states' length: bfloat16 rounds to 0.4%, in each layer."""


class Prefix:
    """The common tokens, and the keys and values that each attention made of them last. Length 0: none are shared."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        shortest = min(map(len, rows))
        same = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*rows, strict=False)))
        length = min(same, shortest - 1)
        self.length = length if len(rows) > 1 and length >= SHORTEST else 0
        self.samples = len(rows)
        self._kept: dict[Any, tuple[Any, Any]] = {}

    def split(self, rows: Sequence[Sequence[int]]) -> list[dict[str, Any]]:
        """Return the inputs of the model: the prefix, then the rest of each sample; without a prefix, the samples."""
        parts = [(rows[0][: self.length], 0)] if self.length else []
        parts += [(row[self.length :], self.length) for row in rows]
        return [_inputs(ids, start) for ids, start in parts]

    def weight(self, number: int) -> int:
        """Return how many samples the input of this number is a part of."""
        return self.samples if self.length and number == 0 else 1

    def extend(self, module: Any, start: int, key: Any, value: Any) -> tuple[Any, Any]:
        """Return the keys and values that the tokens from `start` on see; those of the prefix are kept."""
        from torch import cat

        if start == 0:
            self._kept[module] = (key, value)
            return key, value
        before = self._kept[module]
        return cat([before[0], key], dim=2), cat([before[1], value], dim=2)


def is_exact(model: Any, rows: Sequence[Sequence[int]], prefix: Prefix) -> bool:
    """Return whether the last layer has the same states of one sample both ways."""
    import torch

    whole = _inputs(rows[0], 0)
    first, rest = prefix.split(rows[:1])
    length, prefix.length = prefix.length, 0
    try:
        with torch.no_grad():
            expected = model.base_model(**whole, use_cache=False).last_hidden_state[:, length:]
            prefix.length = length
            model.base_model(**first, use_cache=False)
            found = model.base_model(**rest, use_cache=False).last_hidden_state
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        print(f"Samples run whole: {type(error).__name__}: {error}", file=sys.stderr)
        return False
    difference = float((found - expected).float().norm() / expected.float().norm())
    print(f"Of {length} common tokens the states differ by {difference:.2%}.", file=sys.stderr)
    return difference < TOLERANCE


def _inputs(ids: Sequence[int], start: int) -> dict[str, Any]:
    from torch import arange, ones_like, tensor

    tokens = tensor([list(ids)])
    return {
        "input_ids": tokens,
        "attention_mask": ones_like(tokens),
        "position_ids": arange(start, start + len(ids))[None],
    }
