"""Vectors of the sentence units of a text, in one of two ways.

late        the mean of the unit's token vectors in the forward pass of its text, normalised ("late pooling"): it
            costs almost nothing, and the unit is read in its context. For models that average their token vectors,
            so that the vector of a question can be compared
separate    each unit is embedded as a text of its own: for every other model, and for servers
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, TypeAlias

import numpy as np

from core.text import Span
from core.types import Vectors

SentencePooling: TypeAlias = Literal["late", "separate"]
Spans: TypeAlias = Sequence[Span]
_TEXTS = 32
"""Texts that are embedded at once with their units, some 250 vectors."""


def embed_separately(
    embed: Callable[[Sequence[str]], Vectors],
    texts: Sequence[str],
    spans: Sequence[Spans],
    report: Callable[[int], None],
) -> tuple[Vectors, list[Vectors]]:
    """Return the vectors of the texts and of the units of each text, every one embedded by itself: see Embedder."""
    whole: list[Vectors] = []
    units: list[Vectors] = []
    for first in range(0, len(texts), _TEXTS):
        part = texts[first : first + _TEXTS]
        of_part = spans[first : first + _TEXTS]
        pieces = [text[slice(*span)] for text, found in zip(part, of_part, strict=True) for span in found]
        vectors = embed([*part, *pieces])
        whole.append(vectors[: len(part)])
        units += split_rows(vectors[len(part) :], of_part)
        report(len(part))
    return (np.concatenate(whole) if whole else embed([])), units


def token_spans(offsets: Sequence[Span], spans: Spans) -> list[Span]:
    """Return the range of the tokens of each span; (0, 0) where none of its tokens was read.

    `offsets` are those of the tokens in the text; a special token has an empty one.
    """
    real = [(position, start, end) for position, (start, end) in enumerate(offsets) if end > start]
    starts, ends = [start for _, start, _ in real], [end for _, _, end in real]
    found = ((bisect_right(ends, start), bisect_left(starts, end)) for start, end in spans)
    return [(real[first][0], real[last - 1][0] + 1) if last > first else (0, 0) for first, last in found]


def pool(rows: Vectors, spans: Spans) -> Vectors:
    """Return the normalised mean of the rows of each range, shape (len(spans), dimension); zeros for an empty range."""
    pooled = np.zeros((len(spans), rows.shape[1]), dtype=np.float32)
    for row, (start, end) in enumerate(spans):
        if end > start:
            # A sum and not a mean: normalising makes them the same.
            rows[start:end].sum(axis=0, out=pooled[row])
            pooled[row] /= np.linalg.norm(pooled[row])
    return pooled


def embed_unread(
    embed: Callable[[Sequence[str]], Vectors], texts: Sequence[str], spans: Sequence[Spans], units: Sequence[Vectors]
) -> None:
    """Embed by themselves the units that were not read, whose vectors are zeros: those beyond the model's limit."""
    unread = [
        (text, row) for text, vectors in enumerate(units) for row in np.flatnonzero(~vectors.any(axis=1)).tolist()
    ]
    if not unread:
        return
    vectors = embed([texts[text][slice(*spans[text][row])] for text, row in unread])
    for (text, row), vector in zip(unread, vectors, strict=True):
        units[text][row] = vector


def split_rows(rows: Vectors, spans: Sequence[Spans]) -> Iterator[Vectors]:
    """Yield the rows of each text, which has as many as spans."""
    position = 0
    for found in spans:
        yield rows[position : position + len(found)]
        position += len(found)
