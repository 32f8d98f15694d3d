"""What readers see of an index, on every backend: as if the other documents were not there."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.index import Bm25Encoder, Index, IndexView
from core.permissions import EVERYTHING, PUBLIC, Readers
from core.types import Chunk, Hit, HybridQuery, Vectors
from testing.builders import chunk_of, document_of, embed, hash_fingerprint, query_of, record_of
from testing.stores import BACKENDS, LOCAL_MODE, Place, place

pytestmark = pytest.mark.filterwarnings(LOCAL_MODE)

HR = frozenset({"hr"})
BOARD = frozenset({"hr", "board"})
OPEN = frozenset[str]()
PAGES = {
    "leave.md": (OPEN, "Every colleague has thirty days of leave in a calendar year; the canteen is closed on Sunday."),
    "laptops.md": (OPEN, "A laptop is replaced after four years. Report a broken laptop to the desk."),
    "salaries.md": (HR, "The salary of a colleague is raised in a calendar year by three percent; leave is paid."),
    "warnings.md": (HR, "A colleague with a second warning loses the laptop and the leave of the calendar year."),
    "sale.md": (BOARD, "The board sells the laptop division to Zebrafinch within the calendar year."),
    "budget.md": (frozenset({"board"}), "The budget of the desk is thirty thousand; salaries grow, laptops do not."),
}
# The engine orders equal scores within one ranking as it likes: no two pages have the same length.
PAGES = {name: (groups, f"{text} {'etc ' * number**2}") for number, (name, (groups, text)) in enumerate(PAGES.items())}
READERS = {
    "nobody": PUBLIC,
    "a member of hr": Readers(HR),
    "a member of the board": Readers(frozenset({"board", "golf club"})),
    "a member of both": Readers(BOARD),
}
QUESTIONS = ("leave of a colleague in a calendar year", "laptop", "salaries and budget", "Zebrafinch", "the desk")


def chunks_of(pages: dict[str, tuple[frozenset[str], str]]) -> list[Chunk]:
    return [replace(chunk_of(name, text), groups=groups) for name, (groups, text) in pages.items()]


def vector_of(text: str) -> Vectors:
    """Return a vector that is the same for the same text, and equally far from no two others."""
    vector = np.random.default_rng(zlib.crc32(text.encode())).normal(size=64).astype(np.float32)
    return vector / np.linalg.norm(vector)


def asked(question: str, *, by_sentences: bool = False) -> HybridQuery:
    return replace(query_of(question, by_sentences=by_sentences), dense=vector_of(question))


def fill(index: Index, pages: dict[str, tuple[frozenset[str], str]]) -> None:
    embedded = embed(chunks_of(pages))
    index.write_chunks(
        [
            replace(
                one,
                dense=vector_of(one.chunk.text),
                sentences=np.stack([vector_of(f"{one.chunk.text}{at}") for at in range(len(one.sentences))]),
            )
            for one in embedded
        ]
    )
    for name, (groups, text) in pages.items():
        document = replace(document_of(text, document_id=name), groups=groups)
        index.write_document(record_of(document), document)
    index.settle()


@pytest.fixture
def filled(index: Index) -> Index:
    fill(index, PAGES)
    return index


def seen_by(readers: Readers) -> dict[str, tuple[frozenset[str], str]]:
    return {name: page for name, page in PAGES.items() if readers.may_read(page[0])}


@pytest.fixture
def alone(request: pytest.FixtureRequest, where: Place, tmp_path: Path) -> Iterator[Index]:
    """The index of the same backend with the pages alone that the readers of the test may read."""
    backend = request.node.callspec.params["where"]
    (tmp_path / "alone").mkdir()
    with ExitStack() as opened:
        other = opened.enter_context(place(backend, tmp_path / "alone"))
        index = other.store(hash_fingerprint()).open()
        opened.callback(index.close)
        yield index


def listed(hits: list[Hit]) -> list[tuple[str, float, float]]:
    return [(hit.chunk.document_id, round(hit.fused, 5), round(hit.similarity, 5)) for hit in hits]


@pytest.mark.parametrize("readers", READERS.values(), ids=READERS)
def test_readers_see_what_an_index_with_their_documents_alone_has(
    filled: Index, alone: Index, readers: Readers
) -> None:
    fill(alone, seen_by(readers))
    seen, expected = filled.visible_to(readers), alone.visible_to(EVERYTHING)
    assert seen.chunk_count() == expected.chunk_count() == len(seen_by(readers))
    assert seen.records() == expected.records()
    for question in QUESTIONS:
        for by_sentences in (False, True):
            query = asked(question, by_sentences=by_sentences)
            assert listed(seen.search(query, 10)) == listed(expected.search(query, 10))
        tokens = Bm25Encoder("english").query(question).indices
        assert seen.term_idf(tokens) == pytest.approx(expected.term_idf(tokens), rel=1e-4)
    for word in ("zebrafinsh", "salery", "colleage", "laptopp", "bugdet", "wraning"):
        assert seen.similar_words(word, 5) == expected.similar_words(word, 5)
    for name, chunk in zip(PAGES, chunks_of(PAGES), strict=True):
        assert seen.document(name) == expected.document(name)
        assert seen.chunks([chunk.id]) == expected.chunks([chunk.id])


def test_a_search_that_is_filtered_by_document_does_not_open_it(filled: Index) -> None:
    only = query_of("Zebrafinch").filter
    query = replace(query_of("Zebrafinch"), filter=replace(only, document_ids=("sale.md",)))
    assert listed(filled.visible_to(PUBLIC).search(query, 5)) == []
    assert len(filled.visible_to(Readers(HR)).search(query, 5)) == 1


def test_readers_of_the_same_documents_have_the_same_restriction(filled: Index, alone: Index) -> None:
    assert filled.visible_to(EVERYTHING).restriction is None
    assert filled.visible_to(READERS["a member of the board"]).restriction == frozenset({"board"})
    assert filled.visible_to(PUBLIC).restriction == OPEN
    fill(alone, seen_by(PUBLIC))
    assert alone.visible_to(PUBLIC).restriction is None


def names(view: IndexView, question: str) -> set[str]:
    return {hit.chunk.document_id for hit in view.search(query_of(question), 10)}


def test_the_groups_of_a_document_change_without_its_vectors(filled: Index) -> None:
    before = [hit.similarity for hit in filled.visible_to(EVERYTHING).search(query_of("Zebrafinch"), 10)]

    filled.change_groups("leave.md", HR)
    filled.change_groups("sale.md", OPEN)
    filled.settle()

    public = filled.visible_to(PUBLIC)
    assert names(public, "leave") == {"laptops.md", "sale.md"}
    assert [record.id for record in public.records()] == ["laptops.md", "sale.md"]
    assert public.document("leave.md") is None
    assert public.document("sale.md") is not None
    assert public.similar_words("zebrafinsh", 1) == ["zebrafinch"]
    assert "canteen" not in public.similar_words("canteeen", 10)
    assert "canteen" in filled.visible_to(Readers(HR)).similar_words("canteeen", 10)
    assert [hit.similarity for hit in filled.visible_to(EVERYTHING).search(query_of("Zebrafinch"), 10)] == before
    assert {record.id: record.groups for record in filled.records()}["leave.md"] == HR


def test_a_view_that_was_made_before_a_document_was_restricted_does_not_return_it(index: Index) -> None:
    fill(index, {name: page for name, page in PAGES.items() if not page[0]})
    view = index.visible_to(PUBLIC)
    assert names(view, "leave") == {"leave.md", "laptops.md"}

    index.change_groups("leave.md", HR)

    assert names(view, "leave") == {"laptops.md"}
    assert view.document("leave.md") is None
    assert view.chunks([chunk_of("leave.md", PAGES["leave.md"][1]).id]) == []


@pytest.mark.parametrize("where", [name for name in BACKENDS if name == "edge"], indirect=True)
def test_a_restricted_index_is_restricted_after_it_was_opened_again(where: Place) -> None:
    first = where.store(hash_fingerprint()).open()
    fill(first, PAGES)
    first.close()
    again = where.store(hash_fingerprint()).open()
    assert set(seen_by(PUBLIC)) == {record.id for record in again.visible_to(PUBLIC).records()}
    assert names(again.visible_to(PUBLIC), "Zebrafinch") == {"leave.md", "laptops.md"}
    again.close()
