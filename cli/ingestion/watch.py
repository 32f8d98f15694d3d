"""`groundwork ingest --watch`: run again whenever documents change, until Ctrl-C.

The folders of the sources are watched, and all of them are read again when the changes have paused. Between two runs
nobody holds the index: a service that was started meanwhile gets the next run. A run that fails is
reported and ends nothing; it is tried again after a while, and so is what cannot be watched: pages of the web, readers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from core.errors import ConfigurationError, GroundworkError

PAUSE_SECONDS = 1.0
"""Without another change before a run begins. Chosen: a program that saves a file often writes it in several steps."""
LONGEST_DELAY_SECONDS = 30.0
"""After the first change, also where changes never pause."""
AGAIN_SECONDS = 600.0
"""After a run, without any change. Chosen: a page of the web is asked for six times an hour."""
RETRY_SECONDS = 30.0
"""After a run that failed as a whole: the index was held, or its server was away."""
_READ_ONLY = ("opened", "closed_no_write")
"""Events of reading, which the runs cause themselves."""


class Changes(FileSystemEventHandler):
    """Notes that something has changed, and waits for it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._first: float | None = None
        self._last = 0.0

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note a change. Hidden files are no documents, and reading is no change."""
        names = (event.src_path, event.dest_path)
        if event.event_type in _READ_ONLY or all(_is_hidden(str(name)) for name in names if name):
            return
        with self._changed:
            self._last = self._clock()
            self._first = self._first if self._first is not None else self._last
            self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        """Return when changes have paused, or after so many seconds without any."""
        deadline = self._clock() + seconds
        with self._changed:
            while (left := self._left(deadline)) > 0:
                self._changed.wait(left)
            self._first = None

    def _left(self, deadline: float) -> float:
        if self._first is None:
            return deadline - self._clock()
        return min(self._last + PAUSE_SECONDS, self._first + LONGEST_DELAY_SECONDS) - self._clock()


def watch(folders: Callable[[], Sequence[Path]], run: Callable[[], object]) -> None:
    """Call `run` now and after every change below the folders, until KeyboardInterrupt.

    `folders` is asked after each run: a source may have been added. Raises ConfigurationError of the first run.
    """
    changes, watched, has_run = Changes(), folders(), False
    while True:
        with _watched(watched, changes):
            try:
                run()
                watched, wait = folders(), AGAIN_SECONDS
            except (GroundworkError, OSError) as error:
                if not has_run and isinstance(error, ConfigurationError):
                    raise
                typer.echo(f"groundwork: {error}", err=True)
                wait = RETRY_SECONDS
            has_run = True
            changes.wait(wait)


@contextmanager
def _watched(folders: Sequence[Path], changes: Changes) -> Iterator[None]:
    observer = Observer()
    for folder in folders:
        if folder.exists():
            # Of a file its folder: a program that saves it may put another in its place.
            observer.schedule(changes, str(folder if folder.is_dir() else folder.parent), recursive=folder.is_dir())
    try:
        observer.start()
    except OSError as error:
        raise ConfigurationError(
            f"The folders cannot be watched: {error.strerror or error}. Raise the system's limit "
            "(fs.inotify.max_user_watches), or run groundwork ingest without --watch now and then."
        ) from error
    try:
        yield
    finally:
        observer.stop()
        observer.join()


def _is_hidden(path: str) -> bool:
    return Path(path).name.startswith(".")
