"""The file of results while a run writes it: a line for each result as it comes, and in the order of the cases at last.

A process that is killed while it writes leaves a last line without its end. It is removed when the run is continued,
and its case is asked again.
"""

from __future__ import annotations

import fcntl
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from core.errors import ConfigurationError
from core.files import SHARED_FILE, replace_text
from evals.cases.case import Case
from evals.run.case_result import CaseResult
from evals.run.folder import RESULTS_FILE, read_results, result_line


class ResultsFile:
    """The results of a run by case id; of one process at a time, and a context manager."""

    def __init__(self, folder: Path) -> None:
        """Open the file of a run, which may be new. Raises ConfigurationError when it is in use or no such file."""
        self._path = folder / RESULTS_FILE
        try:
            self._file = self._path.open("a+b")
        except OSError as error:
            raise ConfigurationError(
                f"{self._path} cannot be written: {error.strerror}. Name a folder that may be written."
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._remove_torn_line()
            self._results = {result.case.id: result for result in read_results(self._path)}
        except BlockingIOError:
            self._file.close()
            raise ConfigurationError(
                f"Another process is writing {self._path}. Wait for its end, or stop it and try again."
            ) from None
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def results(self) -> Mapping[str, CaseResult]:
        """The results so far, by the id of the case."""
        return self._results

    def add(self, result: CaseResult) -> None:
        """Write a result, so that it outlives the process."""
        self._file.write(result_line(result).encode())
        self._file.flush()
        self._results[result.case.id] = result

    def in_order(self, cases: Sequence[Case]) -> tuple[CaseResult, ...]:
        """Write the file again in the order of the cases, all of which have a result; return the results."""
        ordered = tuple(self._results[case.id] for case in cases)
        if [result.case.id for result in ordered] != list(self._results):
            replace_text(self._path, "".join(map(result_line, ordered)), SHARED_FILE)
        return ordered

    def _remove_torn_line(self) -> None:
        content = self._path.read_bytes()
        self._file.truncate(content.rfind(b"\n") + 1)
