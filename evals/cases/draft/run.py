"""Draft cases: `groundwork eval cases draft`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.answer.generated.llm.protocol import LLMClient
from evals.cases.case import Case, Split
from evals.cases.draft.draft import Draft
from evals.cases.draft.model import ReportProgress, draft_by_model
from evals.cases.draft.propose import draft_by_templates, read_sources, with_chunks
from evals.service import Connect


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """How many drafts to make, with which seed, and by which model; without one by templates.

    `known` are the cases that there are already: no question of theirs is proposed again, and drafts of their documents
    join their splits.
    """

    number: int
    seed: int
    known: tuple[Case, ...] = ()
    model: LLMClient | None = None


@dataclass(frozen=True, slots=True)
class Drafted:
    """The drafts, and what they came from.

    `skipped` are documents in a language without templates; `proposals` are the questions among which templates' drafts
    were chosen; `asked` are the passages that a model was given, and `dropped` its questions that were dropped, by
    reason.
    """

    drafts: tuple[Draft, ...]
    documents: int
    skipped: int = 0
    proposals: int = 0
    asked: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)

    @property
    def by_kind(self) -> Counter[str]:
        """Return the number of drafts of each kind."""
        return Counter(draft.case.kind for draft in self.drafts)

    @property
    def by_template(self) -> Counter[str]:
        """Return the number of drafts of each template; those of a model count as "model"."""
        return Counter(draft.origin.template or "model" for draft in self.drafts)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as JSON values."""
        return {
            "drafts": len(self.drafts),
            "by_kind": dict(self.by_kind),
            "by_template": dict(self.by_template),
            "documents": self.documents,
            "documents_with_drafts": len({draft.origin.document_id for draft in self.drafts}),
            "documents_without_templates": self.skipped,
            "proposals": self.proposals,
            "asked": self.asked,
            "dropped": dict(self.dropped),
        }


async def draft_cases(request: DraftRequest, connect: Connect, progress: ReportProgress) -> Drafted:
    """Draft cases from the documents of the service that `connect` opens.

    Raises ConfigurationError where nothing can be drafted, GenerationError where the model's server fails, IndexLocked
    and ServiceError.
    """
    async with connect() as client:
        sources = await read_sources(client)
        if request.model is None:
            found = draft_by_templates(sources, request.number, request.seed, request.known)
            drafted = Drafted(found.drafts, len(sources), found.skipped, found.proposals)
        else:
            written = await draft_by_model(sources, request.number, request.seed, request.model, progress)
            drafted = Drafted(written.drafts, len(sources), asked=written.asked, dropped=written.dropped)
        drafts = _in_known_splits(drafted.drafts, request.known)
        return replace(drafted, drafts=tuple(await with_chunks(drafts, client)))


def _in_known_splits(drafts: Sequence[Draft], known: Sequence[Case]) -> list[Draft]:
    """Return the drafts in the splits that the cases of their documents have already; of several, in the first's."""
    splits: dict[str, Split] = {}
    for case in known:
        for gold in case.gold:
            splits.setdefault(gold.document_id, case.split)
    return [
        replace(draft, case=replace(draft.case, split=splits.get(draft.origin.document_id, draft.case.split)))
        for draft in drafts
    ]
