"""Only one process opens the embedded index; while a service has it open, other commands go through the service."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import IndexLocked
from core.index.lock import find_holder, lock_index
from testing.handbook import PAGES, write_domain
from testing.model_server import free_port
from testing.processes import Serving, groundwork, serving
from tests.integration.cli.conftest import copied

QUESTION = "How many days of annual leave does every colleague have a year?"


@pytest.fixture(scope="module")
def running(ingested: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service on a copy of the index, with its own domain."""
    folder = tmp_path_factory.mktemp("through")
    with serving(copied(ingested, folder), folder / "log") as service:
        yield service


def index_of(env: dict[str, str]) -> Path:
    return Path(env["GROUNDWORK_DATA_DIR"]) / "index"


def test_no_second_process_can_open_the_index(running: Serving) -> None:
    with pytest.raises(IndexLocked, match=f"process {running.process.pid} \\(groundwork serve"):
        lock_index(index_of(dict(running.env)), "a test")


def test_a_second_service_is_refused_with_the_process_that_has_the_index_open(running: Serving) -> None:
    done = groundwork("serve", "--port", str(free_port()), env=running.env)
    assert done.code == 1
    assert f"process {running.process.pid}" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_question_has_the_same_answer_with_and_without_the_service(
    running: Serving, ingested: dict[str, str]
) -> None:
    through = groundwork("ask", QUESTION, "--json", env=running.env).json
    alone = groundwork("ask", QUESTION, "--json", env=ingested).json
    assert through["choices"] == alone["choices"]
    assert through["groundwork"]["grounding"] == alone["groundwork"]["grounding"]
    assert through["groundwork"]["passages"] == alone["groundwork"]["passages"]


def test_a_running_service_is_backed_up_by_itself_and_restored_elsewhere(running: Serving, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    with running.client() as http:
        assert http.get("/v1/backup").status_code == 403

    made = groundwork("backup", str(file), "--json", env=running.env)
    assert made.code == 0, made.err
    assert {"file": str(file), "bytes": file.stat().st_size, "documents": len(PAGES), "left_out": []}.items() <= (
        made.json.items()
    )
    assert (file.stat().st_mode & 0o777, [path.name for path in tmp_path.iterdir()]) == (0o600, [file.name])
    with running.client() as http:
        acts = [(act["action"], act["status"]) for act in http.get("/v1/audit").json()["acts"]]
    assert acts[:2] == [("backup", 200), ("backup", 403)]

    restored = groundwork(
        "restore", str(file), "--json", env={**running.env, "GROUNDWORK_DATA_DIR": str(tmp_path / "restored")}
    )
    assert restored.code == 0, restored.err
    assert restored.json["documents"] == len(PAGES)


def test_the_health_of_the_documents_is_the_same_with_and_without_the_service(
    running: Serving, ingested: dict[str, str]
) -> None:
    through = groundwork("health", "--json", env=running.env).json
    alone = groundwork("health", "--json", env=ingested).json
    assert {**through, "seconds": 0} == {**alone, "seconds": 0}
    assert through["documents"] == len(PAGES)
    assert groundwork("health", env=ingested).out.endswith(" s.\n")


def test_a_search_goes_through_the_service(running: Serving) -> None:
    found = groundwork("search", "annual leave", "--json", env=running.env).json
    with running.client() as http:
        assert found == http.post("/v1/search", json={"query": "annual leave", "top_k": 5}).json()
        assert 'groundwork_requests_total{route="/v1/search",status="200"}' in http.get("/metrics").text


def test_an_ingestion_goes_through_the_service_and_is_searchable_at_once(running: Serving, tmp_path: Path) -> None:
    (tmp_path / "garden.md").write_text("# Garden\n\nThe garden is watered on Fridays.\n", encoding="utf-8")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 nonsense")
    done = groundwork("ingest", str(tmp_path), "--json", env=running.env)
    assert done.code == 3
    assert (done.json["created"], [row["path"] for row in done.json["failed"]]) == (1, ["broken.pdf"])
    with running.client() as http:
        hits = http.post("/v1/search", json={"query": "When is the garden watered?"}).json()["hits"]
    assert hits[0]["document_id"] == "garden.md"


def test_a_source_is_forgotten_through_the_service(running: Serving, tmp_path: Path) -> None:
    (tmp_path / "fence.md").write_text("# Fence\n\nThe fence is green.\n", encoding="utf-8")
    groundwork("ingest", str(tmp_path), env=running.env)
    done = groundwork("ingest", "--forget", str(tmp_path), "--json", env=running.env)
    assert (done.code, done.json["deleted"], done.json["forgotten"]) == (0, 1, [str(tmp_path)])
    with running.client() as http:
        assert http.get("/v1/documents/fence.md").status_code == 404


def test_an_error_in_the_service_is_reported_by_the_command(running: Serving) -> None:
    done = groundwork("ingest", "/nowhere/at/all", env=running.env)
    assert done.code in (1, 2)
    assert "There is no file or folder /nowhere/at/all" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_service_that_was_killed_does_not_hold_the_index(own: dict[str, str], tmp_path: Path) -> None:
    with serving(own, tmp_path / "log") as service:
        service.kill()
    assert (index_of(own) / "holder.json").is_file()
    assert find_holder(index_of(own)) is None
    done = groundwork("search", "annual leave", "--json", env=own)
    assert done.code == 0
    assert done.json["hits"]


def test_an_index_that_another_command_has_open_is_refused_with_its_name(ingested: dict[str, str]) -> None:
    with lock_index(index_of(ingested), "groundwork ingest") as held:
        for command in (["search", "annual leave"], ["ingest"], ["ask", QUESTION]):
            done = groundwork(*command, env=ingested)
            assert done.code == 1
            assert f"process {held.holder.pid} (groundwork ingest" in done.err
            assert len(done.err.splitlines()) == 1


def test_a_service_on_an_index_with_another_fingerprint_runs_and_can_rebuild_it(
    own: dict[str, str], tmp_path: Path
) -> None:
    write_domain(Path(own["GROUNDWORK_DOMAIN"]), refuse_below=0.0, language="german")
    with serving(own, tmp_path / "log", until="reason") as service, service.client() as http:
        refused = groundwork("search", "annual leave", env=own)
        assert refused.code == 1
        assert "groundwork ingest --rebuild" in refused.err
        assert groundwork("ingest", "--rebuild", "--json", env=own).json["created"] == len(PAGES)
        assert http.get("/ready").status_code == 200
        assert http.post("/v1/search", json={"query": "annual leave"}).json()["hits"]


def test_a_port_that_is_taken_is_exit_code_2(env: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = groundwork("serve", "--port", str(port), env=env)
    assert done.code == 2
    assert f"Port {port} on 127.0.0.1 cannot be used" in done.err
    assert "--port" in done.err
    assert len(done.err.splitlines()) == 1


def test_an_interrupted_service_ends_without_a_traceback(env: dict[str, str], tmp_path: Path) -> None:
    with serving(env, tmp_path / "log") as service:
        service.process.send_signal(signal.SIGINT)
        service.process.wait(timeout=30)
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert log.startswith("Groundwork is at http://127.0.0.1:")
    assert "Traceback" not in log
    assert not (index_of(env) / "holder.json").exists()
