"""The stages of a distributed run, called here one after the other: what they write is what a local run writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.errors import DocumentError, IndexUnreachable, UnreadablePermissions, UnsupportedDocument
from core.index import Index
from core.index.edge.store import EdgeStore
from core.permissions import EVERYTHING
from ingest.distributed.messages import (
    EmbeddedPart,
    Examined,
    Part,
    ReadItem,
    Task,
    Unread,
    Written,
    table_of,
    values_of,
)
from ingest.distributed.stages import Embed, ParseAndChunk, Tools, Write, examine
from ingest.parse import parse
from ingest.process import Workshop
from ingest.run import ingest
from ingest.sources import RawDocument, sources_from_paths
from testing.builders import hash_fingerprint, hash_stages, no_progress
from testing.hash_embedder import HashEmbedder
from testing.points import same_points

WORKSHOP = Workshop(lambda _: HashEmbedder(), "english", parse)


def no_index() -> Index:
    raise AssertionError("this stage writes nothing")


LONG = "\n\n".join(f"## Rule {number}\n\nRule {number} is about desk {number * 7}." for number in range(600))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "handbook"
    made.mkdir()
    (made / "annual.md").write_text("# Annual leave\n\nThirty days a year.\n", encoding="utf-8")
    (made / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (made / "long.md").write_text(f"# Rules\n\n{LONG}\n", encoding="utf-8")
    return made


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[dict[str, Index]]:
    made = {}
    for name in ("local", "stages"):
        root = tmp_path / name
        root.mkdir()
        made[name] = EdgeStore(root, hash_fingerprint()).open()
    yield made
    for index in made.values():
        index.close()


def tasks_of(folder: Path) -> list[Task]:
    (source,) = sources_from_paths([folder])
    return [Task(position, source.name, item) for position, item in enumerate(source.items())]


def parts_of(folder: Path) -> list[Part | Unread]:
    with closing(ParseAndChunk(Tools(WORKSHOP, no_index))) as stage:
        return [value for table in stage(table_of(tasks_of(folder))) for value in values_of(table)]


def embedded_from(parts: list[Part | Unread], index: Index) -> list[Any]:
    return [*Embed(Tools(WORKSHOP, lambda: index))(table_of(parts))]


def test_a_document_is_examined_without_being_parsed(folder: Path) -> None:
    found: list[Examined] = [*values_of(examine(table_of(tasks_of(folder)), ()))]

    assert [one.position for one in found] == [0, 1, 2]
    assert all(len(one.content_hash) == 64 and one.groups == frozenset() and one.error is None for one in found)


@dataclass(frozen=True)
class Locked:
    """An item that cannot be read."""

    kind: type[DocumentError]
    document_id: str = "a.md"

    def read(self) -> Any:
        raise self.kind("it is locked") from OSError("a cause that is not sent")


@pytest.mark.parametrize("kind", [DocumentError, UnsupportedDocument, UnreadablePermissions])
def test_the_reason_of_a_document_that_cannot_be_read_reaches_the_driver(kind: type[DocumentError]) -> None:
    tasks = table_of([Task(3, "handbook", Locked(kind))])

    (examined,) = values_of(examine(tasks, ()))
    (table,) = ParseAndChunk(Tools(WORKSHOP, no_index))(tasks)
    (unread,) = values_of(table)

    for found in (examined, unread):
        assert type(found.error) is kind
        assert (found.position, found.error.reason) == (3, "it is locked")


def test_a_long_document_has_several_parts_of_which_the_first_has_the_text(folder: Path) -> None:
    annual, broken, *long = parts_of(folder)

    assert isinstance(annual, Part)
    assert (annual.number, annual.parts) == (0, 1)
    assert isinstance(broken, Unread)
    assert "PDF" in broken.error.reason
    parts = [part for part in long if isinstance(part, Part)]
    assert [(part.number, part.parts) for part in parts] == [(0, 2), (1, 2)]
    assert [bool(part.document.text) for part in parts] == [True, False]
    assert sum(len(part.chunks) for part in parts) == parts[0].chunks_in_all > 512


def test_what_the_stages_write_is_what_a_local_run_writes_also_when_a_part_is_written_twice(
    folder: Path, opened: dict[str, Index]
) -> None:
    (folder / "long.md").write_text("# Rules\n\nOne rule.\n", encoding="utf-8")
    ingest(sources_from_paths([folder]), opened["local"], hash_stages(), no_progress)
    write = Write(Tools(WORKSHOP, partial(opened.__getitem__, "stages")))

    tables = embedded_from(parts_of(folder), opened["stages"])
    for table in (*tables, *tables):
        written = [value for value in values_of(write(table)) if isinstance(value, Written)]

    assert written
    assert same_points(opened["stages"].stored_points(), opened["local"].stored_points()) == ""
    view = opened["stages"].visible_to(EVERYTHING)
    assert view.chunk_count() == opened["local"].visible_to(EVERYTHING).chunk_count()


def test_a_document_of_several_parts_is_not_complete_before_the_driver_says_so(
    folder: Path, opened: dict[str, Index]
) -> None:
    write = Write(Tools(WORKSHOP, partial(opened.__getitem__, "stages")))

    written = [
        value
        for table in embedded_from(parts_of(folder), opened["stages"])
        for value in values_of(write(table))
        if isinstance(value, Written) and value.parts > 1
    ]

    assert [(one.number, one.document is not None) for one in written] == [(0, True), (1, False)]
    records = {record.id: record for record in opened["stages"].records()}
    assert (records["annual.md"].complete, records["long.md"].complete) == (True, False)


def test_workers_wait_for_a_server_that_is_away(
    folder: Path, opened: dict[str, Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.patience._PAUSE_SECONDS", 0.0)
    index = opened["stages"]
    for call in ("vectors_of", "write_chunks"):
        answers, answer = iter((False, False)), getattr(index, call)

        def away(*arguments: Any, answers: Iterator[bool] = answers, answer: Any = answer) -> Any:
            if not next(answers, True):
                raise IndexUnreachable("The server is away.")
            return answer(*arguments)

        monkeypatch.setattr(index, call, away)
    write = Write(Tools(WORKSHOP, lambda: index))

    written = [value for table in embedded_from(parts_of(folder), index) for value in values_of(write(table))]

    assert sum(isinstance(value, Written) for value in written) == 3


def test_a_local_run_writes_the_first_part_that_killed_workers_did_not(folder: Path, opened: dict[str, Index]) -> None:
    *_, last = [part for part in parts_of(folder) if isinstance(part, Part)]
    write = Write(Tools(WORKSHOP, partial(opened.__getitem__, "stages")))
    for table in embedded_from([last], opened["stages"]):
        write(table)

    for index in opened.values():
        ingest(sources_from_paths([folder]), index, hash_stages(), no_progress)

    assert last.number == 1
    assert same_points(opened["stages"].stored_points(), opened["local"].stored_points()) == ""


def test_a_text_that_the_index_has_is_not_embedded_again(folder: Path, opened: dict[str, Index]) -> None:
    ingest(sources_from_paths([folder]), opened["local"], hash_stages(), no_progress)

    found = [value for table in embedded_from(parts_of(folder), opened["local"]) for value in values_of(table)]

    embedded = [value for value in found if isinstance(value, EmbeddedPart)]
    assert sum(one.reused for one in embedded) == sum(len(one.chunks) for one in embedded) > 0


def test_what_the_driver_has_read_is_not_read_again(folder: Path) -> None:
    raw = RawDocument(b"# Page\n\nOf the web.\n", "page.md", url="https://example.com/page")
    tasks = table_of([Task(0, "pages", ReadItem("pages/page.md", raw))])

    with closing(ParseAndChunk(Tools(WORKSHOP, no_index))) as stage:
        (part,) = [value for table in stage(tasks) for value in values_of(table)]

    assert (part.document.text.strip(), part.document.url) == ("# Page\n\nOf the web.", raw.url)
