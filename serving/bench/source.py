"""GuideLLM with our requests: `python -m serving.bench.source SCENARIO`.

It is run by GuideLLM's Python, and not imported by ours. GuideLLM starts every rate of a sweep at the first row of its
data, so that each rate after the first would find all its prompts in the server's cache. `Prompts` gives each rate the
rows after those of the rate before. `Replay` gives recorded requests with their times and limits. Both replace
GuideLLM's own reader of JSON files, so that the report names nothing that GuideLLM does not know, and `guidellm export`
reads it.

GuideLLM writes its report when everything has been measured, and nothing when something fails or it is interrupted.
Here it then stops measuring and writes what is finished. The process ends with STOPPED, and the last line of its output
says why.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import guidellm.benchmark.entrypoints as entrypoints
from guidellm.backends.openai.request_handlers import ChatCompletionsRequestHandler, OpenAIRequestHandlerFactory
from guidellm.cli import cli
from guidellm.data.deserializers import DatasetDeserializer, DatasetDeserializerFactory
from guidellm.schemas.data.deserializers import FileDataArgs

from serving.bench.rows import INTERRUPTED, STOPPED, STOPPED_BECAUSE, nth_row, order

_LIMIT_COLUMN = "max_tokens"
"""A column of ours: a request's own limit of tokens. GuideLLM itself has one limit for all."""
_PATIENCE_SECONDS = 1.0
_stopped_because: list[str] = []


class Prompts:
    """Rows of one rate at a time: GuideLLM counts the rates with `set_epoch`.

    `first` is the row that the first rate begins with, `share` the number of rows of a rate, `answer_tokens` the length
    of every answer, or None.
    """

    info = None

    def __init__(self, file: Path, first: int, share: int, answer_tokens: int | None) -> None:
        self._prompts = [row["messages"] for row in _rows(file)]
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


class Replay:
    """Recorded requests, in the form of GuideLLM's traces: a conversation of one turn a row, with its time."""

    info = None
    column_names = ("conversation_turns",)

    def __init__(self, file: Path) -> None:
        self._rows = _rows(file)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self._rows:
            columns: dict[str, list[Any]] = {"raw_messages_column": [row["messages"]]}
            if row["answer_tokens"] is not None:
                columns["output_tokens_count_column"] = [row["answer_tokens"]]
            if row["max_tokens"] is not None:
                columns[_LIMIT_COLUMN] = [row["max_tokens"]]
            turn = {"node_id": "request", "columns": columns, "settings": {"relative_timestamp": row["seconds"]}}
            yield {"conversation_turns": json.dumps({"turns": [turn]})}


class RowsDeserializer(DatasetDeserializer):  # type: ignore[misc]
    """Opens the data set."""

    def __call__(
        self,
        config: FileDataArgs,
        processor_factory: Callable[[], Any],  # noqa: ARG002 - GuideLLM passes it by name
        random_seed: int,  # noqa: ARG002
    ) -> dict[str, Prompts | Replay]:
        """Return the data set under one of the names that GuideLLM looks for."""
        rows = Prompts(config.path, **config.load_kwargs) if config.load_kwargs else Replay(config.path)
        return {"train": rows}


class LimitedChat(ChatCompletionsRequestHandler):  # type: ignore[misc]
    """Chat requests with a limit of tokens of their own."""

    def format(self, data: Any, history: Any = None, **settings: Any) -> Any:
        """Return the arguments of a request."""
        (limit,) = data.columns.get(_LIMIT_COLUMN, [None])
        return super().format(data, history, **settings if limit is None else {**settings, "max_tokens": limit})


class StoppingBenchmarker(entrypoints.Benchmarker):  # type: ignore[misc]
    """Ends early where GuideLLM's fails or is interrupted, so that the report is written with what is finished."""

    async def run(self, *arguments: Any, **named: Any) -> AsyncIterator[Any]:
        """Yield the measured rates, up to an interrupt: GuideLLM may still yield the rate that it interrupts."""
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        # Not at once: a rate that has just ended, and was logged, is still on its way into the report.
        loop.add_signal_handler(signal.SIGINT, loop.call_later, _PATIENCE_SECONDS, _interrupt, task)
        try:
            async for measured in super().run(*arguments, **named):
                if _stopped_because:
                    return
                yield measured
        except asyncio.CancelledError:
            task.uncancel()
        except Exception as error:
            _stopped_because.append(f"{type(error).__name__}: {' '.join(str(error).split())}")
        finally:
            # The finished rates refer to this list, and a report with exceptions in it cannot be written.
            named["environment"].run_errors.clear()


def _interrupt(task: asyncio.Task[Any]) -> None:
    _stopped_because.append(INTERRUPTED)
    task.cancel()


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line.strip()]


def _run(scenario: str, *options: str) -> int:
    """Run a scenario; return the exit status."""
    DatasetDeserializerFactory.registry["json_file"] = RowsDeserializer
    entrypoints.Benchmarker = StoppingBenchmarker
    cli(["run", "--config", scenario, *options], standalone_mode=False)
    if _stopped_because:
        print(STOPPED_BECAUSE + _stopped_because[0], flush=True)
        return STOPPED
    return 0


# GuideLLM starts its workers as new processes, which import this module again and have to know the class too.
OpenAIRequestHandlerFactory.registry["/v1/chat/completions"] = LimitedChat

if __name__ == "__main__":
    sys.exit(_run(*sys.argv[1:]))
