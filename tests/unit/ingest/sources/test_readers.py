"""A LlamaIndex reader as a source: what it loads, what its documents are called, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.schema import Document

from core.domain import ReaderSettings
from core.errors import ConfigurationError, DocumentError, SourceUnavailable
from ingest.sources.readers import ReaderItem, ReaderSource
from testing import llama_readers

Table = Mapping[str, Any]
TEAM = Path("/team")
NO_ARGUMENTS: Table = {}


@pytest.fixture(autouse=True)
def wiki() -> Iterator[dict[str, str]]:
    llama_readers.pages.clear()
    llama_readers.pages.update({"leave": "# Leave\n\nThirty days.", "pay": "On the first."})
    yield llama_readers.pages
    llama_readers.pages.clear()


def source_of(
    class_path: str, folder: Path = TEAM, *, arguments: Table = NO_ARGUMENTS, load: Table = NO_ARGUMENTS
) -> ReaderSource:
    if "." not in class_path:
        class_path = f"testing.llama_readers.{class_path}"
    return ReaderSource("team:wiki", ReaderSettings("wiki", class_path, arguments, load), folder)


def directory_of(folder: Path, **arguments: Any) -> ReaderSource:
    given = {"input_dir": str(folder), "recursive": True, **arguments}
    return source_of("llama_index.core.SimpleDirectoryReader", folder, arguments=given)


def item_of(document: Document) -> ReaderItem:
    (item,) = source_of("ListReader", arguments={"loaded": [document]}).items()
    return item


def refused(source: ReaderSource) -> str:
    with pytest.raises(ConfigurationError) as caught:
        source.items()
    return str(caught.value)


def test_documents_have_the_readers_ids_below_its_name() -> None:
    items = source_of("WikiReader", arguments={"space": "HR"}).items()

    assert [item.document_id for item in items] == ["wiki/leave", "wiki/pay"]
    raw = items[0].read()
    assert (raw.content, raw.title, raw.url) == (
        b"# Leave\n\nThirty days.", "Leave", "https://wiki.example.org/HR/leave",
    )  # fmt: skip


def test_arguments_go_to_the_constructor_and_load_to_load_data() -> None:
    items = source_of("WikiReader", arguments={"space": "IT"}, load={"limit": 1}).items()

    assert [item.url for item in items] == ["https://wiki.example.org/IT/leave"]


def test_a_reader_that_loads_lazily_is_read() -> None:
    assert [item.document_id for item in source_of("LazyReader", load={"count": 2}).items()] == ["wiki/0", "wiki/1"]


def test_a_directory_reader_has_paths_relative_to_the_domain_as_ids(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "leave.md").write_text("# Leave\n\nThirty days.", encoding="utf-8")
    (tmp_path / "setup.py").write_text("# a comment", encoding="utf-8")

    items = directory_of(tmp_path).items()

    assert [(item.document_id, item.markup) for item in items] == [
        ("wiki/pages/leave.md", "markdown"), ("wiki/setup.py", "plain"),
    ]  # fmt: skip
    assert [item.document_id for item in directory_of(tmp_path, filename_as_id=True).items()] == [
        "wiki/pages/leave.md", "wiki/setup.py",
    ]  # fmt: skip


def test_strings_without_any_id_are_named_by_their_content() -> None:
    class_path = "llama_index.core.readers.StringIterableReader"

    first = source_of(class_path, load={"texts": ["Thirty days.", "On the first."]}).items()
    second = source_of(class_path, load={"texts": ["On the first.", "Forty days."]}).items()

    assert len({item.document_id for item in [*first, *second]}) == 3
    (same,) = {item.document_id for item in first} & {item.document_id for item in second}
    assert next(item.text for item in first if item.document_id == same) == "On the first."


def test_several_documents_of_one_id_are_numbered_in_the_readers_order() -> None:
    parts = [Document(text=f"Part {number}.", metadata={"file_path": "a.pdf"}) for number in range(3)]

    items = source_of("ListReader", arguments={"loaded": parts}).items()

    assert {item.document_id: item.text for item in items} == {
        "wiki/a.pdf": "Part 0.", "wiki/a.pdf#2": "Part 1.", "wiki/a.pdf#3": "Part 2.",
    }  # fmt: skip


def test_markdown_and_plain_text_are_parsed_as_what_they_are() -> None:
    assert item_of(Document(text="Text.")).read().file_name == "document.md"
    assert item_of(Document(text="Text.", metadata={"file_type": "text/plain"})).read().file_name == "document.txt"


def test_a_document_with_another_title_has_another_hash() -> None:
    one, same, other = (
        item_of(Document(text="Text.", id_="a", metadata={"title": title, "seen": seen})).read().content_hash
        for title, seen in (("A", 1), ("A", 2), ("B", 1))
    )

    assert one == same != other


def test_text_that_is_not_unicode_is_a_failed_document() -> None:
    item = ReaderItem("wiki/a", "broken \ud800", "plain", None, None)

    with pytest.raises(DocumentError, match="its text is not valid Unicode: surrogates not allowed at character 7"):
        item.read()


def test_a_reader_without_a_network_is_unavailable() -> None:
    for source in (source_of("WikiReader", arguments={"space": "HR", "online": False}), source_of("ConnectingReader")):
        with pytest.raises(SourceUnavailable, match=r"ConnectionError: wiki\.example\.org did not answer"):
            source.items()


def test_a_reader_that_returns_nothing_at_all_is_unavailable() -> None:
    with pytest.raises(SourceUnavailable, match="TypeError: 'NoneType' object is not iterable"):
        source_of("ListReader", arguments={"loaded": None}).items()


@pytest.mark.parametrize(
    ("class_path", "advice"),
    [
        ("llama_index.readers.confluence.ConfluenceReader", "pip install llama-index-readers-confluence."),
        ("llama_index.readers.google_docs.base.Reader", "pip install llama-index-readers-google-docs."),
        ("no_such_package.Reader", "Install the package that has the module 'no_such_package', or put its folder on"),
    ],
)
def test_a_package_that_is_missing_is_named_with_what_to_install(class_path: str, advice: str) -> None:
    message = refused(source_of(class_path))

    assert message.startswith(f"/team/domain.toml: the reader 'wiki' ({class_path}) cannot be imported: No module")
    assert advice in message


@pytest.mark.parametrize("at_once", [True, False])
def test_a_package_that_the_reader_itself_misses_is_named(at_once: bool) -> None:
    message = refused(source_of("NeedyReader", arguments={"at_once": at_once}))

    assert "needs a package that is not installed: `atlassian` package not found" in message


def test_a_class_that_does_not_exist_is_named() -> None:
    assert "does not exist: the module testing.llama_readers has no 'Wiki'" in refused(source_of("Wiki"))


def test_a_module_that_fails_while_it_is_imported_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_reader.py").write_text("raise RuntimeError('no display')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))

    message = refused(source_of("broken_reader.Reader"))

    assert "the reader 'wiki' (broken_reader.Reader) cannot be imported: RuntimeError: no display." in message


@pytest.mark.parametrize("class_path", ["NO_READER", "pathlib.Path", "ingest.sources.readers.ReaderSource"])
def test_what_is_no_reader_is_refused(class_path: str) -> None:
    assert "is no LlamaIndex reader (a subclass of llama_index.core.readers" in refused(source_of(class_path))


@pytest.mark.parametrize(
    ("class_path", "arguments", "load", "problem"),
    [
        ("WikiReader", {}, {}, "the key 'arguments': missing a required argument: 'space'. It accepts: space, online."),
        ("WikiReader", {"place": 1}, {}, "the key 'arguments': "),
        ("WikiReader", {"space": "HR"}, {"pages": 3}, "the key 'load': got an unexpected keyword argument 'pages'. It"),
        ("LazyReader", {}, {}, "the key 'load': missing a required argument: 'count'. It accepts: count."),
        ("KeyReader", {"key": "x"}, {}, "its 'arguments': 1 validation error for KeyReader key Input should be"),
    ],
)
def test_arguments_that_the_reader_does_not_take_are_named(
    class_path: str, arguments: Table, load: Table, problem: str
) -> None:
    assert f"refuses {problem}" in refused(source_of(class_path, arguments=arguments, load=load))


def test_a_folder_that_a_directory_reader_does_not_find_is_named() -> None:
    assert "refuses its 'arguments': Directory /nowhere does not exist" in refused(directory_of(Path("/nowhere")))


def test_what_is_no_document_is_refused() -> None:
    message = refused(source_of("ListReader", arguments={"loaded": ["text"]}))

    assert "returned a str, which is no LlamaIndex document" in message
