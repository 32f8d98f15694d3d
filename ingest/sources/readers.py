"""Any LlamaIndex reader as a source: the class, its arguments and those of `load_data` come from domain.toml.

    [[readers]]
    name = "wiki"
    class = "llama_index.readers.confluence.ConfluenceReader"
    arguments = { base_url = "https://example.atlassian.net/wiki" }
    load = { space_key = "HR" }

LlamaIndex is imported when such a source is listed, and nowhere else in the ingestion.

Not covered: page numbers (a reader gives the text of a document, not where its pages begin); documents that do not
fit in memory together; a URL that changes while title and text stay the same, which is not updated.
"""

from __future__ import annotations

import importlib
import inspect
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.domain import ReaderSettings
from core.errors import ConfigurationError, DocumentError, SourceUnavailable
from ingest.blocks import Markup
from ingest.sources import RawDocument
from ingest.sources.reader_metadata import groups_in, markup_of, stable_id, title_of, url_of

if TYPE_CHECKING:
    from llama_index.core.readers.base import BaseReader
    from llama_index.core.schema import Document as LlamaDocument

_log = logging.getLogger("groundwork")
_HUB = "llama_index.readers."
_LONGEST_CAUSE = 300
"""Characters of a library's message that are repeated in ours."""


@dataclass(frozen=True, slots=True)
class ReaderItem:
    """A document that a reader loaded; `title`, `url` and `groups` are from its metadata."""

    document_id: str
    text: str
    markup: Markup
    title: str | None
    url: str | None
    groups: Any = None

    def read(self) -> RawDocument:
        """Return the text as a Markdown or plain text file. Raises DocumentError for text that is not Unicode."""
        try:
            content = self.text.encode()
        except UnicodeEncodeError as error:
            raise DocumentError(f"its text is not valid Unicode: {error.reason} at character {error.start}") from error
        ending = "md" if self.markup == "markdown" else "txt"
        return RawDocument(content, f"document.{ending}", self.title, self.url, groups=self.groups)


