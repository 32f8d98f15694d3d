"""The index: chunks, found by meaning and by words, and the record of every document.

Two backends with one schema: Qdrant Edge in this process (the default) and a Qdrant server.
"""

from core.index.fingerprint import Fingerprint
from core.index.open import open_store
from core.index.protocol import Generations, Index, IndexStore, IndexView, WritableIndex
from core.index.sparse import Bm25Encoder

__all__ = [
    "Bm25Encoder",
    "Fingerprint",
    "Generations",
    "Index",
    "IndexStore",
    "IndexView",
    "WritableIndex",
    "open_store",
]
