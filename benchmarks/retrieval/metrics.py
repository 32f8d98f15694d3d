"""The figures of retrieved characters: one number for each question.

Recall and intersection over union of characters are those of Chroma's "Evaluating Chunking Strategies": what is
retrieved twice counts twice in the union. The figures of ranked files are the product's (`evals/external/ranking.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

FileSpan = tuple[str, int, int]
"""A file, and half-open offsets of its characters."""


def span_recall(retrieved: Sequence[FileSpan], gold: Sequence[FileSpan]) -> float:
    """Return the share of the gold characters that are retrieved."""
    return _shared(retrieved, gold) / _length(_merged(gold))


def span_iou(retrieved: Sequence[FileSpan], gold: Sequence[FileSpan]) -> float:
    """Return the intersection over the union of characters."""
    both = _shared(retrieved, gold)
    return both / (_length(retrieved) + _length(_merged(gold)) - both)


def _shared(some: Sequence[FileSpan], others: Sequence[FileSpan]) -> int:
    """Return how many characters are in both."""
    return sum(
        max(0, min(end, other_end) - max(start, other_start))
        for file, start, end in _merged(some)
        for other, other_start, other_end in _merged(others)
        if other == file
    )


def _merged(spans: Sequence[FileSpan]) -> list[FileSpan]:
    """Return disjoint spans with the same characters."""
    merged: list[FileSpan] = []
    for file, start, end in sorted(spans):
        if merged and merged[-1][0] == file and start <= merged[-1][2]:
            merged[-1] = (file, merged[-1][1], max(end, merged[-1][2]))
        else:
            merged.append((file, start, end))
    return merged


def _length(spans: Iterable[FileSpan]) -> int:
    return sum(end - start for _, start, end in spans)
