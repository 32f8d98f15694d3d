"""What readers say about a document."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from ingest.sources.reader_metadata import markup_of, stable_id, title_of, url_of

RANDOM = "d656f0b6-ae13-45db-a36b-9e172d935ec2"
FOLDER = Path("/srv/team")


@pytest.mark.parametrize(
    ("metadata", "title"),
    [({"title": "Leave"}, "Leave"), ({"Title": " On\n leave "}, "On leave"), ({"title": None}, None), ({}, None)],
)
def test_a_title_is_one_line(metadata: dict[str, Any], title: str | None) -> None:
    assert title_of(metadata) == title


@pytest.mark.parametrize(
    ("metadata", "url"),
    [
        ({"url": "https://example.org/a"}, "https://example.org/a"),
        ({"URL": "http://example.org"}, "http://example.org"),
        ({"url": "", "link": "https://example.org/feed"}, "https://example.org/feed"),
        ({"source": "https://example.org/a"}, "https://example.org/a"),
        ({"source": "intranet"}, None),
        ({"url": "javascript:alert(1)"}, None),
        ({"url": "https://[broken"}, None),
        ({"url": 7}, None),
        ({}, None),
    ],
)
def test_a_url_is_one_that_a_browser_can_open(metadata: dict[str, Any], url: str | None) -> None:
    assert url_of(metadata) == url


@pytest.mark.parametrize(
    ("file_type", "markup"),
    [("text/markdown", "markdown"), (".md", "markdown"), (None, "markdown"), ("text/plain", "plain"), ("pdf", "plain")],
)
def test_text_is_markdown_unless_the_reader_says_otherwise(file_type: str | None, markup: str) -> None:
    assert markup_of({"file_type": file_type}) == markup


@pytest.mark.parametrize(
    ("reader_id", "metadata", "expected"),
    [
        pytest.param("page-7", {"url": "https://example.org"}, "page-7", id="its own"),
        pytest.param("https://example.org/a", {}, "https://example.org/a", id="a URL"),
        pytest.param("/srv/team/pages/a.md", {}, "pages/a.md", id="a path below the domain"),
        pytest.param("/data/a.md", {}, "data/a.md", id="a path elsewhere"),
        pytest.param(RANDOM, {"page_id": 42, "title": "A"}, "42", id="the page's id"),
        pytest.param(RANDOM, {"file_path": "/srv/team/a.md", "title": "A"}, "a.md", id="the file"),
        pytest.param(RANDOM, {"file_path": Path("a.md")}, "a.md", id="the file as a path"),
        pytest.param(RANDOM, {"url": "https://example.org", "title": "A"}, "https://example.org", id="the URL"),
        pytest.param(RANDOM, {"id": True, "title": "A"}, "A", id="the title"),
        pytest.param(RANDOM, {"title": " "}, hashlib.sha256(b"Text.").hexdigest(), id="the content"),
        pytest.param("", {}, hashlib.sha256(b"Text.").hexdigest(), id="no id"),
    ],
)
def test_an_id_is_the_same_in_the_next_run(reader_id: str, metadata: dict[str, Any], expected: str) -> None:
    assert stable_id(reader_id, metadata, "Text.", FOLDER) == expected
