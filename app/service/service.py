"""The running service: what the endpoints and the command line share."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.answer.llm.protocol import LLMClient
from app.answer.pipeline import Answerer
from app.answer.retrieve import Retriever
from app.service.jobs import Jobs
from app.service.load import Load, watch
from app.service.metrics import Metrics
from core.domain import Domain
from core.embedding import Embedder
from core.errors import Conflict, Forbidden, GenerationError, GroundworkError, NotFound, NotReady, Overloaded
from core.index import Bm25Encoder, Index, IndexStore
from core.index.lock import IndexLock
from core.recipe import Recipe
from core.settings import Settings
from core.types import Document, DocumentRecord
from ingest.known_sources import choose_sources, record_paths, uploads_folder
from ingest.parse import parse
from ingest.report import IngestReport
from ingest.run import ReportProgress, Stages, ingest, rebuild
from ingest.sources import UPLOADS, uploads_source

MODEL_ID = "groundwork"
_MODEL_STATE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ModelState:
    """Whether the language model answers. It is reported; readiness does not depend on it."""

    configured: bool
    reachable: bool
    name: str | None = None
    error: str | None = None


class Service:
    """Everything that lives as long as the process. `open` blocks while the model and the index are loaded."""

    def __init__(
        self,
        settings: Settings,
        domain: Domain,
        embedder: Embedder,
        sparse: Bm25Encoder,
        store: IndexStore,
        llm: LLMClient | None,
        held: IndexLock | None = None,
    ) -> None:
        self.settings = settings
        self.domain = domain
        self.embedder = embedder
        self.metrics = Metrics()
        self.jobs = Jobs()
        self.llm = llm
        self._load = Load()
        self._sparse = sparse
        self._store = store
        self._held = held
        self._index: Index | None = None
        self._failure: GroundworkError | None = None
        self._model_state: tuple[float, ModelState] | None = None

    # Life

    def open(self) -> None:
        """Open the index and load the embedder. Raises IndexFault or EmbeddingError."""
        index = self._store.open()
        self.embedder.embed(["warm"])
        self._index = index
        self._measure()

    def open_index(self) -> None:
        """Open the index alone: an ingestion that finds nothing new needs no embedder. Raises IndexFault."""
        self._index = self._store.open()

    def open_in_background(self, opened: Callable[[], None]) -> None:
        """The same in a thread, and `opened` after it; until it is done, `index` raises NotReady."""

        def run() -> None:
            try:
                self.open()
            except GroundworkError as error:
                self._failure = error
            opened()

        threading.Thread(target=run, name="opening", daemon=True).start()

    def close(self) -> None:
        """End the jobs, close the index and give it back."""
        self.jobs.close()
        if self._index is not None:
            self._index.close()
            self._index = None
        if self._held is not None:
            self._held.release()

    # State

    @property
    def index(self) -> Index:
        """The current generation. Raises what opening it raised, or NotReady while it is being opened."""
        if self._failure is not None:
            raise self._failure
        if self._index is None:
            raise NotReady(
                "The service is loading the embedder and the index. Try again in a few seconds.", code="starting"
            )
        return self._index

    @property
    def recipes(self) -> Mapping[str, Recipe]:
        """The domain's recipes by name."""
        return self.domain.recipes

    def recipe(self, model: str | None) -> Recipe:
        """The recipe that a model id names: `groundwork`, `groundwork:<recipe>`, or nothing. Raises NotFound."""
        if model is None or model == MODEL_ID:
            return self.recipes["default"]
        name = model.removeprefix(f"{MODEL_ID}:")
        if name == model or name not in self.recipes:
            known = ", ".join(self.model_ids())
            raise NotFound(f"There is no model '{model}'. Models: {known}.", code="model_not_found")
        return self.recipes[name]

    def model_ids(self) -> list[str]:
        """What `/v1/models` lists."""
        return [MODEL_ID, *(f"{MODEL_ID}:{name}" for name in self.recipes if name != "default")]

    def retriever(self) -> Retriever:
        """The collaborators of a search."""
        return Retriever(self.index, self.embedder, self._sparse)

    def answerer(self) -> Answerer:
        """The collaborators of an answer. Raises Overloaded when the model is too busy and the domain refuses then."""
        return Answerer(self.retriever(), self.llm, self.domain.refusal, self._is_overloaded(), self._shed)

    def _is_overloaded(self) -> bool:
        if self.llm is None:
            return False
        try:
            self._load.admit(self.domain.overload)
        except Overloaded as busy:
            self._shed(busy)
            return True
        return False

    def _shed(self, busy: Overloaded) -> None:
        """Count it. Raises it where the domain refuses then."""
        self.metrics.shed(self.domain.overload.answer)
        if self.domain.overload.answer == "refuse":
            raise busy

    async def watch_load(self) -> None:
        """Follow the model's load until cancelled; returns at once without a model."""
        if self.settings.llm_base_url is not None:
            await watch(self._load, self.settings.llm_base_url, self.metrics.expected)

    async def model_state(self) -> ModelState:
        """Whether the language model answers; asked at most every few seconds."""
        if self.llm is None:
            return ModelState(configured=False, reachable=False)
        now = time.monotonic()
        if self._model_state is None or now - self._model_state[0] > _MODEL_STATE_SECONDS:
            try:
                state = ModelState(configured=True, reachable=True, name=await self.llm.model())
            except GenerationError as error:
                state = ModelState(configured=True, reachable=False, error=str(error))
            self._model_state = (now, state)
        return self._model_state[1]

    def describe_index(self) -> dict[str, int]:
        """Numbers of documents and chunks."""
        records = self.documents()
        return {"documents": len(records), "chunks": sum(record.chunks for record in records)}

    # Documents

    def documents(self) -> list[DocumentRecord]:
        """Every document whose chunks are all written."""
        return [record for record in self.index.records() if record.complete]

    def document(self, document_id: str) -> Document:
        """The parsed document. Raises NotFound."""
        found = self.index.document(document_id)
        if found is None:
            raise NotFound(f"There is no document '{document_id}'.", code="document_not_found")
        return found

    def delete_document(self, document_id: str) -> None:
        """Remove an uploaded document. Raises NotFound, or Conflict for one that the next run would bring back."""
        record = next((record for record in self.documents() if record.id == document_id), None)
        if record is None:
            raise NotFound(f"There is no document '{document_id}'.", code="document_not_found")
        if record.source != UPLOADS:
            raise Conflict(
                f"'{document_id}' comes from the source {record.source}, and the next run would bring it back. "
                "Remove the file there and run: groundwork ingest",
                code="document_has_a_source",
            )
        with self.jobs.writing:
            (uploads_folder(self.settings) / document_id.removeprefix(f"{UPLOADS}/")).unlink(missing_ok=True)
            self.index.remove_document(document_id)
            self.index.settle()
            self._measure()

    # Ingestion

    def authorize(self, token: str | None) -> None:
        """Only who can read the data directory may make the service read folders. Raises Forbidden."""
        expected = self._held.holder.token if self._held is not None else None
        if expected is None or token is None or not secrets.compare_digest(expected.encode(), token.encode()):
            raise Forbidden(
                "Reading folders is for the command line on the same machine: groundwork ingest FOLDER. "
                "Over HTTP, send documents to POST /v1/documents.",
                code="forbidden",
            )

    def run_ingestion(self, paths: list[Path], *, rebuilding: bool, progress: ReportProgress) -> IngestReport:
        """Read the paths (or all that was read before) into the index, or into a new generation of it."""
        sources = choose_sources(self.settings, self.domain, paths)
        stages = Stages(parse, self.embedder, self._sparse)
        if rebuilding:
            rebuilt, report = rebuild(sources, self._store, stages, progress)
            if rebuilt is not None:
                # Whoever still answers from the old generation keeps it alive until then.
                self._index, self._failure = rebuilt, None
        else:
            report = ingest(sources, self.index, stages, progress)
        if report.exit_code != 1:
            record_paths(self.settings, sources, forget_others=rebuilding)
        self.metrics.ingestion(report)
        self._measure()
        return report

    def ingest_uploads(self, progress: ReportProgress) -> IngestReport:
        """Read the folder of uploads."""
        stages = Stages(parse, self.embedder, self._sparse)
        report = ingest([uploads_source(uploads_folder(self.settings))], self.index, stages, progress)
        self.metrics.ingestion(report)
        self._measure()
        return report

    def _measure(self) -> None:
        if self._index is not None:
            self.metrics.index(**self.describe_index())

    # Page

    def configuration(self, model: ModelState) -> dict[str, Any]:
        """What `/v1/configuration` answers: nothing that is secret."""
        domain = self.domain
        return {
            "domain": {
                "name": domain.name,
                "title": domain.title,
                "tagline": domain.tagline,
                "language": domain.language,
                "suggestions": list(domain.suggestions),
            },
            "models": self.model_ids(),
            "mode": "generated" if self.llm is not None else "extractive",
            "model": {"configured": model.configured, "reachable": model.reachable, "name": model.name},
            "embedder": self.embedder.name,
            **self.describe_index(),
        }
