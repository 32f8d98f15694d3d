"""What is asked for, validated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from serving.get.source import Source, name_of, parse_source


@dataclass(frozen=True, slots=True)
class GetRequest:
    """The model, and the folder that it is to have."""

    source: Source
    place: Path

    @property
    def name(self) -> str:
        """The name that the other commands accept: the folder's."""
        return self.place.name


def parse_request(text: str, out: Path | None, models: Path) -> GetRequest:
    """Read a name. `models` is the folder of the models, in which it gets its place unless `out` is one.

    Raises ConfigurationError for a name that means nothing.
    """
    source = parse_source(text)
    return GetRequest(source, out.absolute() if out is not None else models / name_of(source))
