"""A URL list of domain.toml as a source: `[[url_lists]]`.

The id of a document is the list's name and its URL without the scheme: `intranet/example.com/leave`. A page that the
list no longer names is removed; one that cannot be fetched stays as it was, and is named in the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import ConfigurationError, SourceUnavailable
from core.settings import without_password
from core.url_lists import UrlListSettings
from core.urls import is_http_url
from ingest.sources.source import RawDocument
from ingest.sources.web.fetch import Fetcher
from ingest.sources.web.page_cache import PageCache


@dataclass(frozen=True, slots=True)
class PageItem:
    """A page of the web, not fetched yet."""

    document_id: str
    url: str
    fetcher: Fetcher

    def read(self) -> RawDocument:
        """Fetch the page. Raises DocumentError."""
        page = self.fetcher.page(self.url)
        return RawDocument(page.content, page.file_name, url=self.url)


@dataclass(frozen=True, slots=True)
class UrlListSource:
    """The list of a domain in `folder`. What was fetched is kept in `cache`."""

    name: str
    settings: UrlListSettings
    folder: Path
    cache: Path

    @property
    def keeps_last(self) -> bool:
        """See Source. A page that cannot be fetched is listed all the same."""
        return False

    def lists(self, _: str, /) -> bool:
        """See Source."""
        return True

    def item(self, _: str, /) -> PageItem | None:
        """See Source. Every run lists every page."""
        return None

    def items(self) -> list[PageItem]:
        """Return the pages, ordered by id; one that is listed twice is one. What is kept of other pages is deleted.

        Raises SourceUnavailable for a file that cannot be read, and ConfigurationError for what is no address.
        """
        cache = PageCache(self.cache)
        fetcher = Fetcher(self.settings, cache)
        items: dict[str, PageItem] = {}
        for url in (*self.settings.urls, *self._listed_in_file()):
            self._check(url)
            plain = url.partition("#")[0]
            document_id = f"{self.settings.name}/{plain.partition('://')[2].strip('/')}"
            items.setdefault(document_id, PageItem(document_id, plain, fetcher))
        cache.keep_only(item.url for item in items.values())
        return [items[document_id] for document_id in sorted(items)]

    def _listed_in_file(self) -> list[str]:
        if self.settings.file is None:
            return []
        file = self.folder / self.settings.file
        try:
            lines = file.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SourceUnavailable(f"its list {file} cannot be read: {error}") from error
        return [text for line in lines if (text := line.strip()) and not text.startswith("#")]

    def _check(self, url: str) -> None:
        where = f"{self.folder / 'domain.toml'}: the list '{self.settings.name}' of [[url_lists]] has"
        if not url.isascii() or any(sign.isspace() for sign in url) or not is_http_url(url):
            raise ConfigurationError(
                f"{where} '{without_password(url)}', which is no address with http:// or https://, or has blanks or "
                "letters that are to be written as %XX."
            )
        if "@" in urlsplit(url).netloc:
            raise ConfigurationError(
                f"{where} an address with a user or password, of {urlsplit(url).hostname}. Remove it: addresses are "
                "shown with citations."
            )
