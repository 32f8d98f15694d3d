"""The pages that were fetched before: their content, and what their servers said by which to ask whether they changed.

A page is a file with its content and one with the rest, named after the hash of its URL. So a page that has not changed
is not sent again, and a rebuild of the index asks for nothing but changes. The folder may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from core.disk import PRIVATE, check_free
from core.files import replace_text

_log = logging.getLogger("groundwork")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was fetched. The ending of `file_name` decides how `content` is parsed."""

    content: bytes
    file_name: str
    etag: str | None = None
    last_modified: str | None = None


class PageCache:
    """Pages in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, url: str) -> Page | None:
        """Return the page of a URL; None where there is none, or where it is damaged."""
        content, about = self._files(url)
        try:
            fields = json.loads(about.read_text(encoding="utf-8"))
            found = Page(content.read_bytes(), fields["file_name"], fields["etag"], fields["last_modified"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if hashlib.sha256(found.content).hexdigest() == fields["sha256"] else None

    def store(self, url: str, page: Page) -> None:
        """Keep a page. Raises OSError, and DiskFull before anything is written.

        A crash between the two files leaves some that do not match: the page is fetched again.
        """
        content, about = self._files(url)
        self._folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        check_free(self._folder, len(page.content))
        aside = content.with_suffix(".new")
        aside.write_bytes(page.content)
        os.replace(aside, content)
        fields = asdict(page) | {"url": url, "sha256": hashlib.sha256(page.content).hexdigest()}
        del fields["content"]
        replace_text(about, json.dumps(fields, indent=2) + "\n")

    def keep_only(self, urls: Iterable[str]) -> None:
        """Delete the pages of all other URLs. What cannot be deleted is logged, and stays."""
        kept = {file for url in urls for file in self._files(url)}
        try:
            others = [file for file in self._folder.iterdir() if file not in kept] if self._folder.is_dir() else []
            for file in others:
                file.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("pages were not deleted from %s: %s", self._folder, error)

    def _files(self, url: str) -> tuple[Path, Path]:
        name = hashlib.sha256(url.encode()).hexdigest()
        return self._folder / f"{name}.page", self._folder / f"{name}.json"
