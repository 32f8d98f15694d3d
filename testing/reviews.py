"""What tests of the review queue read in place of an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from app.answer.types import Passage
from core.index import IndexView
from core.types import Chunk


class _Chunks:
    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._chunks = chunks

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        return [chunk for chunk in self._chunks if chunk.id in ids]


def index_with(*passages: Passage) -> IndexView:
    """Return an index that has the chunks of these passages and can be asked for nothing else."""
    return cast(IndexView, _Chunks([passage.chunk for passage in passages]))
