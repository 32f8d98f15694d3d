"""`groundwork ingest`: its output, its exit codes, and its effect on the index."""

from __future__ import annotations

from pathlib import Path

import pytest

from testing.handbook import PAGES, write_domain, write_pages
from testing.processes import Ended, groundwork

COUNTS = ("created", "updated", "unchanged", "deleted", "chunks")


def corpus_of(env: dict[str, str]) -> Path:
    return Path(env["GROUNDWORK_DOMAIN"]) / "corpus"


def test_the_report_is_one_json_object_on_stdout(first_run: tuple[dict[str, str], Ended]) -> None:
    _, done = first_run
    assert done.code == 0
    report = done.json
    assert set(report) == {*COUNTS, "reused", "failed", "skipped", "left_out", "forgotten", "seconds"}
    assert all(type(report[count]) is int for count in COUNTS)
    assert (report["created"], report["failed"], report["skipped"]) == (len(PAGES), [], [])
    assert report["chunks"] >= len(PAGES)
    assert isinstance(report["seconds"], float)


def test_changes_are_reported_and_unchanged_documents_are_not_embedded_again(own: dict[str, str]) -> None:
    corpus = corpus_of(own)
    (corpus / "travel.txt").unlink()
    (corpus / "new.md").write_text("# New\n\nA page.\n", encoding="utf-8")
    (corpus / "leave" / "sick.md").write_text("# Sick leave\n\nCall us.\n", encoding="utf-8")
    (corpus / "program.exe").write_bytes(b"MZ")
    done = groundwork("ingest", env=own)
    unchanged = len(PAGES) - 2
    assert done.out.startswith(
        f"1 created, 1 updated, {unchanged} unchanged, 1 deleted, 0 failed, 1 skipped; 2 chunks in"
    )
    # A file of an unsupported kind is named, and is not a failure.
    assert done.err == "skipped: program.exe: files ending in '.exe' are not read\n"
    assert done.code == 0


def test_files_that_fail_are_named_and_the_exit_code_is_3(own: dict[str, str]) -> None:
    (corpus_of(own) / "broken.pdf").write_bytes(b"%PDF-1.4 nonsense")
    done = groundwork("ingest", env=own)
    assert done.code == 3
    assert done.err.startswith("failed: broken.pdf: ")
    assert "1 failed, 0 skipped" in done.out
    report = groundwork("ingest", "--json", env=own)
    assert report.code == 3
    assert [set(row) for row in report.json["failed"]] == [{"path", "reason"}]
    assert report.json["unchanged"] == len(PAGES)


def test_when_nothing_could_be_read_the_exit_code_is_1(env: dict[str, str], tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = groundwork("ingest", str(empty), env=env)
    assert done.code == 1
    assert "Nothing could be read: the sources are empty." in done.err


def test_a_folder_that_is_gone_is_named_with_the_command_that_removes_it(own: dict[str, str], tmp_path: Path) -> None:
    folder = write_pages(tmp_path / "more", {"one.md": "# One\n\nThe only page.\n"})
    assert groundwork("ingest", str(folder), env=own).code == 0
    folder.rename(tmp_path / "unmounted")

    named = groundwork("ingest", env=own)
    assert named.code == 3
    command = f"groundwork ingest --forget {folder}"
    assert named.err.startswith(f"failed: {folder}: {folder} does not exist")
    assert named.err.rstrip().endswith(command)
    assert f"0 updated, {len(PAGES)} unchanged, 0 deleted, 1 failed" in named.out

    gone = groundwork("ingest", "--forget", str(folder), env=own)
    assert (gone.code, gone.err) == (0, f"forgotten: {folder}\n")
    assert "1 deleted" in gone.out
    again = groundwork("ingest", "--json", env=own)
    assert (again.code, again.json["unchanged"], again.json["failed"]) == (0, len(PAGES), [])


def test_a_source_that_does_not_exist_cannot_be_forgotten(own: dict[str, str]) -> None:
    done = groundwork("ingest", "--forget", "nowhere", env=own)
    assert done.code == 2
    assert "There is no source" in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["docs"], ["--rebuild"]])
def test_forgetting_reads_nothing(env: dict[str, str], arguments: list[str]) -> None:
    done = groundwork("ingest", "--forget", "docs", *arguments, env=env)
    assert done.code == 2
    assert "--forget reads nothing" in done.err


def test_a_part_of_a_known_folder_is_read_as_a_part_of_it_and_a_folder_around_it_is_refused(
    own: dict[str, str],
) -> None:
    corpus = corpus_of(own)
    (corpus / "leave" / "sick.md").write_text("# Sick leave\n\nCall us.\n", encoding="utf-8")
    part = groundwork("ingest", str(corpus / "leave"), "--json", env=own)
    assert (part.code, part.json["created"], part.json["updated"], part.json["deleted"]) == (0, 0, 1, 0)
    assert f"{corpus}/leave is in {corpus}: read as a part of that source" in part.err
    around = groundwork("ingest", str(corpus.parent), env=own)
    assert around.code == 2
    assert "its documents would be in the index twice" in around.err


@pytest.mark.parametrize("arguments", [["--nonsense"], ["nowhere/at/all"], ["--qdrant-url", "not a url"]])
def test_wrong_usage_is_exit_code_2_and_one_clear_message(env: dict[str, str], arguments: list[str]) -> None:
    done = groundwork("ingest", *arguments, env=env)
    assert done.code == 2
    assert done.out == ""
    assert done.err.strip()
    assert "Traceback" not in done.err


def test_an_ingestion_without_sources_says_how_to_name_some(env: dict[str, str]) -> None:
    write_domain(Path(env["GROUNDWORK_DOMAIN"]), sources="[]")
    done = groundwork("ingest", env=env)
    assert done.code == 2
    assert "groundwork ingest FOLDER" in done.err


def test_folders_and_another_data_directory_can_be_named(env: dict[str, str], tmp_path: Path) -> None:
    folder = write_pages(tmp_path / "other", {"one.md": "# One\n\nThe only page.\n"})
    report = groundwork("ingest", str(folder), "--index", str(tmp_path / "elsewhere"), "--json", env=env).json
    assert report["created"] == 1
    assert (tmp_path / "elsewhere" / "index" / "current").is_file()
    assert not Path(env["GROUNDWORK_DATA_DIR"]).exists()


def test_an_index_with_another_fingerprint_is_refused_until_it_is_rebuilt(own: dict[str, str]) -> None:
    write_domain(Path(own["GROUNDWORK_DOMAIN"]), refuse_below=0.0, language="german")
    refused = groundwork("ingest", env=own)
    assert refused.code == 6
    assert "groundwork ingest --rebuild" in refused.err
    assert len(refused.err.splitlines()) == 1
    assert groundwork("ingest", "--rebuild", "--json", env=own).json["created"] == len(PAGES)
    assert groundwork("search", "annual leave", "--json", env=own).json["hits"]
