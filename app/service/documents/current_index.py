"""The current generation of the index in this process, or why there is none."""

from __future__ import annotations

from core.errors import FingerprintMismatch, GroundworkError, NotReady
from core.index import Index, IndexStore


class CurrentIndex:
    """The generation that answers. Any number of threads may ask.

    Requests that still read a generation that was replaced keep it alive until they end.
    """

    def __init__(self, store: IndexStore) -> None:
        self._store = store
        self._index: Index | None = None
        self._failure: GroundworkError | None = None

    @property
    def opened(self) -> Index:
        """The open generation. Raises what opening it raised, or NotReady while it is being opened."""
        if self._failure is not None:
            raise self._failure
        if self._index is None:
            raise NotReady(
                "The service is loading the embedder and the index. Try again in a few seconds.", code="starting"
            )
        return self._index

    @property
    def is_open(self) -> bool:
        """Whether a generation is open."""
        return self._index is not None

    @property
    def has_to_be_rebuilt(self) -> bool:
        """Whether it was made with another embedder, parser or chunker than is configured, and is not open."""
        return isinstance(self._failure, FingerprintMismatch)

    def replace(self, index: Index) -> None:
        """Answer from this generation from now on."""
        self._index, self._failure = index, None

    def fail(self, error: GroundworkError) -> None:
        """Answer with this error from now on."""
        self._failure = error

    def is_behind(self) -> bool:
        """Whether another process has made another generation the current one. Raises IndexFault."""
        if self._index is None:
            return self.has_to_be_rebuilt and self._store.exists()
        return self._store.exists() and not self._store.is_current(self._index)

    def close(self) -> None:
        """Close the generation, if one is open."""
        if self._index is not None:
            self._index.close()
            self._index = None
