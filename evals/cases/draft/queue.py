"""Drafts in the service's review queue: post them, and read which ones people have accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from evals.cases.case import Case
from evals.cases.draft.draft import Draft
from evals.cases.read import read_case
from evals.cases.write import case_row
from evals.service import ServiceClient

_AT_ONCE = 100
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Posted:
    """How many drafts were new to the queue, and how many were in it already, open or decided."""

    added: int
    known: int


async def post_drafts(drafts: Sequence[Draft], client: ServiceClient) -> Posted:
    """Post drafts to the review queue. Raises ServiceError."""
    added = known = 0
    for start in range(0, len(drafts), _AT_ONCE):
        items = [{"source": "case", "case": case_row(draft.case)} for draft in drafts[start : start + _AT_ONCE]]
        answer = await client.post("/v1/reviews", {"items": items})
        added, known = added + answer["added"], known + answer["known"]
    return Posted(added, known)


async def read_accepted(client: ServiceClient) -> list[Case]:
    """Return the cases that people have accepted in the queue, as they corrected them, the oldest of the queue first.

    Raises ServiceError, and ConfigurationError for a case that cannot be evaluated.
    """
    cases: list[Case] = []
    cursor = ""
    while True:
        page = await client.get(f"/v1/reviews?source=case&state=done&limit={_PAGE}{cursor}")
        items = [item for item in page["items"] if item["decision"]["verdict"] == "accept"]
        cases += [read_case(f"the review {item['id']}", item["decision"]["edited"] or item["case"]) for item in items]
        if page["next"] is None:
            return cases[::-1]
        cursor = f"&cursor={quote(page['next'])}"
