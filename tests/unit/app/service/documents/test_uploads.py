"""The folder of uploads: names, versions, and what is left in it."""

from __future__ import annotations

import io
import os
import threading
import unicodedata
from pathlib import Path

import pytest

from app.service.documents.uploads import Upload, Uploads, safe_name, separate
from core.errors import RequestError, TooLarge
from ingest.parse import MAX_BYTES
from ingest.report import IngestReport, Unread

THREADS = 8


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    folder = tmp_path / "uploads"
    folder.mkdir()
    return Uploads(folder)


def receive(uploads: Uploads, *files: tuple[str, str], replace: bool = False) -> list[Upload]:
    return uploads.receive([(name, io.BytesIO(text.encode())) for name, text in files], replace=replace)


def outcomes(received: list[Upload]) -> list[tuple[str, str]]:
    return [(upload.id, upload.outcome) for upload in received]


def contents(uploads: Uploads) -> dict[str, str]:
    """The visible files."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(uploads.folder.iterdir()) if path.is_file()}


def left_over(uploads: Uploads) -> list[Path]:
    return [path for path in (uploads.folder / ".incoming").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("policy.md", "policy.md"),
        ("leave policy (final).docx", "leave policy (final).docx"),
        ("../../policy.md", "policy.md"),
        ("C:\\Users\\me\\policy.md", "policy.md"),
        (".hidden.md", "hidden.md"),
        ("  policy.md. ", "policy.md"),
        ("a\tb\x00c\x7fd.md", "a_b_c_d.md"),
        ('what? "<this>": a|b*.md', "what_ __this___ a_b_.md"),
        ("evil\u202edm.exe.md", "evil_dm.exe.md"),
        ("half\ud800.md", "half_.md"),
        ("CON.md", "_CON.md"),
        ("nul.notes.md", "_nul.notes.md"),
        ("Com1 .md", "_Com1 .md"),
        ("constitution.md", "constitution.md"),
        ("café.md", "café.md"),
        ("日本語.md", "日本語.md"),
        ("👩\u200d🚀.md", "👩\u200d🚀.md"),
    ],
)
def test_a_name_is_made_safe(sent: str, name: str) -> None:
    assert safe_name(sent) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("sent", ["x" * 300 + ".md", "ü" * 300 + ".md", "CON." + "y" * 300 + ".docx"])
def test_a_long_name_is_cut_before_its_ending(sent: str) -> None:
    name = safe_name(sent)
    assert len(name.encode()) <= 201
    assert Path(name).suffix == Path(sent).suffix


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (None, "bad_name"),
        ("", "bad_name"),
        ("..", "bad_name"),
        ("../", "bad_name"),
        (" . ", "bad_name"),
        (".env", "unsupported_document"),
        ("program.exe", "unsupported_document"),
        ("README", "unsupported_document"),
        ("x." + "y" * 300, "unsupported_document"),
    ],
)
def test_a_name_that_no_document_can_have_is_refused(sent: str | None, code: str) -> None:
    with pytest.raises(RequestError) as refused:
        safe_name(sent)
    assert refused.value.code == code
    assert len(str(refused.value)) < 400


def test_files_that_no_document_can_be_are_set_apart_from_the_others() -> None:
    good, program = io.BytesIO(b"good"), io.BytesIO(b"program")
    kept, refused = separate([("program.exe", program), ("good.md", good), (None, program)])
    assert kept == [("good.md", good)]
    assert [file.name for file in refused] == ["program.exe", ""]
    assert "of a kind that is not read" in refused[0].reason


def test_files_of_which_none_can_be_a_document_are_refused() -> None:
    with pytest.raises(RequestError, match=r"program\.exe"):
        separate([("program.exe", io.BytesIO(b"")), ("..", io.BytesIO(b""))])


def test_another_content_of_one_name_gets_a_name_of_its_own(uploads: Uploads) -> None:
    received = [
        receive(uploads, ("policy.md", "thirty")),
        receive(uploads, ("policy.md", "forty")),
        receive(uploads, ("policy.md", "fifty"), ("policy.md", "sixty")),
    ]

    assert [outcomes(each) for each in received] == [
        [("uploads/policy.md", "new")],
        [("uploads/policy (2).md", "renamed")],
        [("uploads/policy (3).md", "renamed"), ("uploads/policy (4).md", "renamed")],
    ]
    assert contents(uploads) == {
        "policy.md": "thirty", "policy (2).md": "forty", "policy (3).md": "fifty", "policy (4).md": "sixty",
    }  # fmt: skip


def test_the_same_file_is_kept_once_under_the_name_that_it_has(uploads: Uploads) -> None:
    receive(uploads, ("policy.md", "thirty"))
    receive(uploads, ("policy.md", "forty"))

    again = receive(uploads, ("policy.md", "thirty"), ("policy.md", "forty"))

    assert outcomes(again) == [("uploads/policy.md", "same"), ("uploads/policy (2).md", "same")]
    assert len(contents(uploads)) == 2


@pytest.mark.parametrize("second", ["Policy.MD", "cafe\u0301.md"])
def test_names_that_other_file_systems_confuse_are_kept_apart(uploads: Uploads, second: str) -> None:
    receive(uploads, ("policy.md", "thirty"), ("café.md", "coffee"))

    (received,) = receive(uploads, (second, "other"))

    assert received.outcome == "renamed"
    assert " (2)." in received.id


def test_a_new_version_waits_beside_the_good_file_until_it_has_been_read(uploads: Uploads) -> None:
    receive(uploads, ("policy.md", "thirty"))

    received = receive(uploads, ("POLICY.md", "forty"), replace=True)

    assert outcomes(received) == [("uploads/policy.md", "replaces")]
    assert contents(uploads) == {"policy.md": "thirty"}
    (item,) = uploads.source(received).items()
    assert (item.document_id, item.read().content) == ("uploads/policy.md", b"forty")
    uploads.finish(received, IngestReport(updated=1))
    assert contents(uploads) == {"policy.md": "forty"}
    assert list((uploads.folder / ".incoming").iterdir()) == []


def test_a_new_version_that_cannot_be_read_is_removed_and_the_good_file_stays(uploads: Uploads) -> None:
    receive(uploads, ("policy.md", "thirty"))
    received = receive(uploads, ("policy.md", ""), replace=True)

    uploads.finish(received, IngestReport(failed=(Unread("uploads/policy.md", "it is empty"),)))

    assert contents(uploads) == {"policy.md": "thirty"}
    assert left_over(uploads) == []


def test_with_replace_a_free_name_is_new_and_two_files_of_one_request_are_two_documents(uploads: Uploads) -> None:
    received = receive(uploads, ("policy.md", "thirty"), ("policy.md", "forty"), replace=True)

    assert outcomes(received) == [("uploads/policy.md", "new"), ("uploads/policy (2).md", "renamed")]


def test_files_that_an_earlier_process_did_not_read_are_found_again_in_order(uploads: Uploads) -> None:
    receive(uploads, ("policy.md", "thirty"), ("known.md", "known"))
    receive(uploads, ("policy.md", "forty"), replace=True)
    receive(uploads, ("policy.md", "fifty"), replace=True)
    (uploads.folder / ".incoming" / "half.part").write_text("ha", encoding="utf-8")

    found = Uploads(uploads.folder).unfinished({"uploads/known.md"})

    assert [(upload.id, upload.path.read_text()) for upload in found] == [
        ("uploads/policy.md", "thirty"),
        ("uploads/policy.md", "forty"),
        ("uploads/policy.md", "fifty"),
    ]
    assert not (uploads.folder / ".incoming" / "half.part").exists()


def test_a_folder_that_does_not_exist_has_nothing(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "none")

    assert uploads.unfinished(()) == []
    assert uploads.unread(()) == []
    assert not uploads.discard("uploads/policy.md")


def test_a_document_is_discarded_with_its_waiting_versions(uploads: Uploads) -> None:
    receive(uploads, ("policy.md", "thirty"), ("other.md", "other"))
    version = receive(uploads, ("policy.md", "forty"), replace=True)

    assert uploads.discard("uploads/policy.md")

    assert contents(uploads) == {"other.md": "other"}
    assert uploads.source(version).items() == []
    uploads.finish(version, IngestReport())
    assert contents(uploads) == {"other.md": "other"}


@pytest.mark.parametrize(
    "document_id", ["", "uploads/", "uploads/none.md", "policy.md", "uploads/../secret.md", "uploads/.incoming", "a\0b"]
)
def test_an_id_that_no_upload_has_discards_nothing(uploads: Uploads, document_id: str) -> None:
    receive(uploads, ("policy.md", "thirty"))
    (uploads.folder.parent / "secret.md").write_text("secret", encoding="utf-8")

    assert not uploads.discard(document_id)

    assert (uploads.folder.parent / "secret.md").is_file()
    assert contents(uploads) == {"policy.md": "thirty"}


class _Endless(io.RawIOBase):
    """Says that it is empty, and never ends."""

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def read(self, size: int = -1) -> bytes:
        return b"x" * size


def test_an_upload_that_is_too_large_leaves_nothing_of_its_request(uploads: Uploads) -> None:
    receive(uploads, ("note.md", "before"))

    with pytest.raises(TooLarge, match=f"'big.md' has more than {MAX_BYTES:,} bytes"):
        uploads.receive([("a.md", io.BytesIO(b"a")), ("big.md", _Endless())], replace=True)  # type: ignore[list-item]

    assert contents(uploads) == {"note.md": "before"}
    assert left_over(uploads) == []


def test_uploads_of_one_name_at_the_same_time_are_all_kept(uploads: Uploads) -> None:
    sent = [chr(65 + number) * 3_000_000 for number in range(THREADS)]
    begin = threading.Barrier(THREADS)
    errors: list[Exception] = []

    def upload(text: str) -> None:
        begin.wait()
        try:
            receive(uploads, ("note.md", text))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=upload, args=(text,)) for text in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(contents(uploads).values()) == sent
    assert left_over(uploads) == []


@pytest.mark.parametrize("replace", [True, False])
def test_a_link_or_folder_of_the_name_is_not_written_to(uploads: Uploads, replace: bool) -> None:
    (uploads.folder / "a.md").mkdir()
    os.symlink("/etc/hostname", uploads.folder / "b.md")

    received = receive(uploads, ("a.md", "a"), ("b.md", "b"), replace=replace)

    assert outcomes(received) == [("uploads/a (2).md", "renamed"), ("uploads/b (2).md", "renamed")]
