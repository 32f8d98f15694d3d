from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from evals.cases.draft.draft import make_draft
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.queue import post_drafts, read_accepted
from tests.unit.evals.cases.draft.documents import source
from tests.unit.evals.cases.services import NoService

SOURCE = source("# Leave\n\nEverybody has 25 days.\n", id_="leave.md")
DRAFTS = [make_draft(Proposal(f"How many days has team {n}?", "amount", ((9, 31),)), SOURCE) for n in range(120)]


class Queue(NoService):
    """A review queue that pages its items."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self._pages = list(pages)
        self.posted: list[list[Any]] = []
        self.got: list[str] = []

    async def get(self, path: str) -> dict[str, Any]:
        self.got.append(path)
        return self._pages.pop(0)

    async def post(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        assert path == "/v1/reviews"
        self.posted.append(body["items"])
        return {"added": len(body["items"]) - 1, "known": 1}


def test_drafts_are_posted_as_lines_of_cases_a_hundred_at_once() -> None:
    queue = Queue()
    posted = asyncio.run(post_drafts(DRAFTS, queue))
    assert (posted.added, posted.known) == (118, 2)
    assert [len(items) for items in queue.posted] == [100, 20]
    first = queue.posted[0][0]
    assert first["source"] == "case"
    assert first["case"]["gold"] == [{"document_id": "leave.md", "quote": "Everybody has 25 days."}]


def test_accepted_cases_are_read_from_every_page_as_people_corrected_them() -> None:
    def item(name: str, verdict: str, edited: dict[str, Any] | None = None) -> dict[str, Any]:
        case = {"id": name, "question": "How many?", "kind": "unanswerable", "gold": [], "split": "dev"}
        return {
            "id": f"r-{name}",
            "case": case,
            "decision": {"verdict": verdict, "edited": edited and {**case, **edited}},
        }

    queue = Queue(
        {"items": [item("c", "accept"), item("b", "reject")], "next": "x/1"},
        {"items": [item("a", "accept", {"question": "How many days?"})], "next": None},
    )
    cases = asyncio.run(read_accepted(queue))
    assert [(case.id, case.question) for case in cases] == [("a", "How many days?"), ("c", "How many?")]
    assert queue.got[1] == "/v1/reviews?source=case&state=done&limit=100&cursor=x/1"
