"""From documents to gold questions on a real service: drafts, the review queue, the file of cases, and its check."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.reviews.cases import add_cases
from app.reviews.decide import decide_review
from app.reviews.review import Decision
from cli.client import connect_here
from core.settings import Settings
from evals.cases.check.run import Checked, check_cases
from evals.cases.draft.queue import post_drafts, read_accepted
from evals.cases.draft.run import Drafted, DraftRequest, draft_cases
from evals.cases.read import load_cases
from evals.cases.write import case_row
from evals.quotes import contains_quote
from evals.service import StreamingClient
from testing.handbook import PAGES


def test_drafts_that_people_accept_in_the_queue_become_cases_that_pass_the_check(
    settings: Settings, tmp_path: Path
) -> None:
    drafted, checked, first = asyncio.run(_through_the_queue(settings, tmp_path / "cases.jsonl"))
    assert {"answerable", "follow_up"} <= set(drafted.by_kind)
    for draft in drafted.drafts:
        if draft.case.gold:
            gold = draft.case.gold[0]
            assert contains_quote(PAGES[gold.document_id], gold.quote)
            assert draft.origin.chunk_id is not None
    accepted = load_cases(tmp_path / "cases.jsonl")
    assert {case.question for case in accepted} == {first, "May I ask in other words?"}
    assert not [finding for finding in checked.findings if finding.severity == "error"]


async def _through_the_queue(settings: Settings, file: Path) -> tuple[Drafted, Checked, str]:
    """Draft, post, accept the two that are shown first, the second one as edited, and reject the others."""
    async with connect_here(settings, "a test") as (client, service):

        @asynccontextmanager
        async def connect() -> AsyncIterator[StreamingClient]:
            yield client

        drafted = await draft_cases(DraftRequest(8, seed=1), connect, lambda done, total: None)
        posted = await post_drafts(drafted.drafts, client)
        assert (posted.added, (await post_drafts(drafted.drafts, client)).known) == (len(drafted.drafts),) * 2
        items = (await client.get("/v1/reviews?source=case&limit=100"))["items"]
        standalone = sorted((one for one in items if one["case"]["gold"]), key=lambda one: one["case"]["kind"])
        edited = {**standalone[1]["case"], "question": "May I ask in other words?"}
        decisions = {
            standalone[0]["id"]: Decision("accept"),
            standalone[1]["id"]: Decision("accept", edited=json.loads(json.dumps(edited))),
        }
        for item in (*standalone[:2], *(one for one in items if one["id"] not in decisions)):
            decision = decisions.get(item["id"], Decision("reject"))
            decide_review(service.database, item["id"], decision, settings.data_dir / "cases.jsonl")
        accepted = await read_accepted(client)
        add_cases(file, [case_row(case) for case in accepted])
        return drafted, await check_cases(file, connect, None), standalone[0]["case"]["question"]
