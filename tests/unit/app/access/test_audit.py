"""The audit log has every administrative act, newest first, and an act that it cannot take is in the process's log."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.access.acts import latest_acts, record
from app.access.audit import AuditLog, act_of
from app.database import Database
from app.database.database import sqlite_url
from app.service.principals import ANONYMOUS, key_principal

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = key_principal("a1", "portal", ["ingest"], frozenset())


def test_the_log_says_who_did_what_when_and_from_where(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    asyncio.run(
        AuditLog(lambda: database).add(act_of(KEY, NOW, "203.0.113.9", "documents.delete", "uploads/a.md", 200))
    )
    record(database, act_of(ANONYMOUS, NOW, "127.0.0.1", "documents.upload", "b.md", 202))
    newest, oldest = latest_acts(database, 10)
    assert (oldest.at, oldest.principal_kind, oldest.principal_id, oldest.principal_name) == (
        NOW,
        "key",
        "key:a1",
        "portal",
    )
    assert (oldest.address, oldest.action, oldest.target, oldest.status) == (
        "203.0.113.9",
        "documents.delete",
        "uploads/a.md",
        200,
    )
    assert (newest.principal_id, newest.action) == (None, "documents.upload")
    assert latest_acts(database, 1) == [newest]
    assert latest_acts(database, 10, before=newest.id) == [oldest]
    database.close()


def test_a_long_target_is_cut() -> None:
    assert len(act_of(KEY, NOW, "", "documents.upload", "x" * 10_000).target) == 501


def test_an_act_that_cannot_be_recorded_is_in_the_log_of_the_process_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[None] = []
    database = Database(sqlite_url(tmp_path / "missing"))
    log = AuditLog(lambda: database, lambda: failures.append(None))
    with caplog.at_level(logging.ERROR, "groundwork"):
        asyncio.run(log.add(act_of(KEY, NOW, "203.0.113.9", "documents.delete", "a\nb.md", 200)))
    assert failures == [None]
    assert "key:a1 from 203.0.113.9: documents.delete 'a\\nb.md' (200)" in caplog.text
    database.close()


def test_what_no_database_takes_does_not_keep_an_act_out_of_the_log(tmp_path: Path) -> None:
    act = act_of(KEY, NOW, "", "POST /v1/\0", "a\0b\ud800.md", 404)
    assert (act.action, act.target) == ("POST /v1/\ufffd", "a\ufffdb?.md")
