"""A ZIP container is read within limits, and refused with one sentence when it is damaged, encrypted or a bomb."""

from __future__ import annotations

import io
import warnings
import zipfile

import pytest

from core.errors import DocumentError
from ingest.parse.shared import archive
from ingest.parse.shared.archive import open_archive
from ingest.parse.shared.xml_tree import parse_xml, stream_xml


def zipped(*parts: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as file:
        warnings.simplefilter("ignore", UserWarning)  # of duplicate names
        for name, content in parts:
            file.writestr(name, content)
    return buffer.getvalue()


def reason(content: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        open_archive(content)
    return caught.value.reason


def test_parts_are_read_by_name_in_any_case_and_with_a_leading_slash() -> None:
    parts = open_archive(zipped(("word/Document.xml", b"<a/>"), ("media\\a.png", b"PNG")))

    assert parts.names == ("word/Document.xml", "media\\a.png")
    assert parts.read("/word/document.xml") == b"<a/>"
    assert parts.read("media/a.png") == b"PNG"
    assert "word/styles.xml" not in parts


def test_a_missing_part_is_named() -> None:
    with pytest.raises(DocumentError, match=r"no part 'word/document\.xml'"):
        open_archive(zipped(("a", b"1"))).read("word/document.xml")


def test_a_part_that_cannot_be_unpacked_is_named() -> None:
    content = bytearray(zipped(("a.xml", b"<a>" + b"text " * 100 + b"</a>")))
    content[40:45] = b"\xff\xff\xff\xff\xff"

    with pytest.raises(DocumentError, match=r"it is damaged: its part 'a\.xml' cannot be unpacked"):
        open_archive(bytes(content)).read("a.xml")


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04torn", b"text", pytest.param(zipped(("a", b"1" * 99))[:-30], id="the end is missing")],
)
def test_what_is_no_zip_file_is_damaged(content: bytes) -> None:
    assert reason(content) == "it is damaged: it is not a ZIP file, or not all of one"


def test_an_encrypted_part_is_refused() -> None:
    content = bytearray(zipped(("a", b"1")))
    content[content.index(b"PK\x01\x02") + 8] |= 1

    assert reason(bytes(content)) == "it is encrypted; save it without a password"


def test_an_office_file_with_a_password_is_refused_as_encrypted() -> None:
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")

    assert reason(container) == "it is encrypted; save it without a password"


def test_an_older_office_file_under_a_new_name_is_refused_with_the_fix() -> None:
    assert "older binary format" in reason(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))


def test_a_zip_bomb_is_refused_by_its_ratio() -> None:
    assert reason(zipped(("a.xml", b" " * 11_000_000))) == "its part 'a.xml' unpacks to more than 200 times its size"


def test_the_sum_and_the_number_of_parts_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped(("a", b"1" * 60), ("b", b"2" * 60))

    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 100)
    assert reason(content) == "it unpacks to 120 bytes, more than the limit of 100; split it"
    monkeypatch.setattr(archive, "MAX_PARTS", 1)
    assert reason(content) == "it has 2 parts, more than the limit of 1; split it"


def test_two_different_parts_of_one_name_are_refused() -> None:
    assert "two different parts named 'A.xml'" in reason(zipped(("a.xml", b"one"), ("A.xml", b"two")))
    assert open_archive(zipped(("a.xml", b"one"), ("a.xml", b"one"))).read("a.xml") == b"one"


def test_xml_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y SYSTEM "file:///etc/passwd">]><a>&x;&y;&amp;</a>'

    assert "".join(parse_xml(bomb).itertext()).replace("&x;", "").replace("&y;", "") == "&"


@pytest.mark.parametrize("content", [b"", b"<a>", b"<a>&nbsp;</a>", b"text"])
def test_xml_that_is_not_well_formed_is_damaged(content: bytes) -> None:
    with pytest.raises(DocumentError, match="it is damaged: its XML is not well-formed") as caught:
        parse_xml(content)

    assert "\n" not in caught.value.reason


def test_the_elements_of_a_large_part_are_read_one_after_the_other() -> None:
    opened = open_archive(zipped(("a.xml", b"<a><r><c>1</c></r><x/><r><c>2</c></r></a>")))

    assert [element.findtext("c") for element in stream_xml(opened.open("a.xml"), ["r"])] == ["1", "2"]


def test_a_part_that_is_torn_is_named_while_it_is_read() -> None:
    opened = open_archive(zipped(("a.xml", b"<a><r/><r>")))

    with pytest.raises(DocumentError, match="not well-formed"):
        list(stream_xml(opened.open("a.xml"), ["r"]))
    with pytest.raises(DocumentError, match="it has no part"):
        opened.open("b.xml")


def test_a_stream_expands_no_entities() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY e "eeee">]><a><r>x&e;y</r></a>'
    opened = open_archive(zipped(("a.xml", bomb)))

    assert [element.text for element in stream_xml(opened.open("a.xml"), ["r"])] == ["x"]
