"""A backup of a real service comes back whole, on either kind of index and database, or nothing is changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.access.acts import record
from app.access.audit import Act
from app.access.tables import AuditRow
from app.backup.archive import (
    CHECKSUMS,
    HEADER,
    Header,
    member_of,
    read_header,
    read_members,
    write_archive,
)
from app.backup.restore import restore
from app.database import Database, open_database
from app.service.bootstrap import build_service
from app.service.principals import LOCAL
from app.service.service import Service
from core.errors import BackupFault, Conflict, DatabaseFault, DiskFull, IndexLocked
from core.permissions import EVERYTHING
from core.settings import Settings
from testing.backups import fill_every_table, rows_of
from testing.builders import REPOSITORY, query_of
from testing.handbook import ignore_progress, write_domain
from testing.postgres import Postgres
from testing.qdrant_http import running_qdrant

QUESTIONS = (
    "How many days of annual leave does a colleague of the team have, and when is the claim due?",
    "Report the lost laptop to a manager by the hour, and keep every receipt of the month",
)
"""Words of all pages: no two have the same similarity, by which an engine would order them as it likes."""


@dataclass(frozen=True)
class Made:
    """A backup, the settings of what it was made of, and what that answers, keeps and has."""

    file: Path
    settings: Settings
    state: dict[str, Any]


@contextmanager
def opened(settings: Settings) -> Iterator[Service]:
    service = build_service(settings, "a test")
    try:
        service.open()
        yield service
    finally:
        service.close()


def hits(service: Service) -> list[list[tuple[Any, ...]]]:
    retriever = service.library.retriever(EVERYTHING)
    found = []
    for question in QUESTIONS:
        query = replace(query_of(question), dense=service.library.embedder.embed([question])[0])
        ranked = [(hit.chunk, hit.fused, hit.similarity, hit.matched) for hit in retriever.index.search(query, 10)]
        assert len({similarity for _, _, similarity, _ in ranked}) == len(ranked) >= 6
        found.append(ranked)
    return found


def state_of(settings: Settings) -> dict[str, Any]:
    """What has to be the same after a restore."""
    with opened(settings) as service:
        rows = rows_of(service.database)
        rows.pop("database/audit_log-000001.jsonl")
        return {
            "hits": hits(service),
            "records": service.library.documents(EVERYTHING),
            "texts": [service.library.document(one.id, EVERYTHING) for one in service.library.documents(EVERYTHING)],
            "words": service.library.index.visible_to(EVERYTHING).similar_words("colleage", 5),
            "rows": rows,
            "files": files_of(settings),
        }


def files_of(settings: Settings) -> dict[str, bytes]:
    """The contents of the files of the data directory that are neither the index's nor the database's."""
    kept = ("uploads", "releases", "widget-secret")
    return {
        path.relative_to(settings.data_dir).as_posix(): path.read_bytes()
        for path in sorted(settings.data_dir.rglob("*"))
        if path.is_file() and path.relative_to(settings.data_dir).parts[0] in kept
    }


def fill(settings: Settings) -> None:
    """Ingest the handbook and an upload, write a row into every table, and make the other files of a data directory."""
    with opened(settings) as service:
        service.library.ingest([], rebuilding=False, progress=ignore_progress)
        uploaded = service.library.upload(
            [("Notes ü.md", BytesIO("# Notes\n\nThe café opens at noon.\n".encode()))], replacing=False, by=LOCAL
        )
        while service.library.job(uploaded.job_id, LOCAL).status != "done":
            pass
        fill_every_table(service.database)
    (settings.data_dir / "releases").mkdir()
    (settings.data_dir / "releases" / "0a.json").write_bytes(bytes(range(256)))
    (settings.data_dir / "widget-secret").write_text("s" * 64)


def write_backup(settings: Settings, file: Path) -> None:
    with opened(settings) as service:
        file.write_bytes(b"".join(service.backup()))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, embedding_url: str) -> Made:
    folder = tmp_path_factory.mktemp("backup")
    settings = Settings(
        data_dir=folder / "data",
        domain_dir=write_domain(folder / "team"),
        embedding_base_url=embedding_url,
        embedding_model="hash",
    )
    fill(settings)
    write_backup(settings, folder / "backup.tar")
    return Made(folder / "backup.tar", settings, state_of(settings))


@pytest.fixture
def empty(made: Made, tmp_path: Path) -> Settings:
    return replace(made.settings, data_dir=tmp_path / "data")


def test_a_backup_comes_back_into_an_empty_place(made: Made, empty: Settings) -> None:
    restored = restore(made.file, empty, force=False)

    assert state_of(empty) == made.state
    assert restored.header.documents == 6
    assert sum(restored.rows.values()) == len(made.state["rows"]) + 1
    assert {*made.state["files"], "sources.json"} == set(restored.files)
    assert len(made.state["files"]) == 3
    assert [path.name for path in empty.data_dir.iterdir() if path.name.startswith("restor")] == []
    assert (empty.data_dir / "widget-secret").stat().st_mode & 0o777 == 0o600


def test_it_comes_back_from_one_kind_to_the_other_and_back(
    made: Made, empty: Settings, tmp_path: Path, postgres: Postgres
) -> None:
    with running_qdrant(tmp_path / "qdrant") as qdrant:
        servers = replace(empty, qdrant_url=qdrant.url, database_url=postgres.create())
        restore(made.file, servers, force=False)
        assert state_of(servers) == made.state
        write_backup(servers, tmp_path / "servers.tar")
        header = read_header(tmp_path / "servers.tar")
        assert (header.index, header.database) == ("server", "postgresql")

        with opened(servers) as service, opened(servers) as other:
            blocks = service.backup()
            next(blocks)
            other.library.index.remove_document("travel.txt")
            with pytest.raises(BackupFault, match="Documents were written while the backup read the index"):
                b"".join(blocks)

        # New rows get numbers behind those that were restored.
        database = Database(str(servers.database_url))
        record(database, Act(datetime.now(UTC), "local", "local", None, "", "a test", "", 0))
        with database.reading() as session:
            numbers = session.execute(select(AuditRow.id).order_by(AuditRow.id)).scalars().all()
        database.close()
        assert numbers == [7, 8]

    back = replace(empty, data_dir=tmp_path / "back")
    restore(tmp_path / "servers.tar", back, force=False)
    assert state_of(back) == made.state


def test_what_is_there_is_replaced_only_when_it_is_asked_for(made: Made, empty: Settings) -> None:
    restore(made.file, empty, force=False)
    (empty.data_dir / "uploads" / "other.md").write_text("other", encoding="utf-8")
    (empty.data_dir / "models").mkdir()
    before = files_of(empty)

    with pytest.raises(
        BackupFault, match=r"6 documents in the index in .* rows in the database at .*, releases, uploads in .*--force"
    ):
        restore(made.file, empty, force=False)
    assert files_of(empty) == before != made.state["files"]

    restore(made.file, empty, force=True)
    assert state_of(empty) == made.state
    assert (empty.data_dir / "models").is_dir()


def test_a_restore_is_refused_while_a_service_runs(
    made: Made, empty: Settings, postgres: Postgres, tmp_path: Path
) -> None:
    with opened(empty), pytest.raises(IndexLocked, match="a test"):
        restore(made.file, empty, force=True)

    with running_qdrant(tmp_path / "qdrant") as qdrant:
        servers = replace(empty, data_dir=tmp_path / "b", qdrant_url=qdrant.url, database_url=postgres.create())
        for settings in (servers, replace(servers, database_url=None)):
            database = open_database(settings)
            database.check()
            with pytest.raises(DatabaseFault, match="Another process of Groundwork uses the database"):
                restore(made.file, settings, force=True)
            database.close()


def changed(made: Made, file: Path, **header: Any) -> Path:
    """Write the backup once more, with other values in its header."""
    members = {name: b"".join(content) for name, content in read_members(made.file)}
    values = json.loads(members.pop(HEADER)) | header
    members.pop(CHECKSUMS)
    file.write_bytes(b"".join(write_archive(Header(**values), (member_of(*one) for one in members.items()))))
    return file


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (
            {"schema": "0099_future", "version": "9.9"},
            r"made by Groundwork 9\.9 with the database's schema '0099_future'",
        ),
        ({"domain": "sales"}, r"a backup of the domain 'sales', but GROUNDWORK_DOMAIN names 'team'"),
        ({"documents": 7}, r"says that it has 7 documents .*, and has 6"),
        (
            {"fingerprint": {"embedder": "another"}},
            r"was made with .*embedder 'another' \(now 'remote:hash'.*--without-index && groundwork ingest --rebuild",
        ),
    ],
)
def test_a_backup_that_does_not_fit_is_refused(
    made: Made, empty: Settings, tmp_path: Path, header: dict[str, Any], why: str
) -> None:
    file = changed(made, tmp_path / "changed.tar", **header)

    with pytest.raises(BackupFault, match=why):
        restore(file, empty, force=False)

    assert [path.name for path in empty.data_dir.glob("*") if path.name != "index"] == []
    assert not (empty.data_dir / "index" / "current").exists()


def test_a_backup_in_the_place_of_what_is_restored_is_refused(made: Made, empty: Settings, tmp_path: Path) -> None:
    members = [(name, b"".join(content)) for name, content in read_members(made.file)][1:-1]
    header = read_header(made.file)
    for name in ("data/groundwork.sqlite", "data/restoring/files/x", "data/index/current"):
        file = tmp_path / "made.tar"
        file.write_bytes(b"".join(write_archive(header, (member_of(*one) for one in (*members, (name, b"x"))))))
        with pytest.raises(BackupFault, match=f"member '{name}'"):
            restore(file, empty, force=True)

    empty.data_dir.mkdir(exist_ok=True)
    inside = empty.data_dir / "backup.tar"
    inside.write_bytes(made.file.read_bytes())
    with pytest.raises(BackupFault, match="is in the data directory"):
        restore(inside, empty, force=True)
    assert inside.read_bytes() == made.file.read_bytes()


def test_all_but_the_index_can_be_restored_and_the_documents_read_again(
    made: Made, empty: Settings, tmp_path: Path
) -> None:
    file = changed(made, tmp_path / "changed.tar", fingerprint={"embedder": "another"})

    restored = restore(file, empty, force=False, with_index=False)

    assert not restored.with_index
    with opened(empty) as service:
        assert service.library.documents(EVERYTHING) == []
        service.library.ingest([], rebuilding=False, progress=ignore_progress)
        assert hits(service) == made.state["hits"]


def test_a_disk_without_space_is_noticed_before_anything_is_written(
    made: Made, empty: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=200_100_000))

    with pytest.raises(DiskFull, match="is full"):
        restore(made.file, empty, force=False)

    assert {path.name for path in empty.data_dir.iterdir()} == {"index"}


_KILLED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from app.backup import restore as module
from core.index.edge.store import EdgeStore
from core.settings import read_settings

file, settings = Path(sys.argv[1]), read_settings(os.environ)
for folder, place, name in ((sys.argv[2], module.Tables, "go_on_counting"), (sys.argv[3], EdgeStore, "finish_rebuild")):
    child = os.fork()
    if child == 0:
        setattr(place, name, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        module.restore(file, replace(settings, data_dir=Path(folder)), force=True)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, status
"""
"""Restores twice, in processes that are killed: before it switches, and while it does."""


