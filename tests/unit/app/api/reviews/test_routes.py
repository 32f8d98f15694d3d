"""The review queue over HTTP: items are posted, shown and decided by administrators, and audited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.access.acts import latest_acts
from app.api import create_app
from app.reviews.cases import read_cases
from app.service.principals import ANONYMOUS, LOCAL, Principal, scope_of
from app.service.service import Service
from testing.review_items import CASE, EXAMPLE, PAIR
from testing.services import open_service

ITEMS = [{"source": "case", "case": CASE}, {"source": "pair", **PAIR}, {"source": "example", "example": EXAMPLE}]
RESTRICTED = '[[permissions]]\npath = "money"\ngroups = ["board"]\n'
Talk = Callable[[httpx2.AsyncClient], Awaitable[None]]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with open_service(tmp_path_factory.mktemp("reviews"), more=RESTRICTED) as opened:
        yield opened


def _talk(service: Service, talk: Talk, principal: Principal | None = None) -> None:
    async def connected() -> None:
        transport = httpx2.ASGITransport(app=create_app(service, principal))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
            await talk(http)

    asyncio.run(connected())


def test_items_are_posted_shown_and_decided_and_the_acts_are_audited(service: Service) -> None:
    async def talk(http: httpx2.AsyncClient) -> None:
        posted = (await http.post("/v1/reviews", json={"items": ITEMS})).json()
        assert (posted["added"], posted["known"]) == (3, 0)
        again = (await http.post("/v1/reviews", json={"items": ITEMS[:2]})).json()
        assert again == {"added": 0, "known": 2, "ids": posted["ids"][:2]}
        case_id, pair_id, example_id = posted["ids"]

        page = (await http.get("/v1/reviews", params={"source": "case"})).json()
        [case] = page["items"]
        assert (case["id"], case["decision"], page["open"]) == (case_id, None, 1)
        assert CASE.items() <= case["case"].items()
        assert case["case"]["history"] == []

        pair = (await http.get(f"/v1/reviews/{pair_id}")).json()
        assert (pair["a"]["model"], pair["b"]["model"], pair["decision"]) == (None, None, None)
        voted = (await http.put(f"/v1/reviews/{pair_id}/decision", json={"preferred": "b"})).json()
        assert (voted["decision"]["preferred"], voted["b"]["answer"]) == ("b", pair["b"]["answer"])
        assert {voted["a"]["model"], voted["b"]["model"]} == {"original", "compressed"}

        edited = {**CASE, "answer": "Every colleague has 25 days."}
        body = {"verdict": "accept", "edited": edited}
        accepted = (await http.put(f"/v1/reviews/{case_id}/decision", json=body)).json()
        assert accepted["decision"]["edited"]["answer"] == edited["answer"]
        assert read_cases(service.settings.data_dir / "cases.jsonl") == [edited]
        wrong = await http.put(f"/v1/reviews/{case_id}/decision", json={**body, "edited": {**edited, "gold": []}})
        assert (wrong.status_code, "edited" in wrong.json()["error"]["message"]) == (400, True)

        rejected = (await http.put(f"/v1/reviews/{example_id}/decision", json={"verdict": "reject"})).json()
        assert (rejected["example"], rejected["decision"]["verdict"]) == (EXAMPLE, "reject")
        done = (await http.get("/v1/reviews", params={"state": "done"})).json()
        assert [one["source"] for one in done["items"]] == ["example", "pair", "case"]
        assert done["open"] == 0

    _talk(service, talk)
    acts = [(act.action, act.target, act.status) for act in latest_acts(service.database, 6)]
    assert [action for action, _, _ in acts] == [*["reviews.decide"] * 4, *["reviews.add"] * 2]
    assert acts[-1] == ("reviews.add", "1 case, 1 example, 1 pair", 200)
    assert [status for _, _, status in acts] == [200, 400, 200, 200, 200, 200]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/reviews"), ("GET", "/v1/reviews/case-1"), ("PUT", "/v1/reviews/case-1/decision")],
)
def test_items_are_for_administrators(method: str, path: str) -> None:
    assert scope_of(method, path) == "manage"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"items": []}, "items: List should have at least 1 item"),
        ({"items": [{"source": "case", "case": {**CASE, "gold": []}}]}, "items.0.case.case: Value error, 'gold' has 0"),
        ({"items": [{"source": "answer"}]}, "items.0: Input tag 'answer'"),
    ],
)
def test_an_item_of_another_form_is_a_bad_request(service: Service, body: Any, said: str) -> None:
    async def talk(http: httpx2.AsyncClient) -> None:
        response = await http.post("/v1/reviews", json=body)
        assert response.status_code == 400
        assert response.json()["error"]["message"].startswith(said)

    _talk(service, talk)


def test_without_a_sign_in_items_of_those_who_read_restricted_documents_do_not_exist(service: Service) -> None:
    hidden: list[str] = []

    async def post(http: httpx2.AsyncClient) -> None:
        item = {"source": "example", "example": {"text": "canary of the board"}}
        hidden.extend((await http.post("/v1/reviews", json={"items": [item]})).json()["ids"])
        assert "canary" in (await http.get("/v1/reviews")).text

    async def read(http: httpx2.AsyncClient) -> None:
        assert "canary" not in (await http.get("/v1/reviews")).text
        answers = [
            await http.get(f"/v1/reviews/{hidden[0]}"),
            await http.put(f"/v1/reviews/{hidden[0]}/decision", json={"verdict": "accept"}),
        ]
        assert [answer.status_code for answer in answers] == [404, 404]

    _talk(service, post, LOCAL)
    _talk(service, read, ANONYMOUS)


def test_without_restricted_documents_everybody_sees_what_the_command_line_posts(tmp_path: Path) -> None:
    async def post(http: httpx2.AsyncClient) -> None:
        (await http.post("/v1/reviews", json={"items": ITEMS})).raise_for_status()

    async def read(http: httpx2.AsyncClient) -> None:
        assert len((await http.get("/v1/reviews")).json()["items"]) == 3

    with open_service(tmp_path) as service:
        _talk(service, post, LOCAL)
        _talk(service, read, ANONYMOUS)
