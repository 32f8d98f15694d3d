"""What the guards do for keys and users, through the whole application: limits, the audit log, and faults."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from app.access.acts import latest_acts
from app.access.keys import create_key
from app.api import create_app
from app.service.principals import Role
from app.service.service import Service
from core.access import AccessSettings
from testing.services import make_service

GROUND = {"answer": "Yes.", "contexts": ["Yes."]}


@pytest.fixture
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    access = AccessSettings(mode="keys", caller_per_minute=3, address_per_minute=5)
    service = make_service(tmp_path_factory.mktemp("access"), access=access)
    yield service
    service.close()


def key(service: Service, name: str, role: Role = "ask") -> dict[str, str]:
    made = create_key(service.database, name, [role], frozenset(), datetime.now(UTC))
    return {"Authorization": f"Bearer {made.text}"}


def send(service: Service, *requests: tuple[str, str, dict[str, Any]], address: str = "203.0.113.9") -> list[int]:
    """The statuses of some requests from one address."""

    async def sent() -> list[int]:
        transport = httpx2.ASGITransport(app=create_app(service), client=(address, 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return [(await http.request(method, path, **more)).status_code for method, path, more in requests]

    return asyncio.run(sent())


def test_a_key_and_an_address_have_their_limits(service: Service) -> None:
    one, two = key(service, "one"), key(service, "two")
    asked = [("POST", "/v1/ground", {"json": GROUND, "headers": headers}) for headers in (one, one, one, one, two, two)]
    assert send(service, *asked) == [200, 200, 200, 429, 200, 200]
    assert send(service, asked[4]) == [429]
    assert send(service, asked[4], address="203.0.113.10") == [200]
    counted = service.metrics.exposition().decode()
    assert 'groundwork_rate_limited_total{limit="caller",site=""} 1.0' in counted
    assert 'groundwork_rate_limited_total{limit="address",site=""} 1.0' in counted


def test_what_a_page_or_a_monitor_asks_for_again_and_again_is_not_limited(service: Service) -> None:
    headers = key(service, "watching", "admin")
    jobs = [("GET", "/v1/ingest/jobs/none", {"headers": headers})] * 10
    metrics = [("GET", "/metrics", {"headers": headers})] * 10
    assert send(service, *jobs, *metrics) == [404] * 10 + [200] * 10


def test_administrative_acts_are_recorded_and_reading_is_not(service: Service) -> None:
    headers = key(service, "asking")
    send(
        service,
        ("DELETE", "/v1/documents/uploads/a.md", {"headers": headers}),
        ("GET", "/v1/documents/uploads/a.md", {"headers": headers}),
        ("POST", "/v1/anything", {"headers": headers}),
    )
    acts = latest_acts(service.database, 10)
    assert [(act.action, act.principal_name, act.address, act.status) for act in acts] == [
        ("POST /v1/anything", "asking", "203.0.113.9", 403),
        ("DELETE /v1/documents/uploads/a.md", "asking", "203.0.113.9", 403),
    ]


def test_strangers_cannot_fill_the_audit_log(service: Service) -> None:
    wrong = {"Authorization": "Bearer gwk_wrong"}
    cookie = {"Cookie": "groundwork-session=made-up"}
    send(
        service,
        ("POST", "/v1/anything", {}),
        ("DELETE", "/v1/documents/uploads/a.md", {"headers": wrong}),
        ("POST", "/v1/sign-out", {"headers": cookie}),
        ("POST", "/v1/sign-out", {}),
    )
    assert latest_acts(service.database, 10) == []


def test_a_caller_without_a_key_reads_whether_the_service_is_ready_and_nothing_else(service: Service) -> None:
    async def asked() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=create_app(service))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.get("/ready")

    answer = asyncio.run(asked())
    assert (answer.status_code, answer.json()) == (503, {"ready": False})


def test_a_database_that_does_not_answer_is_not_described_to_strangers(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.access, "_database", lambda: _Broken())

    async def asked() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=create_app(service))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.post("/v1/search", json={}, headers={"Authorization": "Bearer gwk_" + "0" * 55})

    answer = asyncio.run(asked())
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.json()["error"]["message"] == "The database does not answer now. Ask again later."


class _Broken:
    async def run(self, work: Any) -> None:
        from core.errors import DatabaseFault

        raise DatabaseFault("The database at postgresql://***@db.internal/groundwork failed.")
