"""LlamaIndex readers for tests, named in domain files by their import path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from llama_index.core.readers.base import BasePydanticReader, BaseReader
from llama_index.core.schema import Document

pages: dict[str, str] = {}
"""What the wiki has, by page id. Tests change it between two runs."""


class WikiReader(BaseReader):
    """Loads `pages`; without a network it fails as HTTP clients do."""

    def __init__(self, space: str, online: bool = True) -> None:
        self.space = space
        self.online = online

    def load_data(self, limit: int = 100) -> list[Document]:
        """Return one document for each page."""
        if not self.online or "!" in pages:
            raise ConnectionError("wiki.example.org did not answer")
        return [self._page(name, text) for name, text in list(pages.items())[:limit]]

    def _page(self, name: str, text: str) -> Document:
        url = f"https://wiki.example.org/{self.space}/{name}"
        return Document(text=text, id_=name, metadata={"title": name.title(), "url": url})


class LazyReader(BaseReader):
    """Has `lazy_load_data` alone, as many readers on LlamaHub."""

    def lazy_load_data(self, count: int) -> Iterable[Document]:
        """Yield numbered pages."""
        for number in range(count):
            yield Document(text=f"Page {number}.", id_=str(number))


class KeyReader(BasePydanticReader):
    """A reader whose arguments pydantic checks."""

    key: int

    def load_data(self) -> list[Document]:
        """Return nothing."""
        return []


class NeedyReader(BaseReader):
    """Imports a package when it is constructed or when it loads, as most readers on LlamaHub."""

    def __init__(self, at_once: bool) -> None:
        if at_once:
            self._need()

    def load_data(self) -> list[Document]:
        """Raise ImportError."""
        return self._need()

    def _need(self) -> list[Document]:
        raise ImportError("`atlassian` package not found, please run `pip install atlassian-python-api`")


class ConnectingReader(BaseReader):
    """Connects when it is constructed."""

    def __init__(self) -> None:
        raise ConnectionError("wiki.example.org did not answer")


class ListReader(BaseReader):
    """Returns what it is given, which need not be documents."""

    def __init__(self, loaded: Any) -> None:
        self.loaded = loaded

    def load_data(self) -> Any:
        """Return it."""
        return self.loaded


NO_READER = "a string"
