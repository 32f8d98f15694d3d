"""With what a command ingests: the processors of this machine, or a Ray cluster (`ingest/distributed/`)."""

from __future__ import annotations

from typing import Literal, TypeAlias

from core.errors import ConfigurationError
from core.settings import Settings

Engine: TypeAlias = Literal["local", "ray"]


def check_engine(engine: Engine, settings: Settings) -> None:
    """Raise ConfigurationError for a run on Ray without a Qdrant server: its workers write side by side."""
    if engine == "ray" and settings.qdrant_url is None:
        raise ConfigurationError(
            "'--engine ray' writes from several processes, and the embedded index has one writer. Set QDRANT_URL to a "
            "Qdrant server or cluster (or give --qdrant-url), or use '--engine local'."
        )
