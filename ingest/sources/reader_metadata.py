"""What LlamaIndex readers say about a document: its title, URL, markup, and an id that is the same in the next run.

LlamaIndex prescribes no metadata keys. The keys below are those that SimpleDirectoryReader and the readers on LlamaHub
for web pages, wikis, issue trackers and feeds write; the first one with a value is used.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import urlsplit

from ingest.blocks import Markup

GROUPS_KEY = "access_groups"
"""Who may read the document: a list of groups, or one. No reader writes it by itself; see `ingest/permissions.py`."""
_ID_KEYS = ("id", "doc_id", "document_id", "page_id", "file_path", "path", "url", "URL", "source", "link", "title")
_TITLE_KEYS = ("title", "Title", "page_title")
_URL_KEYS = ("url", "URL", "source_url", "web_url", "html_url", "page_url", "link", "source")

# LlamaIndex gives a document without an id a random UUID, version 4.
_RANDOM_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def title_of(metadata: Mapping[str, Any]) -> str | None:
    """Return the document's title on one line, or None when the reader gives none."""
    return " ".join(_first(metadata, _TITLE_KEYS).split()) or None


def url_of(metadata: Mapping[str, Any]) -> str | None:
    """Return the http(s) URL at which the document can be read, or None when the reader gives none."""
    return next((value for key in _URL_KEYS if _is_web_address(value := _text(metadata.get(key)))), None)


def groups_in(metadata: Mapping[str, Any]) -> Any:
    """Return what the reader says about who may read the document, as it says it; None where it says nothing."""
    if GROUPS_KEY not in metadata:
        return None
    # A null is a statement that cannot be read, as no name is.
    return "" if metadata[GROUPS_KEY] is None else metadata[GROUPS_KEY]


def markup_of(metadata: Mapping[str, Any]) -> Markup:
    """Return "markdown", unless the reader gives another file type, as SimpleDirectoryReader does for a text file."""
    file_type = _text(metadata.get("file_type"))
    return "markdown" if not file_type or "markdown" in file_type or file_type in ("md", ".md") else "plain"


def stable_id(reader_id: str, metadata: Mapping[str, Any], text: str, folder: Path) -> str:
    """Return an id that the document keeps from run to run.

    It is the reader's own id. An id that LlamaIndex made up (a random UUID) differs in every run: it is replaced by the
    first of the metadata `id`, `doc_id`, `document_id`, `page_id`, `file_path`, `path`, `url`, `source`, `link` and
    `title` that has a value, else by the SHA-256 of the text, with which a changed document is a new one. A path below
    `folder` is made relative to it, so that a checkout elsewhere has the same ids.

    Not covered: a reader whose own ids change while the document stays.
    """
    given = "" if _RANDOM_ID.fullmatch(reader_id) else reader_id
    chosen = given or _first(metadata, _ID_KEYS)
    return _relative(chosen, folder) or hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _first(metadata: Mapping[str, Any], keys: Sequence[str]) -> str:
    return next((value for key in keys if (value := _text(metadata.get(key)))), "")


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int | PurePath) and not isinstance(value, bool) else ""


def _relative(value: str, folder: Path) -> str:
    path = PurePath(value)
    if not path.is_absolute():
        return value
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else value.lstrip("/")


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
