"""A distillation whose systems are stand-ins: a service that answers by the model's name, and parts without a model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.domain import Domain, load_domain
from core.prompts import Prompt
from core.settings import Settings
from core.types import Message
from evals.distill.run.parts import Parts, ReportProgress, ServedModel, Show
from evals.distill.run.request import DistillRunRequest
from evals.prompts import held_out_documents
from testing.handbook import PAGES, write_domain
from testing.serving.checkpoints import write_checkpoint

HELD_OUT = held_out_documents(sorted(PAGES))
QUOTES: Mapping[str, str] = {
    "leave/annual.md": "Every colleague has 25 days of annual leave a year.",
    "leave/sick.md": "A doctor's note is due on the third day.",
    "money/expenses.md": "Keep every receipt.",
    "security/laptops.md": "The desk erases the disk remotely.",
    "travel.txt": "Trains are booked in second class.",
}


class Killed(BaseException):
    """Ends a run in the middle of its work, as a signal does: no part catches it."""


@dataclass
class World:
    """The stand-ins, what they were asked, and where they stop.

    asked       the systems and questions that were answered
    done        the parts that were called, in order
    stop_after  after so many answers the run is killed; None: never
    stop_in     the part in which it is killed
    """

    domain_dir: Path
    data_dir: Path
    asked: list[tuple[str, str]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    budgets: list[float] = field(default_factory=list)
    stop_after: int | None = None
    stop_in: str = ""
    content_hash: str = "v1"

    @property
    def settings(self) -> Settings:
        """The settings of the own domain."""
        return Settings(data_dir=self.data_dir, domain_dir=self.domain_dir)

    def line(self, words: str) -> None:
        """Keep what is said."""
        self.said.append(words)

    @contextmanager
    def bar(self, label: str) -> Iterator[ReportProgress]:
        """Show nothing."""
        del label
        yield lambda done, total: None

    def parts(self) -> Parts:
        """Return the parts."""
        return Parts(
            self._check, self._connect, self._make_data, self._train, self._render, self._compress, self._serve
        )

    def _begin(self, part: str) -> None:
        self.done.append(part)
        if part == self.stop_in:
            raise Killed(part)

    def _check(self, request: DistillRunRequest) -> None:
        del request

    @asynccontextmanager
    async def _connect(self, settings: Settings) -> AsyncIterator[Service]:
        yield Service(self, load_domain(settings.domain_dir), settings.llm_model)

    def _make_data(
        self, settings: Settings, request: DistillRunRequest, file: Path, progress: ReportProgress
    ) -> dict[str, Any]:
        del settings, progress
        file.write_text(f"{request.seed}\n", encoding="utf-8")
        self._begin("data")
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        return {
            "sha256": sha256,
            "held_out": sorted(HELD_OUT),
            "by_kind": {"fact": 1},
            "candidates": 4,
            "dropped": {"leak: near": 3},
        }

    def _train(self, request: DistillRunRequest, file: Path, out: Path, seconds: float, show: Show) -> dict[str, Any]:
        del request, file, show
        self.budgets.append(seconds)
        self._begin("training")
        write_checkpoint(out)
        return {
            "method": "full",
            "steps": 3,
            "examples_seen": 24,
            "tokens_seen": 12_000,
            "tokens_a_second": 220.4,
            "peak_memory_bytes": 2_500_000_000,
            "losses": [[1, 0.65], [3, 0.3]],
            "stopped": "the budget is over",
            "points": [{"step": 0, "loss": 0.7, "cited": None}, {"step": 3, "loss": 0.3, "cited": 0.5}],
        }

    def _render(self, settings: Settings, recipe: str, model: str, progress: ReportProgress) -> list[Prompt]:
        del settings, recipe, progress
        turns = (Message("user", f"How, {model}?"),)
        return [Prompt("1", "case", "How?", turns, ("travel.txt",), None)] + [
            Prompt(name, "passage", "How?", turns, (name, "travel.txt"), None) for name in sorted(HELD_OUT)
        ]

    def _compress(
        self, model: Path, prompts: Path, out: Path, samples: int, progress: ReportProgress
    ) -> dict[str, Any]:
        del model, prompts, samples, progress
        self._begin("compression")
        write_checkpoint(out)
        return {"scheme": "w8a8"}

    @contextmanager
    def _serve(self, model: Path, name: str, log: Path) -> Iterator[ServedModel]:
        del model, log
        self._begin(f"serve {name}")
        yield ServedModel("http://localhost:1/v1", name)


class Service:
    """A service over the handbook: the student and the extractive answers are right, the base repeats itself."""

    def __init__(self, world: World, domain: Domain, model: str | None) -> None:
        """Answer as this model."""
        self._world = world
        self._domain = domain
        self._model = model

    async def get(self, path: str) -> dict[str, Any]:
        """Give the configuration, the documents or one of them."""
        if path == "/v1/configuration":
            return {
                "models": ["groundwork"],
                "documents": len(PAGES),
                "chunks": len(PAGES),
                "embedder": "none",
                "mode": "generated" if self._model else "extractive",
                "model": {"name": self._model},
                "recipes": {f"groundwork:{name}": recipe.sha256 for name, recipe in self._domain.recipes.items()},
            }
        if path == "/v1/documents":
            rows = [{"id": name, "content_hash": self._world.content_hash} for name in PAGES]
            return {"documents": rows, "next_cursor": None}
        return {"text": PAGES[path.removeprefix("/v1/documents/")]}

    async def post(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Find nothing."""
        del path, body, headers
        return {"hits": []}

    async def stream(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Answer a question, whose second word is the document."""
        del path, headers
        world, question = self._world, body["messages"][-1]["content"]
        if world.stop_after is not None and len(world.asked) >= world.stop_after:
            raise Killed(question)
        system = "extractive" if self._model is None else self._model
        world.asked.append((system, question))
        looping = self._model is not None and "distilled" not in self._model
        document = question.split()[1]
        about: dict[str, Any] = {
            "mode": "extractive" if self._model is None or looping else "generated",
            "kind": "answer",
            "refused": False,
            "degraded": looping,
            "degraded_reason": "looping" if looping else None,
            "citations": [
                {"index": 1, "document_id": document, "document_name": document, "section": None, "page": None,
                 "start": 0, "text": QUOTES[document]}
            ],
            "grounding": {"flags": []},
            "timings_ms": {},
            "withheld": [],
            "conflicts": [],
        }  # fmt: skip
        frame = {"id": "1", "created": 0, "model": "m"}
        content = f"{QUOTES[document]} [1]"
        yield {**frame, "choices": [{"delta": {"content": content}}], "groundwork": {"passages": []}}
        yield {**frame, "choices": [{"delta": {}, "finish_reason": "stop"}], "groundwork": about}
        yield {**frame, "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}


def make_world(folder: Path, times: int = 3) -> World:
    """Write a domain with questions about each page and return the stand-ins over it."""
    domain = write_domain(folder / "domain")
    write_cases(domain / "cases.jsonl", times)
    return World(domain, folder / "data")


def write_cases(file: Path, times: int) -> None:
    """Write so many questions about each page, all of the split `test`."""
    rows = [
        {
            "id": f"{document}-{number}",
            "question": f"About {document} what, {number}?",
            "kind": "answerable",
            "gold": [{"document_id": document, "quote": quote}],
            "split": "test",
        }
        for document, quote in QUOTES.items()
        for number in range(times)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
