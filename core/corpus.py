"""The documents of an index as one hash: equal where the same documents with the same contents are in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable


def corpus_sha256(documents: Iterable[tuple[str, str]]) -> str:
    """Return the SHA-256 over the ids and content hashes of documents, whatever their order."""
    return hashlib.sha256(json.dumps(sorted(documents)).encode()).hexdigest()
