"""Which embedder: the bundled one, any sentence-transformers model, or an OpenAI-compatible server."""

from __future__ import annotations

from core.embedding.protocol import Embedder
from core.settings import BUNDLED_EMBEDDER, Settings


def load_embedder(settings: Settings) -> Embedder:
    """Load what EMBEDDING_MODEL and EMBEDDING_BASE_URL name.

    The default needs no network: its weights come with a package. A name of a hub model is fetched by
    sentence-transformers, because the user chose it. Raises EmbeddingError.
    """
    if settings.embedding_base_url is not None:
        from core.embedding.remote import RemoteEmbedder

        return RemoteEmbedder.connect(settings.embedding_base_url, settings.embedding_model, settings.llm_api_key)
    from core.embedding.local import bundled_embedder, local_embedder

    if settings.embedding_model == BUNDLED_EMBEDDER:
        return bundled_embedder()
    return local_embedder(settings.embedding_model)
