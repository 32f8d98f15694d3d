"""The parts of the product that the stages use, each behind a function; tests put others in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from core.prompts import Prompt
from core.settings import Settings
from evals.distill.run.request import DistillRunRequest
from evals.service import StreamingClient

ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of steps done and the number of all."""
ConnectHere: TypeAlias = Callable[[Settings], AbstractAsyncContextManager[StreamingClient]]
"""Open a service of these settings in this process, and a client of it."""


class Show(Protocol):
    """Says on a terminal what is done."""

    def line(self, words: str) -> None:
        """Say one thing."""
        ...

    def bar(self, label: str) -> AbstractContextManager[ReportProgress]:
        """Show progress for the length of a block."""
        ...


class MakeData(Protocol):
    """Writes the examples and their card."""

    def __call__(
        self, settings: Settings, request: DistillRunRequest, file: Path, progress: ReportProgress
    ) -> Mapping[str, Any]:
        """Return what the card says: counts by kind and by filter, held-out documents, SHA-256."""
        ...


class Train(Protocol):
    """Trains a student, or goes on with a training that was cut off."""

    def __call__(
        self, request: DistillRunRequest, file: Path, out: Path, seconds: float, show: Show
    ) -> Mapping[str, Any]:
        """Return the object of distillation.json. `seconds` are those of all starts together."""
        ...


class Compress(Protocol):
    """Compresses a student to w8a8."""

    def __call__(
        self, model: Path, prompts: Path, out: Path, samples: int, progress: ReportProgress
    ) -> Mapping[str, Any]:
        """Return the object of compression.json."""
        ...


class Render(Protocol):
    """Renders the prompts of the calibration, in none of which a held-out page is."""

    def __call__(self, settings: Settings, recipe: str, model: str, progress: ReportProgress) -> Sequence[Prompt]:
        """Return the prompts as a model of this name is given them."""
        ...


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that is served: the base URL of its OpenAI-compatible API, and its name there."""

    url: str
    name: str


class Serve(Protocol):
    """Serves a checkpoint under a name for the length of a block."""

    def __call__(self, model: Path, name: str, log: Path) -> AbstractContextManager[ServedModel]:
        """Give where it is, and its name."""
        ...


class CheckMachine(Protocol):
    """Checks what the stages need of this machine, before the first of them."""

    def __call__(self, request: DistillRunRequest) -> None:
        """Raise ServingError with the command that makes what is missing."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """All of them."""

    check: CheckMachine
    connect: ConnectHere
    make_data: MakeData
    train: Train
    render: Render
    compress: Compress
    serve: Serve
