"""Readiness, through the whole application."""

from __future__ import annotations

from pathlib import Path

import httpx2

from app.api import create_app
from app.database.database import SQLITE_FILE
from app.service.service import Service
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
