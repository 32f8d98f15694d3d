"""Drafts join the split of the cases that their documents have already."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from evals.cases.case import Case, Gold, Split
from evals.cases.draft.draft import split_of
from evals.cases.draft.run import DraftRequest, draft_cases
from tests.unit.evals.cases.services import NoService

TEXT = "# Leave\n\nEvery colleague has 25 days of annual leave a year.\n\nThe IT desk is open from 08:30 to 17:00.\n"


class OneDocument(NoService):
    """A service with one document, of which a search finds nothing."""

    async def get(self, path: str) -> dict[str, Any]:
        if path == "/v1/documents":
            return {"documents": [{"id": "leave.md", "same_as": None}], "next_cursor": None}
        return {"id": "leave.md", "name": "Leave", "text": TEXT, "format": "markdown"}

    async def post(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        del path, body, headers
        return {"hits": []}


@asynccontextmanager
async def connected() -> AsyncIterator[OneDocument]:
    yield OneDocument()


def splits(*known: Case) -> set[Split]:
    request = DraftRequest(10, 1, known)
    drafted = asyncio.run(draft_cases(request, connected, lambda done, total: None))
    assert len(drafted.drafts) > 1
    return {draft.case.split for draft in drafted.drafts}


def test_a_document_without_cases_has_the_split_of_its_id() -> None:
    elsewhere = Case("x", "Where?", "answerable", (Gold("other.md", "There."),), split="test")
    assert splits(elsewhere) == {split_of("leave.md")}


def test_drafts_of_a_document_with_cases_join_their_split() -> None:
    other: Split = "test" if split_of("leave.md") == "dev" else "dev"
    assert splits(Case("x", "How long?", "answerable", (Gold("leave.md", "25 days"),), split=other)) == {other}
