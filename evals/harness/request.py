"""What is asked of lm-eval: the tasks, the model's server, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from evals.cases.case import Split

Api: TypeAlias = Literal["chat", "completions"]
"""Which of the server's endpoints is asked. Tasks that choose among given answers need the probabilities of a text,
which only `completions` gives; it needs the model's tokenizer."""

OUR_TASK = "groundwork"
"""The name of the task with our cases."""


@dataclass(frozen=True, slots=True)
class HarnessRequest:
    """Run tasks against a server.

    url          the server's address, as in LLM_BASE_URL
    tokenizer    folder of the model's tokenizer, for `completions`; None: the server is asked
    limit        most questions of each task; None: all
    online       whether lm-eval may ask the Hugging Face hub for the data of standard tasks
    out          new folder for the run
    """

    tasks: tuple[str, ...]
    url: str
    model: str
    out: Path
    recipe: str = "default"
    split: Split | Literal["all"] = "test"
    api: Api = "chat"
    tokenizer: Path | None = None
    limit: int | None = None
    concurrency: int = 4
    online: bool = False


@dataclass(frozen=True, slots=True)
class Harness:
    """Where lm-eval runs: its Python, the variables of its process, and the folder that our packages are in."""

    python: Path
    variables: Mapping[str, str]
    packages: Path
