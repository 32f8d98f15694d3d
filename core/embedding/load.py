"""Which embedder: one of the bundled ones, any sentence-transformers model, or an OpenAI-compatible server."""

from __future__ import annotations

from urllib.parse import urlsplit

from core.embedding.protocol import Embedder
from core.settings import BUNDLED_EMBEDDER, MULTILINGUAL_EMBEDDER, Settings


def load_embedder(settings: Settings, threads: int | None = None) -> Embedder:
    """Return the embedder that EMBEDDING_MODEL and EMBEDDING_BASE_URL name. Raises EmbeddingError.

    A model in this process computes in so many threads; None: one for each processor core.

    The default needs no network: its weights come with a package, and are loaded when they are first needed. A name of
    a hub model is fetched by sentence-transformers, because the user chose it.
    """
    if settings.embedding_base_url is not None:
        from core.embedding.remote import RemoteEmbedder

        return RemoteEmbedder.connect(settings.embedding_base_url, settings.embedding_model, _api_key(settings))
    if settings.embedding_model == BUNDLED_EMBEDDER:
        from core.embedding.bundled import bundled_embedder

        return bundled_embedder(threads)
    if settings.embedding_model == MULTILINGUAL_EMBEDDER:
        from core.embedding.multilingual import multilingual_embedder

        return multilingual_embedder(threads)
    from core.embedding.local import local_embedder

    return local_embedder(settings.embedding_model, threads)


def _api_key(settings: Settings) -> str | None:
    """Return EMBEDDING_API_KEY; LLM_API_KEY only where the same server answers both."""
    if settings.embedding_api_key is not None or settings.llm_base_url is None:
        return settings.embedding_api_key
    same = urlsplit(settings.llm_base_url)[:2] == urlsplit(settings.embedding_base_url or "")[:2]
    return settings.llm_api_key if same else None