@dataclass(frozen=True, slots=True)
class ReaderSource:
    """A reader of the domain in `folder`. The ids of its documents begin with the reader's name."""

    name: str
    settings: ReaderSettings
    folder: Path

    @property
    def keeps_last(self) -> bool:
        """See Source. A reader that cannot reach its documents fails, so that none are none."""
        return False

    def lists(self, _: str, /) -> bool:
        """See Source. Every run loads every document."""
        return True

    def item(self, _: str, /) -> ReaderItem | None:
        """See Source."""
        return None

    def items(self) -> list[ReaderItem]:
        """Load every document and return them, ordered by id.

        When several have the same id, the second in the reader's order gets the suffix "#2", and so on. Raises
        ConfigurationError when the class cannot be imported, is no reader or refuses its arguments, and
        SourceUnavailable when it fails in any other way.
        """
        items: dict[str, ReaderItem] = {}
        for document in self._documents():
            item = self._item(document, items)
            items[item.document_id] = item
        return [items[document_id] for document_id in sorted(items)]

    def _documents(self) -> list[LlamaDocument]:
        reader = self._construct(self._reader_class())
        self._check_arguments(_loading_method(reader), "load", self.settings.load)
        try:
            loaded = list(reader.load_data(**self.settings.load))
        except ImportError as error:
            raise self._error(f"needs a package that is not installed: {_on_one_line(error)}") from error
        except Exception as error:
            # A reader is other people's code: whatever it raises, its documents must stay in the index.
            _log.info("%s failed", self._subject, exc_info=error)
            raise SourceUnavailable(f"it could not be loaded: {type(error).__name__}: {_on_one_line(error)}") from error
        return [self._checked(document) for document in loaded]

    def _reader_class(self) -> type[BaseReader]:
        from llama_index.core.readers.base import BaseReader

        module, _, name = self.settings.class_path.rpartition(".")
        try:
            found = getattr(importlib.import_module(module), name)
        except ImportError as error:
            raise self._error(f"cannot be imported: {_on_one_line(error)}. {_installation(module, error)}") from error
        except AttributeError as error:
            raise self._error(
                f"does not exist: the module {module} has no '{name}'. Correct the key 'class'"
            ) from error
        except Exception as error:
            # A module is other people's code, and can fail in any way while it is imported.
            _log.info("%s failed", self._subject, exc_info=error)
            raise self._error(f"cannot be imported: {type(error).__name__}: {_on_one_line(error)}") from error
        if not (isinstance(found, type) and issubclass(found, BaseReader)):
            raise self._error(
                "is no LlamaIndex reader (a subclass of llama_index.core.readers.base.BaseReader). "
                "Name a reader in the key 'class'"
            )
        return found

    def _construct(self, reader_class: type[BaseReader]) -> BaseReader:
        self._check_arguments(reader_class, "arguments", self.settings.arguments)
        try:
            return reader_class(**self.settings.arguments)
        except ImportError as error:
            raise self._error(f"needs a package that is not installed: {_on_one_line(error)}") from error
        except (TypeError, ValueError) as error:
            raise self._error(f"refuses its 'arguments': {_on_one_line(error)}") from error
        except Exception as error:
            # Some readers connect when they are constructed.
            _log.info("%s failed", self._subject, exc_info=error)
            raise SourceUnavailable(f"it could not be set up: {type(error).__name__}: {_on_one_line(error)}") from error

    def _check_arguments(self, function: Callable[..., Any], key: str, arguments: Mapping[str, Any]) -> None:
        try:
            inspect.signature(function).bind(**arguments)
        except TypeError as error:
            accepted = ", ".join(inspect.signature(function).parameters) or "none"
            raise self._error(f"refuses the key '{key}': {error}. It accepts: {accepted}") from error

    def _checked(self, document: object) -> LlamaDocument:
        from llama_index.core.schema import Document

        if not isinstance(document, Document):
            raise self._error(f"returned a {type(document).__name__}, which is no LlamaIndex document")
        return document

    def _item(self, document: LlamaDocument, taken: Mapping[str, object]) -> ReaderItem:
        metadata = document.metadata
        text = document.get_content()
        document_id = f"{self.settings.name}/{stable_id(document.node_id, metadata, text, self.folder)}"
        return ReaderItem(
            document_id=_unused(document_id, taken),
            text=text,
            markup=markup_of(metadata),
            title=title_of(metadata),
            url=url_of(metadata),
            groups=groups_in(metadata),
        )

    @property
    def _subject(self) -> str:
        return f"{self.folder / 'domain.toml'}: the reader '{self.settings.name}' ({self.settings.class_path})"

    def _error(self, problem: str) -> ConfigurationError:
        return ConfigurationError(f"{self._subject} {problem}.")


def _loading_method(reader: BaseReader) -> Callable[..., Any]:
    """Return the method whose parameters `load_data` has: without one of its own it passes all to `lazy_load_data`."""
    from llama_index.core.readers.base import BaseReader

    inherited = type(reader).load_data is BaseReader.load_data
    return reader.lazy_load_data if inherited else reader.load_data


def _installation(module: str, error: ImportError) -> str:
    """Return what to install: LlamaHub names its packages after the modules in them."""
    missing = error.name or module
    if missing.startswith(_HUB) or (module.startswith(_HUB) and missing in (_HUB.rstrip("."), "llama_index")):
        package = "-".join(module.removeprefix(_HUB).partition(".")[0].split("_"))
        return f"Install it: pip install llama-index-readers-{package}"
    return f"Install the package that has the module '{missing}', or put its folder on PYTHONPATH"


def _on_one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:_LONGEST_CAUSE].rstrip(".") or type(error).__name__


def _unused(document_id: str, taken: Mapping[str, object]) -> str:
    if document_id not in taken:
        return document_id
    number = 2
    while f"{document_id}#{number}" in taken:
        number += 1
    return f"{document_id}#{number}"
