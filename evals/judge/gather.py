"""Wait for many questions at once, and report the progress."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeAlias, TypeVar

ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of questions answered so far and the number of all questions."""
Item = TypeVar("Item")


async def gather_with_progress(waiting: Sequence[Coroutine[Any, Any, Item]], progress: ReportProgress) -> list[Item]:
    """Await all at once and return their results in order. The first error is raised, and cancels the others."""
    done = 0

    async def counted(one: Coroutine[Any, Any, Item]) -> Item:
        nonlocal done
        result = await one
        done += 1
        progress(done, len(waiting))
        return result

    progress(0, len(waiting))
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(counted(one)) for one in waiting]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return [task.result() for task in tasks]
