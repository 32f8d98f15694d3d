"""Readiness and the pages, through the whole application."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2

from app.api import create_app
from app.database.database import SQLITE_FILE
from app.service.principals import scope_of, widget_principal
from app.service.service import Service
from core.sites import Site
from testing.passages import run
from testing.services import open_service


def _get(service: Service, path: str) -> httpx2.Response:
    async def send() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=create_app(service))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.get(path)

    return run(send())


def test_a_service_whose_database_does_not_answer_is_not_ready_until_it_does(tmp_path: Path) -> None:
    with open_service(tmp_path) as service:
        file = service.settings.data_dir / SQLITE_FILE
        file.write_text("no database " * 100, encoding="utf-8")
        unready = _get(service, "/ready")
        assert unready.status_code == 503
        assert SQLITE_FILE in unready.json()["reason"]
        file.unlink()
        assert _get(service, "/ready").json()["ready"] is True


def test_the_administration_is_one_file_without_inline_scripts(tmp_path: Path) -> None:
    with open_service(tmp_path) as service:
        page = _get(service, "/admin")
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["cache-control"] == "no-cache"
        assert "default-src 'self'" in page.headers["content-security-policy"]
        scripts = re.findall(r"<script[^>]*>([^<]*)", page.text)
        assert scripts == [""]


def test_a_session_of_the_widget_may_not_open_the_administration() -> None:
    assert not widget_principal(Site("portal", "portal-7f3a"), "s").may(scope_of("GET", "/admin"))


def test_the_jobs_of_a_service_that_has_ingested_nothing_are_an_empty_list(tmp_path: Path) -> None:
    with open_service(tmp_path) as service:
        assert _get(service, "/v1/ingest/jobs").json() == {"jobs": []}
