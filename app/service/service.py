"""The running service: what the endpoints and the command line share."""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from app.access.access import Access
from app.access.audit import AuditLog
from app.answer.generated.llm.protocol import LLMClient, Tokenizer
from app.answer.generated.tokens import TokenCounter
from app.answer.pipeline import Answerer
from app.answer.retrieval.rerank import Reranker
from app.answers.record import AnswerRecord
from app.answers.recorder import Recorder
from app.experiments.assignment import Layout
from app.experiments.experiments import Experiments
from app.experiments.outcomes import Outcome
from app.experiments.state import State
from app.service.answer_cache import AnswerCache
from app.service.documents.jobs import Job
from app.service.documents.library import Library
from app.service.idempotency import Turns
from app.service.metrics import Metrics
from app.service.model import ServedModel
from app.service.rate_limits import Limiter, MemoryLimiter
from app.service.recipes import Recipes
from app.service.release import corpus_difference, model_difference, setting_differences, with_release
from app.service.widget.secret import widget_secret
from app.service.widget.sites import Sites
from core.domain import Domain
from core.embedding import Embedder
from core.errors import DatabaseFault, Forbidden, IndexFault, NotReady, Overloaded
from core.experiments import Experiment
from core.index import Bm25Encoder, IndexStore, IndexView
from core.index.lock import IndexLock
from core.permissions import EVERYTHING, Readers
from core.recipe import Recipe
from core.releases import Release
from core.settings import Settings
from core.tracing import NO_TRACER, Tracer
from ingest.process import Ingestion

if TYPE_CHECKING:
    from app.answers.delete import Retention
    from app.database import Database
    from app.reviews.enqueue import SpotChecks

_log = logging.getLogger("groundwork")
_OPENING_SECONDS = 0.5
_COMPARED_SECONDS = 60.0
"""For which a comparison of all documents with those of the release is kept. Chosen: it reads the whole index."""
_MODEL_SECONDS = 5.0
"""Between two looks whether the index is open, and whether the model is loaded."""


def _give_up(overload: Overloaded) -> None:
    raise overload


@dataclass(frozen=True, slots=True)
class _Compared:
    """In what the documents, of these counts, differed from those of the release; it holds until a moment."""

    size: tuple[int, int]
    until: float
    differences: tuple[str, ...]


