"""Build passages without an index, and run coroutines."""

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
    """Return a passage that is its whole document."""
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
    """Return passages numbered from 1."""
    return [passage(number) for number in range(1, count + 1)]


def run(work: Coroutine[Any, Any, Item]) -> Item:
    """Run a coroutine to its end in a new event loop."""
    return asyncio.run(work)


async def collect(events: AsyncIterator[Item]) -> list[Item]:
    """Return everything that an asynchronous iterator gives."""
    return [event async for event in events]


async def fill(seen: list[Item], events: AsyncIterator[Item]) -> None:
    """Append everything that an asynchronous iterator gives to `seen`, which keeps it if the iterator fails."""
    async for event in events:
        seen += [event]
