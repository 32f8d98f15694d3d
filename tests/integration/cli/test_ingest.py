"""`groundwork ingest`: what it prints, what it returns, and what it does to the index."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support_app.handbook import PAGES, write_domain, write_pages
from tests.support_app.processes import Ended, groundwork

COUNTS = ("created", "updated", "unchanged", "deleted", "chunks")


def corpus_of(env: dict[str, str]) -> Path:
    return Path(env["GROUNDWORK_DOMAIN"]) / "corpus"


def test_the_report_is_one_json_object_on_stdout(first_run: tuple[dict[str, str], Ended]) -> None:
    _, done = first_run
    assert done.code == 0
    report = done.json
    assert set(report) == {*COUNTS, "failed", "skipped", "seconds"}
    assert all(type(report[count]) is int for count in COUNTS)
    assert (report["created"], report["failed"], report["skipped"]) == (len(PAGES), [], [])
    assert report["chunks"] >= len(PAGES)
    assert isinstance(report["seconds"], float)


def test_changes_are_told_and_nothing_unchanged_is_read_again(env: dict[str, str]) -> None:
    assert groundwork("ingest", env=env).out.startswith(f"{len(PAGES)} created, 0 updated, 0 unchanged, 0 deleted")
    corpus = corpus_of(env)
    (corpus / "travel.txt").unlink()
    (corpus / "new.md").write_text("# New\n\nA page.\n", encoding="utf-8")
    (corpus / "leave" / "sick.md").write_text("# Sick leave\n\nCall us.\n", encoding="utf-8")
    report = groundwork("ingest", "--json", env=env).json
    told = {count: report[count] for count in COUNTS if count != "chunks"}
    assert told == {"created": 1, "updated": 1, "unchanged": len(PAGES) - 2, "deleted": 1}
    assert report["chunks"] == 2


def test_files_that_fail_are_named_the_rest_is_read_and_the_exit_code_is_3(env: dict[str, str]) -> None:
    corpus = corpus_of(env)
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.4 nonsense")
    (corpus / "program.exe").write_bytes(b"MZ")
    done = groundwork("ingest", env=env)
    assert done.code == 3
    assert "failed: broken.pdf: " in done.err
    assert "skipped: program.exe: files ending in '.exe' are not read" in done.err
    assert "1 failed, 1 skipped" in done.out
    report = groundwork("ingest", "--json", env=env)
    assert report.code == 3
    assert [set(row) for row in report.json["failed"] + report.json["skipped"]] == [{"path", "reason"}] * 2
    assert report.json["unchanged"] == len(PAGES)


def test_a_file_of_an_unsupported_kind_alone_is_no_failure(env: dict[str, str]) -> None:
    (corpus_of(env) / "program.exe").write_bytes(b"MZ")
    assert groundwork("ingest", env=env).code == 0


def test_when_nothing_could_be_read_the_exit_code_is_1(env: dict[str, str], tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = groundwork("ingest", str(empty), env=env)
    assert done.code == 1
    assert "Nothing could be read." in done.err


@pytest.mark.parametrize("arguments", [["--nonsense"], ["nowhere/at/all"], ["--qdrant-url", "not a url"]])
def test_wrong_usage_is_exit_code_2_and_one_clear_message(env: dict[str, str], arguments: list[str]) -> None:
    done = groundwork("ingest", *arguments, env=env)
    assert done.code == 2
    assert done.out == ""
    assert done.err.strip()
    assert "Traceback" not in done.err


def test_a_domain_without_sources_says_how_to_name_some(env: dict[str, str]) -> None:
    write_domain(Path(env["GROUNDWORK_DOMAIN"]), sources="[]")
    done = groundwork("ingest", env=env)
    assert done.code == 2
    assert "groundwork ingest FOLDER" in done.err


def test_folders_can_be_named_and_another_data_directory(env: dict[str, str], tmp_path: Path) -> None:
    folder = write_pages(tmp_path / "other", {"one.md": "# One\n\nThe only page.\n"})
    report = groundwork("ingest", str(folder), "--index", str(tmp_path / "elsewhere"), "--json", env=env).json
    assert report["created"] == 1
    assert (tmp_path / "elsewhere" / "index" / "current").is_file()
    assert not Path(env["GROUNDWORK_DATA_DIR"]).exists()


def test_an_index_made_otherwise_is_refused_until_it_is_rebuilt(env: dict[str, str]) -> None:
    assert groundwork("ingest", env=env).code == 0
    write_domain(Path(env["GROUNDWORK_DOMAIN"]), refuse_below=0.0, language="german")
    for command in (["ingest"], ["search", "annual leave"]):
        refused = groundwork(*command, env=env)
        assert refused.code == 1
        assert "groundwork ingest --rebuild" in refused.err
        assert "Traceback" not in refused.err
    assert groundwork("ingest", "--rebuild", "--json", env=env).json["created"] == len(PAGES)
    assert groundwork("search", "annual leave", "--json", env=env).json["hits"]


def test_a_rebuild_in_which_nothing_can_be_read_leaves_the_index_as_it_was(env: dict[str, str], tmp_path: Path) -> None:
    assert groundwork("ingest", env=env).code == 0
    empty = tmp_path / "empty"
    empty.mkdir()
    assert groundwork("ingest", "--rebuild", str(empty), env=env).code == 1
    assert groundwork("search", "annual leave", "--json", env=env).json["hits"]
