"""Which file says who may read another one."""

from __future__ import annotations

from pathlib import Path

from ingest.sources.sidecars import read_sidecar, sidecars_among


def test_the_ending_in_small_letters_comes_first_and_a_file_without_its_document_belongs_to_none() -> None:
    names = ["a.md", "a.md.access.toml", "a.md.ACCESS.TOML", "b.md", "b.md.Access.Toml", "c.md.access.toml"]
    assert sidecars_among(names) == {"a.md": "a.md.access.toml", "b.md": "b.md.Access.Toml"}


def test_a_permissions_file_is_found_that_is_added_after_the_folder_was_looked_at(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("A.", encoding="utf-8")
    assert read_sidecar(page) is None

    (tmp_path / "a.md.ACCESS.toml").write_text("capitals", encoding="utf-8")
    assert read_sidecar(page) == b"capitals"

    (tmp_path / "a.md.access.toml").write_text("small letters", encoding="utf-8")
    assert read_sidecar(page) == b"small letters"
