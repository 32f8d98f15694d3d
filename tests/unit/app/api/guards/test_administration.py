"""Who opens /admin without the right to: a browser gets the page, which offers the sign-in, and programs the error."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from app.access.keys import create_key
from app.api import create_app
from app.service.principals import Role
from app.service.service import Service
from core.access import AccessSettings
from testing.services import make_service

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = make_service(tmp_path_factory.mktemp("administration"), access=AccessSettings(mode="keys"))
    yield service
    service.close()


def bearer(service: Service, role: Role) -> dict[str, str]:
    made = create_key(service.database, role, [role], frozenset(), datetime.now(UTC))
    return {"Authorization": f"Bearer {made.text}"}


def get(service: Service, path: str, headers: dict[str, str], **more: Any) -> httpx2.Response:
    async def sent() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=create_app(service))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.get(path, headers=headers, **more)

    return asyncio.run(sent())


def test_a_browser_that_is_not_signed_in_gets_the_page_with_the_status_of_the_refusal(service: Service) -> None:
    refused = get(service, "/admin", BROWSER)
    assert (refused.status_code, refused.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert refused.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in refused.headers["content-security-policy"]
    admitted = get(service, "/admin", {**BROWSER, **bearer(service, "admin")})
    assert (admitted.status_code, admitted.text) == (200, refused.text)


def test_a_browser_without_the_role_gets_the_page_as_well(service: Service) -> None:
    refused = get(service, "/admin", {**BROWSER, **bearer(service, "ask")})
    assert (refused.status_code, "<groundwork-admin" in refused.text) == (403, True)


@pytest.mark.parametrize(
    ("path", "accept"), [("/admin", "*/*"), ("/admin", "application/json"), ("/v1/gaps", "text/html")]
)
def test_programs_and_other_addresses_get_the_error(service: Service, path: str, accept: str) -> None:
    refused = get(service, path, {"Accept": accept})
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "authentication_required")