class Service:
    """Everything that lives as long as the process: documents, model, recipes, sites, database and metrics.

    `lock` is the lock on the embedded index; None where the index is on a server. `tokenizer` is that of the model;
    without one prompts are sent as they are. The default recipe is that of the `release`, where one is promoted.
    """

    def __init__(
        self,
        settings: Settings,
        domain: Domain,
        embedder: Embedder,
        sparse: Bm25Encoder,
        store: IndexStore,
        ingestion: Ingestion,
        llm: LLMClient | None,
        lock: IndexLock | None = None,
        tokenizer: Tokenizer | None = None,
        reranker: Reranker | None = None,
        tracer: Tracer = NO_TRACER,
        release: Release | None = None,
        disconnect_model: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        own_recipe = domain.recipes["default"]
        domain = with_release(domain, release) if release is not None else domain
        self.settings = settings
        self.domain = domain
        self.release = release
        self.metrics = Metrics()
        self.tracer = tracer
        self.library = Library(settings, domain, embedder, sparse, store, ingestion, self.metrics, reranker, tracer)
        self.model = ServedModel(
            llm, settings.llm_base_url, domain.overload, self.metrics, tokenizer, _models(domain, own_recipe)
        )
        self._tokens = TokenCounter(tokenizer) if tokenizer is not None else None
        self._salt_secret = secrets.token_bytes(32)
        self.recipes = Recipes(domain.recipes, own_recipe if release is not None else None)
        self.answers = AnswerCache(settings.answer_cache_mb * 1_000_000, self.metrics)
        self.turns = Turns()
        self.recorder = Recorder(self._write_answers, self.metrics)
        limiter = _limiter(settings, self.metrics)
        self.sites = Sites(domain.sites, partial(widget_secret, settings), self.metrics, limiter)
        self.experiments = Experiments(domain.experiments, self._exchange_outcomes, self.metrics)
        self._disconnect_model = disconnect_model
        self._retention: Retention | None = None
        token = lock.holder.token if lock is not None else None
        audit = AuditLog(lambda: self.database, self.metrics.audit_failure)
        self.access = Access(settings, lambda: self.database, limiter, token, audit)
        self._lock = lock
        self._comparing = threading.Lock()
        self._compared: _Compared | None = None
        self.unfinished_jobs: list[Job] = []
        """The jobs that were queued or running when the service was closed."""

    def open(self) -> None:
        """Open the index and load the embedder. Blocks. Raises IndexFault or EmbeddingError.

        The database is opened by its first use: most commands have none for it.
        """
        self.library.open()

    def open_in_background(self, opened: Callable[[], None]) -> None:
        """Open in threads, and call `opened` after it; until then searches and answers raise NotReady.

        Raises ConfigurationError for a DATABASE_URL that cannot be used.
        """
        if self.settings.database_url is not None:
            _ = self.database
        threading.Thread(target=self._open_database, name="opening the database", daemon=True).start()
        self.library.open_in_background(opened)

    @cached_property
    def database(self) -> Database:
        """The database. Raises ConfigurationError for a DATABASE_URL that cannot be used."""
        # It takes half a second to import, which a command that keeps nothing need not spend.
        from app.database import open_database

        return open_database(self.settings)

    async def disconnect(self) -> None:
        """Close the connections of the event loop, to the model, the provider and Redis; `close` follows."""
        await self.access.close()
        if self._disconnect_model is not None:
            await self._disconnect_model()

    def close(self) -> None:
        """Cancel the jobs, close documents and database, export the last spans and release the lock."""
        self.recorder.close()
        self.unfinished_jobs = self.library.close()
        self.experiments.close()
        if self._retention is not None:
            self._retention.close()
        if "database" in self.__dict__:
            self.database.close()
        self.tracer.close()
        if self._lock is not None:
            self._lock.release()

    def backup(self) -> Iterator[bytes]:
        """Yield the bytes of a backup, while which no document is ingested. Blocks.

        Raises what `app.backup.back_up.backup` and `Library.unchanging` raise.
        """
        from app.backup.back_up import backup

        with self.library.unchanging() as (index, fingerprint):
            yield from backup(self.settings, index, fingerprint, self.database)

    def _open_database(self) -> None:
        """Bring the schema up to date, delete old answers from now on, and begin with the experiments.

        A database that does not answer keeps no answer from being given.
        """
        is_there = True
        try:
            self.database.upgrade()
        except DatabaseFault as error:
            is_there = False
            _log.error("%s Answers are given all the same, and are not kept until it answers.", error)
        from app.answers.delete import Retention, expire

        self._retention = Retention(partial(expire, self.database, self.domain.records.days))
        self._retention.start(at_once=is_there)
        self.experiments.open()

    def _exchange_outcomes(
        self, outcomes: Sequence[Outcome], running: Experiment | None, layout: Layout, now: datetime
    ) -> State:
        from app.experiments.records import exchange

        return exchange(self.database, outcomes, running, layout, now)

    def _write_answers(self, records: Sequence[AnswerRecord]) -> None:
        from app.answers.write import write_answers

        write_answers(self.database, records, keeps_text=self.domain.records.text, spot_checks=self._spot_checks)

    @cached_property
    def _spot_checks(self) -> SpotChecks:
        from app.reviews.enqueue import SpotChecks

        return SpotChecks(self.domain.records.review_share)

    def answerer(self, readers: Readers) -> Answerer:
        """Return the collaborators of an answer to one of these readers, and count it as sent to the model.

        Raises NotReady or IndexFault, and Overloaded when the model is too busy and the domain refuses then.
        """
        retriever = self.library.retriever(readers)
        overload = self.model.admit()
        llm = self.model.llm
        if llm is not None:
            llm = llm.with_cache_salt(partial(self._cache_salt, retriever.index))
        return Answerer(retriever, llm, self.domain.texts, overload, self.model.shed, self._tokens)

    def _cache_salt(self, index: IndexView) -> str:
        """Return a text that readers of the same documents have in common, and nobody can guess; "" for all of them."""
        if index.restriction is None:
            return ""
        groups = "\0".join(sorted(index.restriction))
        return hmac.digest(self._salt_secret, groups.encode(), "sha256").hex()

    def beside(self, answerer: Answerer) -> Answerer | None:
        """Return the collaborators of a second answer that nobody waits for; None where the model is too busy for it.

        It searches what `answerer` searches. The answer raises Overloaded where the model's server has too much to do.
        """
        return replace(answerer, overload=None, on_overload=_give_up) if self.model.admits_beside() else None

    def release_differences(self, model: str | None) -> list[str]:
        """Return in what this service differs from what was evaluated for its release. Blocks; [] without a release.

        `model` is the name of the model that answers by default; None while it is not known. Raises what reading the
        index raises.
        """
        if self.release is None:
            return []
        mode = "generated" if self.model.llm is not None else "extractive"
        return [
            *setting_differences(self.release, self.domain, mode, self.library.embedder.name),
            *model_difference(self.release, self.domain.recipes["default"].model or model),
            *self._corpus_differences(self.release),
        ]

    def _corpus_differences(self, release: Release) -> tuple[str, ...]:
        """Compare all documents with those of the release: again when their counts are others, or after a while."""
        size, now = self.library.size(EVERYTHING), time.monotonic()
        with self._comparing:
            compared = self._compared
            if compared is None or compared.size != size or now > compared.until:
                found = tuple(corpus_difference(release, self.library.documents(EVERYTHING)))
                compared = self._compared = _Compared(size, now + _COMPARED_SECONDS, found)
        return compared.differences

    async def watch_release(self) -> None:
        """Log in what the service differs from its release, once the index is open and the model is known."""
        logged: set[str] = set()
        while self.release is not None:
            state = await self.model.state()
            try:
                found = await asyncio.to_thread(self.release_differences, state.name)
            except NotReady:
                await asyncio.sleep(_OPENING_SECONDS)
                continue
            except IndexFault:
                # What is wrong with the index is logged where it is opened.
                return
            for difference in found:
                if difference not in logged:
                    _log.warning("%s", difference)
            logged.update(found)
            if state.reachable or not state.configured:
                return
            await asyncio.sleep(_MODEL_SECONDS)

    def authorize(self, token: str | None) -> None:
        """Check that the caller can read the data directory, where the token is. Raises Forbidden."""
        expected = self._lock.holder.token if self._lock is not None else None
        if expected is None or token is None or not secrets.compare_digest(expected.encode(), token.encode()):
            raise Forbidden(
                "Reading folders is for the command line on the same machine: groundwork ingest FOLDER. "
                "Over HTTP, send documents to POST /v1/documents.",
                code="forbidden",
            )


def _models(domain: Domain, *others: Recipe) -> dict[str, list[str]]:
    """Return the models that recipes and arms of experiments name, each with the names of these."""
    arms = (arm.recipe for experiment in domain.experiments for arm in experiment.arms)
    named: dict[str, list[str]] = {}
    for recipe in (*domain.recipes.values(), *arms, *others):
        if recipe.model and recipe.name not in named.setdefault(recipe.model, []):
            named[recipe.model].append(recipe.name)
    return named


def _limiter(settings: Settings, metrics: Metrics) -> Limiter:
    url = settings.access.redis_url
    if url is None:
        return MemoryLimiter()
    # The library and the client of Redis take time to import, which a service without Redis need not spend.
    from app.service.redis_limits import RedisLimiter

    return RedisLimiter(url, metrics.limits_failure)
