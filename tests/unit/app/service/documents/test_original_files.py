"""The file of a document is sent only while it is the one that was read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.service.documents.original_files import OriginalFiles
from core.domain import load_domain
from core.errors import Conflict, NotFound
from core.settings import Settings
from core.types import Document
from testing.handbook import PAGES, write_domain

SOURCE = "team:corpus"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_domain(tmp_path / "team") / "corpus"


@pytest.fixture
def files(corpus: Path, tmp_path: Path) -> OriginalFiles:
    settings = Settings(data_dir=tmp_path / "data", domain_dir=corpus.parent)
    return OriginalFiles(settings, load_domain(corpus.parent))


def document(document_id: str, content: bytes, source: str = SOURCE) -> Document:
    return Document(document_id, "", source, "", hashlib.sha256(content).hexdigest())


def written(corpus: Path, name: str, content: bytes = b"Text.\n") -> Document:
    """Write a file; return its document."""
    (corpus / name).parent.mkdir(parents=True, exist_ok=True)
    (corpus / name).write_bytes(content)
    return document(name, content)


def test_a_file_of_a_folder_is_found_with_its_size(files: OriginalFiles, corpus: Path) -> None:
    content = PAGES["leave/annual.md"].encode()
    found = files.of(document("leave/annual.md", content))
    assert found.path == (corpus / "leave" / "annual.md").resolve()
    assert (found.bytes, found.media_type, found.inline) == (len(content), "text/plain; charset=utf-8", True)
    assert found.content_hash == hashlib.sha256(content).hexdigest()


def test_a_file_behind_a_link_has_the_name_of_its_document(files: OriginalFiles, corpus: Path) -> None:
    written(corpus, "store/3f9a", b"%PDF")
    (corpus / "plan.pdf").symlink_to(corpus / "store" / "3f9a")
    found = files.of(document("plan.pdf", b"%PDF"))
    assert (found.name, found.media_type) == ("plan.pdf", "application/pdf")


def test_an_upload_is_found(files: OriginalFiles, tmp_path: Path) -> None:
    uploads = tmp_path / "data" / "uploads"
    uploads.mkdir(parents=True)
    (uploads / "plan.pdf").write_bytes(b"%PDF")
    found = files.of(document("uploads/plan.pdf", b"%PDF", source="uploads"))
    assert (found.media_type, found.inline) == ("application/pdf", True)


@pytest.mark.parametrize(
    ("name", "content", "media_type", "inline"),
    [
        ("a.pdf", b"%PDF", "application/pdf", True),
        ("A.PDF", b"%PDF", "application/pdf", True),
        ("a.png", b"\x89PNG", "image/png", True),
        ("a.jpeg", b"\xff\xd8", "image/jpeg", True),
        ("a.txt", "Größe".encode(), "text/plain; charset=utf-8", True),
        ("b.txt", "Größe".encode("latin-1"), "text/plain", True),
        ("a.py", b"print(1)", "text/plain; charset=utf-8", True),
        ("a.csv", b"a,b", "text/plain; charset=utf-8", True),
        ("a.md", b"# A", "text/plain; charset=utf-8", True),
        ("a.json", b"{}", "text/plain; charset=utf-8", True),
        ("a.html", b"<script>1</script>", "application/octet-stream", False),
        ("a.xhtml", b"<html/>", "application/octet-stream", False),
        ("a.svg", b"<svg/>", "application/octet-stream", False),
        ("a.xml", b"<a/>", "application/octet-stream", False),
        ("a.docx", b"PK", "application/octet-stream", False),
        ("a.eml", b"To: a", "application/octet-stream", False),
        ("a.tiff", b"II*", "application/octet-stream", False),
        ("a", b"?", "application/octet-stream", False),
    ],
)
def test_a_browser_shows_what_cannot_run_scripts_and_the_rest_is_a_download(
    files: OriginalFiles, corpus: Path, name: str, content: bytes, media_type: str, inline: bool
) -> None:
    found = files.of(written(corpus, name, content))
    assert (found.media_type, found.inline) == (media_type, inline)


def test_a_character_that_two_blocks_share_is_still_utf_8(files: OriginalFiles, corpus: Path) -> None:
    content = b"a" * ((1 << 20) - 1) + "é".encode()
    assert files.of(written(corpus, "long.txt", content)).media_type == "text/plain; charset=utf-8"


def test_a_file_that_has_changed_since_is_a_conflict_and_is_not_offered(files: OriginalFiles, corpus: Path) -> None:
    read = written(corpus, "a.txt", b"Before.")
    assert files.find(read) is not None
    (corpus / "a.txt").write_bytes(b"After it.")
    with pytest.raises(Conflict, match=r"'a\.txt' has changed since it was read") as raised:
        files.of(read)
    assert raised.value.code == "original_changed"
    assert files.find(read) is None
    (corpus / "a.txt").write_bytes(b"Before.")
    assert files.find(read) is not None


@pytest.mark.parametrize(
    ("document_id", "source"),
    [("gone.md", SOURCE), ("../team/domain.toml", SOURCE), ("a.txt", "/elsewhere"), ("wiki/1", "team:wiki")],
)
def test_a_document_without_a_file_on_this_machine_has_none(
    files: OriginalFiles, corpus: Path, document_id: str, source: str
) -> None:
    written(corpus, "a.txt")
    wanted = document(document_id, b"Text.\n", source=source)
    with pytest.raises(NotFound, match="is not on this machine") as raised:
        files.of(wanted)
    assert raised.value.code == "original_not_found"
    assert files.find(wanted) is None


def test_a_file_that_cannot_be_read_is_not_found(files: OriginalFiles, corpus: Path) -> None:
    read = written(corpus, "a.txt")
    long = document("x" * 300 + ".txt", b"")
    assert files.find(long) is None
    (corpus / "a.txt").unlink()
    (corpus / "a.txt").mkdir()
    assert files.find(read) is None


def test_a_file_is_hashed_once_for_each_version(
    files: OriginalFiles, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = written(corpus, "a.txt")
    files.of(read)
    monkeypatch.setattr("app.service.documents.original_files.hashlib.sha256", None)
    assert files.of(read).bytes == len(b"Text.\n")
