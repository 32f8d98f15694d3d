"""Texts become dense vectors. `load_embedder` chooses; the rest of the code knows only the protocol."""

from core.embedding.load import load_embedder
from core.embedding.protocol import Embedder

__all__ = ["Embedder", "load_embedder"]
