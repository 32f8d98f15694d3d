"""Two domains on one data directory: no command mixes their documents, and each error says what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from testing.handbook import PAGES, write_domain
from testing.processes import groundwork, serving

PAGE = {"returns.md": "# Returns\n\nA parcel may be returned within thirty days.\n"}


@pytest.fixture
def other(own: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of `own`, with another domain."""
    return {**own, "GROUNDWORK_DOMAIN": str(write_domain(tmp_path / "support", refuse_below=0.0, pages=PAGE))}


def refused(done_err: str, own: dict[str, str]) -> None:
    """One line that names both domains, the data directory and what to do."""
    assert len(done_err.splitlines()) == 1, done_err
    assert own["GROUNDWORK_DATA_DIR"] in done_err
    assert "'team'" in done_err
    assert "GROUNDWORK_DOMAIN names 'support [team]'" in done_err
    assert "Set GROUNDWORK_DATA_DIR to a directory of its own" in done_err


@pytest.mark.parametrize("command", [["search", "annual leave"], ["ask", "How many days?"], ["ingest"]])
def test_the_documents_of_another_domain_are_neither_shown_nor_replaced(
    own: dict[str, str], other: dict[str, str], command: list[str]
) -> None:
    done = groundwork(*command, env=other)
    assert (done.code, done.out) == (1, "")
    refused(done.err, own)
    assert groundwork("search", "annual leave", "--json", env=own).json["hits"]


def test_a_folder_that_was_copied_without_a_new_name_is_another_domain(own: dict[str, str], tmp_path: Path) -> None:
    """Both are named "team" in domain.toml; the folders' names differ."""
    copy = write_domain(tmp_path / "copy", refuse_below=0.0, pages=PAGE)
    done = groundwork("search", "annual leave", env={**own, "GROUNDWORK_DOMAIN": str(copy)})
    assert done.code == 1
    assert "'copy [team]'" in done.err


def test_a_rebuild_takes_the_data_directory_over(own: dict[str, str], other: dict[str, str]) -> None:
    done = groundwork("ingest", "--rebuild", "--json", env=other)
    assert done.code == 0, done.err
    assert done.json["created"] == len(PAGE)
    hits = groundwork("search", "How long may a parcel be returned?", "--json", env=other).json["hits"]
    assert {hit["document_id"] for hit in hits} == set(PAGE)
    assert groundwork("search", "annual leave", env=own).code == 1

    assert groundwork("ingest", "--rebuild", "--json", env=own).json["created"] == len(PAGES)
    assert groundwork("search", "annual leave", "--json", env=own).json["hits"]


def test_a_rebuild_does_not_mix_uploads_of_another_domain_in(
    own: dict[str, str], other: dict[str, str], tmp_path: Path
) -> None:
    with serving(own, tmp_path / "log") as service, service.client() as http:
        upload = http.post("/v1/documents", files=[("files", ("secret.md", b"# Secret\n\nOurs alone.\n"))])
        assert upload.status_code == 202

    for command in (["ingest", "--rebuild"], ["ingest", "--rebuild", str(tmp_path / "support" / "corpus")]):
        done = groundwork(*command, env=other)
        assert done.code == 1
        assert "1 uploaded document(s) of the domain 'team'" in done.err
        assert len(done.err.splitlines()) == 1
    assert groundwork("search", "annual leave", "--json", env=own).code == 0


def test_a_command_of_another_domain_does_not_go_through_the_service(
    own: dict[str, str], other: dict[str, str], tmp_path: Path
) -> None:
    with serving(own, tmp_path / "log") as service, service.client() as http:
        before = http.get("/v1/documents").json()
        for command in (["search", "annual leave"], ["ingest"], ["ingest", "--rebuild"]):
            done = groundwork(*command, env=other)
            assert done.code == 1
            assert "is held by a service of the domain 'team'" in done.err
            refused(done.err, own)
        assert http.get("/v1/documents").json() == before
        assert groundwork("search", "annual leave", "--json", env=own).json["hits"]


def test_a_service_of_another_domain_answers_nothing_until_it_has_rebuilt(
    other: dict[str, str], tmp_path: Path
) -> None:
    with serving(other, tmp_path / "log", until="reason") as service, service.client() as http:
        ready = http.get("/ready")
        while "loading" in ready.json()["reason"]:
            ready = http.get("/ready")
        assert ready.status_code == 503
        assert "the domain 'team'" in ready.json()["reason"]
        assert http.get("/v1/documents").status_code == 503
        upload = http.post("/v1/documents", files=[("files", ("note.md", b"# Note\n\nText.\n"))])
        assert (upload.status_code, upload.json()["error"]["code"]) == (503, "index_unavailable")
        assert "the index cannot be used" in (tmp_path / "log").read_text(encoding="utf-8")

        assert groundwork("ingest", "--rebuild", "--json", env=other).json["created"] == len(PAGE)
        assert {document["id"] for document in http.get("/v1/documents").json()["documents"]} == set(PAGE)


def test_a_data_directory_from_before_domains_were_recorded_is_adopted(own: dict[str, str]) -> None:
    record = Path(own["GROUNDWORK_DATA_DIR"]) / "sources.json"
    record.write_text(json.dumps(json.loads(record.read_text(encoding="utf-8"))["sources"]), encoding="utf-8")

    done = groundwork("ingest", "--json", env=own)

    assert done.code == 0
    assert "from now on it belongs to 'team'" in done.err
    assert json.loads(record.read_text(encoding="utf-8"))["domain"] == "team"
