"""Threads for calls that may never return, such as those to a server that has stopped answering.

They end with the process, which never waits for them; those of `ThreadPoolExecutor` would keep it from ending.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
_Call: TypeAlias = tuple[Future[Any], Callable[[], Any]]


class DaemonThreads:
    """At most `most` threads, started with the first call. Calls wait in order until one is free."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._starting = threading.Lock()
        self._started = False

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Run a call in one of the threads. A call that is cancelled while it waits is not run."""
        with self._starting:
            if not self._started:
                self._started = True
                for number in range(self._most):
                    threading.Thread(target=self._work, name=f"{self._name} {number + 1}", daemon=True).start()
        result: Future[T] = Future()
        self._calls.put((result, call))
        return result

    def close(self) -> None:
        """End each thread when it is free; those that wait for a call are not waited for."""
        with self._starting:
            if self._started:
                for _ in range(self._most):
                    self._calls.put(None)

    def _work(self) -> None:
        while (waiting := self._calls.get()) is not None:
            result, call = waiting
            if not result.set_running_or_notify_cancel():
                continue
            try:
                result.set_result(call())
            except BaseException as error:
                # The caller gets it.
                result.set_exception(error)
