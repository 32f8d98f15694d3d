"""An index of a public set's passages, made by the service's own ingestion, in a data directory of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from core.domain import load_domain
from core.embedding import load_embedder
from core.errors import ConfigurationError
from core.index import Bm25Encoder, open_store
from core.index.lock import lock_index
from core.index.open import embedded_root
from core.settings import Settings
from core.types import DocumentRecord
from evals.external.question_set import ExternalPassage
from ingest.parse import parse
from ingest.progress import Progress
from ingest.report import IngestReport
from ingest.run import Stages, fingerprint_of, ingest
from ingest.sources.readers import ReaderItem

ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of steps done and the number of all."""

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class PassageSource:
    """The passages of a set as a source: each is one document, of which the id is the passage's."""

    name: str
    passages: Sequence[ExternalPassage]

    @property
    def keeps_last(self) -> bool:
        """See Source."""
        return False

    def items(self) -> list[ReaderItem]:
        """Return the passages, ordered by id. One without a text has its title as its text."""
        ordered = sorted(self.passages, key=lambda passage: passage.id)
        return [ReaderItem(one.id, one.text or one.title, "plain", one.title or None, None) for one in ordered]

    def lists(self, _: str, /) -> bool:
        """See Source. Every run lists every passage."""
        return True

    def item(self, _: str, /) -> ReaderItem | None:
        """See Source."""
        return None


def settings_of_set(settings: Settings, data_dir: Path) -> Settings:
    """Return the settings with which a set is indexed and asked: the index in a folder of its own, and no database."""
    return replace(
        settings,
        data_dir=data_dir,
        models_dir=settings.models,
        qdrant_url=None,
        qdrant_api_key=None,
        database_url=None,
    )


def index_passages(settings: Settings, source: PassageSource, progress: ReportProgress) -> IngestReport:
    """Bring the index of these settings in line with the passages; what is in it already is not embedded again.

    Raises ConfigurationError for an index that has other documents, which would be found in place of the passages, and
    for a passage that cannot be indexed. Raises IndexLocked, IndexFault and EmbeddingError.
    """
    domain = load_domain(settings.domain_dir)
    embedder, sparse = load_embedder(settings), Bm25Encoder(domain.language)
    store = open_store(settings, fingerprint_of(embedder, sparse, domain.identity, domain.parsing))
    stages = Stages(partial(parse, settings=domain.parsing), embedder, sparse)

    def report_step(step: Progress) -> None:
        progress(step.done, step.total)

    with lock_index(embedded_root(settings), "groundwork eval external", None, domain.identity):
        index = store.open()
        try:
            _check_own(index.records(), source, settings)
            report = ingest([source], index, stages, report_step)
        finally:
            index.close()
    _check_all_indexed(report)
    return report


def _check_own(records: Iterable[DocumentRecord], source: PassageSource, settings: Settings) -> None:
    others = sorted({record.source for record in records} - {source.name})
    if others:
        raise ConfigurationError(
            f"The index in {settings.data_dir} has documents of '{others[0]}', which would be found in place of the "
            f"passages of '{source.name}'. Name another folder with --index."
        )


def _check_all_indexed(report: IngestReport) -> None:
    if report.failed:
        named = "; ".join(f"{one.path}: {one.reason}" for one in report.failed[:_MOST_NAMED])
        more = f"; and {len(report.failed) - _MOST_NAMED} more" if len(report.failed) > _MOST_NAMED else ""
        raise ConfigurationError(
            f"{len(report.failed)} passages cannot be indexed: {named}{more}. Correct or remove them, and their "
            "judgements."
        )
