"""GuideLLM with our prompts: `python -m serving.bench.source SCENARIO`, run by GuideLLM's Python, not imported by ours.

GuideLLM starts every rate of a sweep at the first row of its data, so that each rate after the first would find all its
prompts in the server's cache. The data set here gives each rate the rows after those of the rate before. It replaces
GuideLLM's own reader of JSON files, so that the report names nothing that GuideLLM does not know, and `guidellm export`
reads it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from guidellm.cli import cli
from guidellm.data.deserializers import DatasetDeserializer, DatasetDeserializerFactory
from guidellm.schemas.data.deserializers import FileDataArgs

from serving.bench.rows import nth_row, order


class Prompts:
    """Rows of one rate at a time: GuideLLM counts the rates with `set_epoch`.

    `first` is the row that the first rate begins with, `share` the number of rows of a rate, `answer_tokens` the length
    of every answer, or None.
    """

    info = None

    def __init__(self, file: Path, first: int, share: int, answer_tokens: int | None) -> None:
        lines = file.read_text(encoding="utf-8").split("\n")
        self._prompts = [json.loads(line)["messages"] for line in lines if line.strip()]
        self._order = order(len(self._prompts))
        self._first, self._share, self._answer_tokens = first, share, answer_tokens
        self._rate = 0
        self.column_names = ["messages"] + ["output_tokens_count"] * (answer_tokens is not None)

    def set_epoch(self, epoch: int) -> None:
        """Go to the rows of a rate, counted from 0."""
        self._rate = epoch

    def __iter__(self) -> Iterator[dict[str, Any]]:
        first = self._first + self._rate * self._share
        for number in range(first, first + self._share):
            messages = nth_row(self._prompts, self._order, number)
            yield {"messages": messages, "output_tokens_count": self._answer_tokens}


class PromptsDeserializer(DatasetDeserializer):  # type: ignore[misc]
    """Opens the data set."""

    def __call__(
        self,
        config: FileDataArgs,
        processor_factory: Callable[[], Any],  # noqa: ARG002 - GuideLLM passes it by name
        random_seed: int,  # noqa: ARG002
    ) -> dict[str, Prompts]:
        """Return the data set under one of the names that GuideLLM looks for."""
        return {"train": Prompts(config.path, **config.load_kwargs)}


if __name__ == "__main__":
    DatasetDeserializerFactory.registry["json_file"] = PromptsDeserializer
    cli(["run", "--config", *sys.argv[1:]])
