"""Build the service from the settings. Nothing is loaded or connected before `Service.open`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.answer.retrieval.rerank import connect_reranker
from app.service.release import promoted_release
from app.service.service import Service
from app.service.tracing import connect_tracer
from core.domain import Domain, load_domain
from core.embedding import Embedder, load_embedder
from core.embedding.remembered import RememberedEmbedder
from core.index import Bm25Encoder, open_store
from core.index.lock import lock_index
from core.index.open import embedded_root
from core.model_status import ModelStatus, read_model_status
from core.restoring import check_restored
from core.settings import Settings
from ingest.distributed.ingestion import RayIngestion
from ingest.engine import Engine
from ingest.parse import parse
from ingest.process import Ingestion, IngestionHere, IngestionProcess, Workshop
from ingest.run import Stages, fingerprint_of
from ingest.sandbox import SandboxedParser

if TYPE_CHECKING:
    from app.answer.generated.llm.openai import OpenAIClient


def build_service(
    settings: Settings,
    command: str,
    url: str | None = None,
    model_is_starting: Callable[[], bool] = lambda: False,
    engine: Engine = "local",
) -> Service:
    """Return the service of these settings, with the lock on the embedded index where there is one.

    `command` and `url` are published with the lock: who holds the index, and where that process takes requests. A
    service, which has a `url`, ingests in a process of its own; a command in this one, which answers no questions then,
    or by the `engine` "ray" on a Ray cluster.
    `model_is_starting` returns whether the model's server is still being started.

    Raises IndexLocked and ConfigurationError.
    """
    check_restored(settings.data_dir)
    domain = load_domain(settings.domain_dir)
    release = promoted_release(settings, domain)
    embedder = RememberedEmbedder(load_embedder(settings))
    sparse = Bm25Encoder(domain.language)
    llm = connect_llm(settings, model_is_starting)
    lock = None
    if settings.qdrant_url is None:
        lock = lock_index(embedded_root(settings), command, url, domain.identity)
    return Service(
        settings=settings,
        domain=domain,
        embedder=embedder,
        sparse=sparse,
        store=open_store(settings, fingerprint_of(embedder, sparse, domain.identity, domain.parsing)),
        ingestion=_ingestion(settings, domain, embedder, sparse, in_process=url is None, engine=engine),
        llm=llm,
        lock=lock,
        tokenizer=llm,
        reranker=connect_reranker(settings),
        tracer=connect_tracer(settings),
        release=release,
        disconnect_model=llm.close if llm is not None else None,
    )


def _ingestion(
    settings: Settings, domain: Domain, embedder: Embedder, sparse: Bm25Encoder, *, in_process: bool, engine: Engine
) -> Ingestion:
    parser = partial(parse, settings=domain.parsing)
    workshop = Workshop(
        partial(load_embedder, settings), domain.language, parser, settings.log_format, domain.permissions
    )
    if not in_process:
        return IngestionProcess(workshop)
    stages = Stages(SandboxedParser(parser), embedder, sparse, domain.permissions)
    return RayIngestion(settings, workshop, stages) if engine == "ray" else IngestionHere(stages)


def connect_llm(settings: Settings, is_starting: Callable[[], bool] = lambda: False) -> OpenAIClient | None:
    """Return the LLM client that the settings name; None without LLM_BASE_URL. Nothing is contacted yet."""
    if settings.llm_base_url is None:
        return None
    # The official client takes a second to import, which a service without a model need not spend.
    from app.answer.generated.llm.openai import OpenAIClient

    return OpenAIClient.connect(
        settings.llm_base_url,
        settings.llm_api_key,
        settings.llm_model,
        is_starting,
        settings.llm_timeout_s,
        partial(_status, settings.llm_status_file),
    )


def _status(file: Path | None) -> ModelStatus | None:
    return read_model_status(file) if file is not None else None
