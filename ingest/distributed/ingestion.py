"""Run ingestions on Ray, for the commands: see `ingest.process.Ingestion`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from core.index import Index, IndexStore, WritableIndex
from core.settings import Settings
from ingest.distributed.cluster import connected_ray
from ingest.engine import check_engine
from ingest.process import Workshop
from ingest.progress import ReportProgress
from ingest.report import IngestReport
from ingest.run import Stages, WriteChanged, ingest, rebuild
from ingest.sandbox import SandboxedParser
from ingest.sources import Source


class RayIngestion:
    """Ingestions whose documents are read, parsed, embedded and written by the workers of a Ray cluster.

    `stages` are the driver's own, for what it does itself: documents whose original has lost its content. The workers
    make theirs by the workshop.
    """

    def __init__(self, settings: Settings, workshop: Workshop, stages: Stages) -> None:
        check_engine("ray", settings)
        self._settings = settings
        self._workshop = workshop
        self._stages = stages

    def ingest(self, sources: Sequence[Source], index: Index, progress: ReportProgress) -> IngestReport:
        """See Ingestion."""
        with connected_ray(self._settings.ray_address) as processors:
            return ingest(sources, index, self._stages, progress, self._writer(index, processors))

    def rebuild(
        self, sources: Sequence[Source], store: IndexStore, progress: ReportProgress
    ) -> tuple[Index | None, IngestReport]:
        """See Ingestion."""
        with connected_ray(self._settings.ray_address) as processors:
            return rebuild(sources, store, self._stages, progress, lambda rebuilt: self._writer(rebuilt, processors))

    def close(self) -> None:
        """See Ingestion."""
        if isinstance(self._stages.parse, SandboxedParser):
            self._stages.parse.close()

    def _writer(self, index: WritableIndex, processors: int) -> WriteChanged:
        # These imports need Ray's own dependencies, and the connection has found Ray installed.
        from ingest.distributed.run import RayWriter
        from ingest.distributed.stages import Tools

        return RayWriter(Tools(self._workshop, _opener(index, self._settings)), processors)


def _opener(index: WritableIndex, settings: Settings) -> Callable[[], WritableIndex]:
    """Return how a worker opens the collection of this generation. The driver has checked its fingerprint."""
    from core.index.server.index import ServerIndex

    if not isinstance(index, ServerIndex) or settings.qdrant_url is None:
        raise TypeError(f"a run on Ray writes to a ServerIndex, not to a {type(index).__name__}")
    return partial(
        _open_collection, settings.qdrant_url, settings.qdrant_api_key, settings.qdrant_timeout_s, index.collection
    )


def _open_collection(url: str, api_key: str | None, timeout_s: float, collection: str) -> WritableIndex:
    from core.index.server.connection import connect
    from core.index.server.index import ServerIndex
    from core.settings import without_password

    return ServerIndex(connect(url, api_key, timeout_s), collection, without_password(url))