def test_a_restore_that_is_killed_leaves_the_old_state_or_asks_to_be_done_again(
    made: Made, empty: Settings, tmp_path: Path
) -> None:
    with opened(empty) as service:
        service.library.ingest([], rebuilding=False, progress=ignore_progress)
    before, between = state_of(empty), replace(empty, data_dir=tmp_path / "between")
    assert before != made.state
    shutil.copytree(empty.data_dir, between.data_dir)

    env = {
        **os.environ,
        "GROUNDWORK_DOMAIN": str(empty.domain_dir),
        "EMBEDDING_BASE_URL": str(empty.embedding_base_url),
        "EMBEDDING_MODEL": empty.embedding_model,
    }
    folders = (str(empty.data_dir), str(between.data_dir))
    command = [sys.executable, "-c", _KILLED, str(made.file), *folders]
    subprocess.run(command, env=env, cwd=REPOSITORY, check=True)

    assert state_of(empty) == before
    for use in (lambda: build_service(between, "a test"), lambda: open_database(between)):
        with pytest.raises(BackupFault, match=f"Restore again: groundwork restore {made.file}"):
            use()
    # Without --force: what is there is no state that anybody had.
    restore(made.file, between, force=False)
    assert state_of(between) == made.state


def test_nothing_is_ingested_while_a_backup_reads_and_a_backup_waits_for_no_end(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(made.settings) as service:
        blocks = service.backup()
        next(blocks)
        job = service.library.start_ingestion([], rebuilding=False, by=LOCAL)
        assert service.library.job(job, LOCAL).status in ("queued", "running")
        assert service.library.job(job, LOCAL).report is None
        blocks.close()  # type: ignore[attr-defined]
        while service.library.job(job, LOCAL).status != "done":
            pass

        monkeypatch.setattr("app.service.documents.library._BACKUP_WAIT_SECONDS", 0.01)
        with service.library.jobs.writing, pytest.raises(Conflict, match="Documents are being ingested"):
            next(service.backup())


def test_an_empty_place_is_no_backup(empty: Settings) -> None:
    with opened(empty) as service, pytest.raises(BackupFault, match="There is nothing to back up"):
        b"".join(service.backup())
