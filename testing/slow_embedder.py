"""Make the embedder of another process: the one without a model, as slow as a test needs it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.types import Vectors
from testing.hash_embedder import HashEmbedder


class SlowEmbedder(HashEmbedder):
    """Needs a tenth of a second for 16 texts. Of a text that contains "bug" or "crash" it makes that."""

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        if any("bug" in text for text in texts):
            raise ZeroDivisionError("a secret of the inner workings")
        if any("crash" in text for text in texts):
            os._exit(7)
        for first in range(0, len(texts), 16):
            time.sleep(0.1)
            report(len(texts[first : first + 16]))
        return super().embed(texts)


def slow_embedder(threads: int) -> SlowEmbedder:
    assert threads >= 1
    return SlowEmbedder(64)
