"""Text formats are taken as they stand; what is no text is refused with a reason. Other formats: integration tests."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from core.errors import DocumentError, UnsupportedDocument
from ingest.parse import is_supported, parse, read_file

WORDS = "Überstunden: 30 Tage à 8 €\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(WORDS.encode(), id="UTF-8"),
        pytest.param(codecs.BOM_UTF8 + WORDS.encode(), id="UTF-8 with its mark"),
        pytest.param(codecs.BOM_UTF16_LE + WORDS.encode("utf-16-le"), id="UTF-16, little end first"),
        pytest.param(codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"), id="UTF-16, big end first"),
        pytest.param(WORDS.encode("utf-32"), id="UTF-32"),
        pytest.param(WORDS.encode("utf-16-le"), id="UTF-16 without a mark"),
        pytest.param(WORDS.encode("utf-16-be"), id="UTF-16 without a mark, big end first"),
        pytest.param(WORDS.replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(WORDS.replace("\n", "\r").encode(), id="old Mac line ends"),
    ],
)
@pytest.mark.parametrize("name", ["page.md", "page.txt", "PAGE.MD"])
def test_every_encoding_with_a_mark_and_every_line_end_gives_the_same_text(content: bytes, name: str) -> None:
    assert parse(content, name).text == WORDS


def test_latin_1_is_recognised_by_its_letters() -> None:
    prose = "Die Überstunden werden im nächsten Monat ausgeglichen, sofern die Führungskraft dem zustimmt. "

    assert parse((prose * 5).encode("latin-1"), "page.txt").text == prose * 5


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(b"# Title\n\x00\x01\x02", "page.md", id="a NUL byte"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "picture.txt", id="a picture"),
    ],
)
def test_binary_content_is_refused_in_a_file_with_the_ending_of_a_text_file(content: bytes, name: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(content, name)

    assert caught.value.reason == "it is a binary file, although its name ends like that of a text file"


@pytest.mark.parametrize("name", ["page.md", "page.txt", "page.html", "page.csv"])
@pytest.mark.parametrize("content", [b" ", b"\n\t \r\n", codecs.BOM_UTF8])
def test_a_file_of_nothing_but_white_space_contains_no_text(content: bytes, name: str) -> None:
    with pytest.raises(DocumentError):
        parse(content, name)


@pytest.mark.parametrize(
    ("name", "reason"), [("setup.exe", "files ending in '.exe' are not read"), ("LICENSE", "it has no file ending")]
)
def test_a_kind_that_no_parser_reads_is_unsupported_and_not_failed(name: str, reason: str) -> None:
    with pytest.raises(UnsupportedDocument) as caught:
        parse(b"anything", name)

    assert caught.value.reason == reason
    assert not is_supported(name)


@pytest.mark.parametrize("name", ["a.md", "a.MD", "a.txt", "a.py", "a.pdf", "a.docx", "a.html", "b/c.d/a.csv"])
def test_supported_kinds_are_recognised_by_their_ending_in_any_case(name: str) -> None:
    assert is_supported(name)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param("# Parental leave\n\nText.", "Parental leave", id="first heading"),
        pytest.param("Intro.\n\n## Part\n\n# Parental leave\n", "Parental leave", id="the first of level one"),
        pytest.param("Parental leave\n===\n\nText.", "Parental leave", id="underlined heading"),
        pytest.param("# **Parental** leave {#top} #\n", "Parental leave", id="without its markup"),
        pytest.param("# [Leave](https://example.org)\n", "Leave", id="without its link"),
        pytest.param("# C#\n", "C#", id="a mark that belongs to the word"),
        pytest.param("---\ntitle: Parental leave\ndraft: no\n---\n# Other\n", "Parental leave", id="front matter"),
        pytest.param('---\ntags: x\ntitle: "Leave: all"\n---\ntext', "Leave: all", id="front matter in quotes"),
        pytest.param("---\ntags: x\n---\n# Leave\n", "Leave", id="front matter without a title"),
        pytest.param("---\ntitle:\ntags: x\n---\n# Leave\n", "Leave", id="front matter with an empty title"),
        pytest.param("```sh\n# install it\n```\n\n# Leave\n", "Leave", id="a comment in code is no heading"),
        pytest.param("## Only a part\n\nText.", None, id="no heading of level one"),
        pytest.param("#hashtag\n", None, id="a hashtag is no heading"),
    ],
)
def test_a_markdown_page_is_called_what_it_calls_itself(text: str, title: str | None) -> None:
    parsed = parse(text.encode(), "page.md")

    assert parsed.title == title
    assert (parsed.text, parsed.page_starts) == (text, ())


def test_a_heading_in_a_comment_is_none() -> None:
    parsed = parse(b"<!--\n# Draft\n-->\n# Leave\n", "page.md")

    assert (parsed.title, parsed.text) == ("Leave", "\n# Leave\n")


def test_plain_text_has_no_title_and_no_headings() -> None:
    parsed = parse(b"# not a heading\n", "page.txt")

    assert parsed.title is None
    assert [(block.kind, block.section) for block in parsed.blocks] == [("paragraph", ())]


def test_reading_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.md").touch()

    with pytest.raises(DocumentError, match="it is empty"):
        read_file(tmp_path / "empty.md")


def test_reading_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="it cannot be read: No such file"):
        read_file(tmp_path / "gone.md")


def test_a_file_above_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(100_000_001)

    with pytest.raises(DocumentError, match="it has 100,000,001 bytes, more than the limit of 100,000,000; split it"):
        read_file(tmp_path / "huge.txt")


@pytest.mark.parametrize(
    ("name", "content", "text_format"),
    [
        ("a.md", b"# A\n\nText.", "markdown"),
        ("a.txt", b"# A", "plain"),
        ("a.py", b"print(1)", "plain"),
        ("a.csv", b"a,b\n1,2", "rendered"),
        ("a.html", b"<p>Text.</p>", "rendered"),
        ("a.ipynb", b'{"cells": [{"cell_type": "markdown", "source": "# A"}], "nbformat": 4}', "markdown"),
    ],
)
def test_a_text_says_how_it_is_to_be_read(name: str, content: bytes, text_format: str) -> None:
    assert parse(content, name).format == text_format
