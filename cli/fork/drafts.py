"""Read a new project's documents into its index, and draft questions from them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import GroundworkError
from core.settings import MULTILINGUAL_EMBEDDER, Settings, read_settings

FILE = "drafts.jsonl"
_NUMBER = 50
_SEED = 2026


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was read and drafted; `problem` says why nothing or no more was."""

    documents: int = 0
    failed: int = 0
    skipped: int = 0
    drafts: int = 0
    problem: str | None = None


def prepare(project: Path, domain: Path, *, english: bool) -> Prepared:
    """Ingest a domain's documents into the project's data directory, and write drafts into the domain's folder.

    The progress is shown on stderr.

    Only the project's own settings count, not the caller's environment. What fails here can be done later: it is
    returned, not raised, also where a person ends it with Ctrl-C. The first `make demo` finds the index.
    """
    from cli.client import connect
    from cli.console import shown_progress
    from cli.ingestion.run import Order, ingest_documents
    from evals.cases.draft.draft import write_drafts
    from evals.cases.draft.run import DraftRequest, draft_cases

    settings = _settings(project, domain, english=english)
    try:
        with shown_progress() as shown:
            report = ingest_documents(settings, Order(), shown.update)
        read = Prepared(report.created, len(report.failed), len(report.skipped))
        drafted = asyncio.run(
            draft_cases(DraftRequest(_NUMBER, _SEED), lambda: connect(settings, "groundwork new"), lambda *_: None)
        )
        if drafted.drafts:
            write_drafts(domain / FILE, drafted.drafts)
    except GroundworkError as error:
        return Prepared(problem=str(error))
    except KeyboardInterrupt:
        return Prepared(problem="interrupted. make demo reads the rest of the documents.")
    return replace(read, drafts=len(drafted.drafts))


def _settings(project: Path, domain: Path, *, english: bool) -> Settings:
    own = {"GROUNDWORK_DATA_DIR": str(project / ".groundwork"), "GROUNDWORK_DOMAIN": str(domain)}
    return read_settings(own if english else {**own, "EMBEDDING_MODEL": MULTILINGUAL_EMBEDDER})
