"""The pages of a domain's folder `portal/`, and the widget in them; through the whole application."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.api import create_app
from app.service.principals import is_public
from app.service.service import Service
from core.access import AccessSettings
from testing.passages import run
from testing.services import open_service

ORIGIN = "http://localhost:8000"
SITE = '[[sites]]\nname = "portal"\nkey = "portal-7f3a"\norigins = ["self"]\n'


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that asks for a key, with pages."""
    folder = tmp_path_factory.mktemp("portal")
    with open_service(folder, refuse_below=0.0, more=SITE, access=AccessSettings(mode="keys")) as service:
        pages = service.domain.folder / "portal"
        (pages / "help").mkdir(parents=True)
        for name in ("index.html", "portal.js", "portal.css", "help/index.html", ".draft.html"):
            (pages / name).write_text(f"the page {name}", encoding="utf-8")
        (pages / "link.html").symlink_to(service.domain.folder / "domain.toml")
        yield service


def send(service: Service, method: str, path: str, **options: Any) -> httpx2.Response:
    async def sent() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=create_app(service), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            return await client.request(method, path, **options)

    response: httpx2.Response = run(sent())
    return response


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("/portal/", "index.html", "text/html; charset=utf-8"),
        ("/portal/index.html", "index.html", "text/html; charset=utf-8"),
        ("/portal/help/", "help/index.html", "text/html; charset=utf-8"),
        ("/portal/portal.js", "portal.js", "text/javascript; charset=utf-8"),
        ("/portal/portal.css", "portal.css", "text/css; charset=utf-8"),
    ],
)
def test_everybody_may_read_the_pages_under_the_policy_of_the_service(
    opened: Service, path: str, name: str, kind: str
) -> None:
    answer = send(opened, "GET", path)
    assert (answer.status_code, answer.text) == (200, f"the page {name}")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (kind, "no-cache")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    assert send(opened, "GET", path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/portal", "/portal/help"])
def test_a_folder_without_its_slash_leads_to_its_page(opened: Service, path: str) -> None:
    answer = send(opened, "GET", path)
    assert (answer.status_code, answer.headers["location"]) == (307, f"{ORIGIN}{path}/")


@pytest.mark.parametrize(
    "path", [".draft.html", "link.html", "none.html", "..%2fdomain.toml", "%2e%2e/domain.toml", "%00", "x" * 5000]
)
def test_nothing_hidden_or_outside_of_the_folder_is_served(opened: Service, path: str) -> None:
    assert send(opened, "GET", f"/portal/{path}").status_code == 404


def test_pages_are_for_reading(opened: Service) -> None:
    assert send(opened, "POST", "/portal/", headers={"Origin": ORIGIN}).status_code in (401, 405)
    assert is_public("HEAD", "/portal/portal.js")
    assert not is_public("GET", "/portal2/portal.js")


def test_a_page_of_the_service_begins_a_session_and_asks(opened: Service) -> None:
    page = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
    begun = send(opened, "POST", "/v1/widget/session", headers=page, json={"site_key": "portal-7f3a"})
    assert begun.status_code == 200
    with_token = page | {"Authorization": f"Bearer {begun.json()['token']}"}
    found = send(opened, "POST", "/v1/search", headers=with_token, json={"query": "annual leave"})
    assert (found.status_code, bool(found.json()["hits"])) == (200, True)
    for headers in ({"Origin": "https://evil.example"}, {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}):
        stolen = with_token | {"Sec-Fetch-Site": "cross-site"} | headers
        assert send(opened, "POST", "/v1/search", headers=stolen, json={"query": "leave"}).status_code == 401
        refused = send(opened, "POST", "/v1/widget/session", headers=headers, json={"site_key": "portal-7f3a"})
        assert refused.status_code == 403


def test_without_the_folder_there_is_no_portal(tmp_path: Path) -> None:
    with open_service(tmp_path) as service:
        (service.domain.folder / "portal").mkdir()
        assert send(service, "GET", "/portal/").status_code == 404
