"""An embedded index whose chunks are sealed in several segments, next to one that has them in one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import qdrant_edge as edge

from core.index.edge import config as edge_config
from core.index.edge import index as edge_index
from core.index.edge.index import EdgeIndex
from core.permissions import EVERYTHING
from core.types import Hit
from testing.builders import chunk_of, document_of, embed, hash_fingerprint, query_of, record_of

_WORDS = [
    a + b
    for a in "bad her ott lyn mar wea sto bea cra plo".split()
    for b in "ger on er nx ten sel at ver ne ver".split()
]


def text_of(number: int) -> str:
    """Return words whose scores for a query are hardly ever those of another text."""
    chosen = random.Random(number)
    return f"Rule {number}: " + " ".join(chosen.choices(_WORDS, k=chosen.randint(8, 60)))


CHUNKS = embed([chunk_of(f"pages/{number:03}.md", text_of(number)) for number in range(400)])


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, int], EdgeIndex]]:
    """Make an index with a segment for so many chunks, and at most so many segments before some are merged."""
    made: list[EdgeIndex] = []

    def make(chunks: int, segments: int) -> EdgeIndex:
        optimizers = edge.EdgeOptimizersConfig(indexing_threshold=1, default_segment_number=segments)
        monkeypatch.setattr(edge_config, "_OPTIMIZERS", optimizers)
        monkeypatch.setattr(edge_index, "_SEALED_CHUNKS", chunks)
        one = EdgeIndex.create(tmp_path / str(len(made)), hash_fingerprint())
        made.append(one)
        for first in range(0, len(CHUNKS), 20):
            one.write_chunks(CHUNKS[first : first + 20])
        return one

    yield make
    for one in made:
        one.close()


def segments_of(index: EdgeIndex) -> int:
    return index._shard.engine.info().segments_count


def ranking(index: EdgeIndex, words: str) -> list[tuple[str, float]]:
    hits: list[Hit] = index.visible_to(EVERYTHING).search(query_of(words), 15)
    return [(hit.chunk.document_id, round(hit.fused, 6)) for hit in hits]


def test_chunks_are_sealed_while_a_run_writes_and_are_ranked_as_in_one_segment(
    index: Callable[[int, int], EdgeIndex],
) -> None:
    one, several = index(1_000_000, 32), index(50, 32)

    assert segments_of(one) == 1
    assert segments_of(several) == 400 // 60 + 1  # Sealed after three writes of 20, and the one that is written to.
    for number in (500, 501, 502):
        assert ranking(several, text_of(number)) == ranking(one, text_of(number))
    tokens = [*query_of("", words="badger herten rule 77").sparse.indices]
    assert several.visible_to(EVERYTHING).term_idf(tokens) == one.visible_to(EVERYTHING).term_idf(tokens)
    assert several.visible_to(EVERYTHING).chunk_count() == 400
    assert several.visible_to(EVERYTHING).similar_words("bdger", 2)[0] == "badger"


def test_the_smallest_segments_are_merged_where_there_are_too_many(index: Callable[[int, int], EdgeIndex]) -> None:
    few = index(40, 4)

    assert segments_of(few) <= 6
    assert ranking(few, text_of(500)) == ranking(index(1_000_000, 32), text_of(500))


def test_what_is_sealed_can_be_replaced_removed_and_opened_again(
    index: Callable[[int, int], EdgeIndex], tmp_path: Path
) -> None:
    several = index(50, 32)
    document = document_of("# Rule 7", document_id="pages/007.md")
    several.write_document(record_of(document), document)
    several.write_chunks(embed([chunk_of("pages/007.md", "Walruses are welcome.")]))
    for number in range(100, 300):
        several.remove_document(f"pages/{number:03}.md")
    several.settle()
    several.close()

    again = EdgeIndex.load(tmp_path / "0", hash_fingerprint())
    try:
        assert again.visible_to(EVERYTHING).chunk_count() == 200
        assert ranking(again, "walruses")[0][0] == "pages/007.md"
        assert all(not "pages/100.md" <= name < "pages/300.md" for name, _ in ranking(again, "badger herten otter"))
        assert again.visible_to(EVERYTHING).document("pages/007.md") is not None
    finally:
        again.close()


def test_a_word_that_was_forgotten_is_asked_for_and_not_written_again(
    index: Callable[[int, int], EdgeIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.index.edge.words._MOST_REMEMBERED", 5)
    written = index(1_000_000, 32)
    before = written._words._shard.info().points_count

    written.write_chunks(embed([chunk_of("new.md", "The badger and the walrus.")]))

    assert written._words._shard.info().points_count == before + 1
