"""Passages made by hand, where a test needs no index."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

from app.answer.types import Passage
from core.types import Chunk

Item = TypeVar("Item")


def passage(
    index: int,
    text: str = "Every colleague has 25 days.",
    *,
    name: str = "Annual leave",
    score: float = 0.9,
    lead: str = "",
) -> Passage:
    """A passage that is the whole of its document."""
    chunk = Chunk(
        document_id=f"page-{index}.md",
        document_name=name,
        source="team",
        content_hash=f"hash-{index}",
        ordinal=0,
        text=text,
        start=0,
        end=len(text),
        lead=lead,
    )
    return Passage(index, chunk, score)


def passages(count: int) -> list[Passage]:
    """Passages numbered from 1."""
    return [passage(number) for number in range(1, count + 1)]


def run(work: Coroutine[Any, Any, Item]) -> Item:
    """Run to the end in an event loop of its own."""
    return asyncio.run(work)


async def collect(events: AsyncIterator[Item]) -> list[Item]:
    """Everything that an iterator gives."""
    return [event async for event in events]


async def fill(seen: list[Item], events: AsyncIterator[Item]) -> None:
    """Everything that an iterator gives, kept even when it fails."""
    async for event in events:
        seen += [event]
