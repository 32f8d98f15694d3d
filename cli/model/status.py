"""The file in which `model get` and `model serve` say how far they are, for the app (LLM_STATUS_FILE)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from core.errors import ConfigurationError, GroundworkError
from core.model_status import ModelStatus, State, write_model_status

StatusFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--status", help="A file to keep up to date with how far it is: LLM_STATUS_FILE of the app."),
]


@dataclass(frozen=True, slots=True)
class Reports:
    """Lines of progress go to stderr, and into the file where there is one."""

    file: Path | None

    def line(self, text: str) -> None:
        """Report a line of progress."""
        typer.echo(text, err=True)
        self.write("loading", text)

    def write(self, state: State, detail: str) -> None:
        """Write the file. Raises ConfigurationError where it cannot be written."""
        if self.file is None:
            return
        try:
            write_model_status(self.file, ModelStatus(state, detail))
        except OSError as error:
            raise ConfigurationError(
                f"--status is {self.file}, which cannot be written: {error.strerror}. Name a file in a folder that "
                "this user may write to."
            ) from error


@contextmanager
def failure_reported(reports: Reports) -> Iterator[None]:
    """Write an error that ends a block into the file of the reports, and let it pass."""
    try:
        yield
    except GroundworkError as error:
        reports.write("failed", str(error))
        raise
