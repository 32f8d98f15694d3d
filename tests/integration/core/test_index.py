"""The contract of an index, on every backend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from core.errors import IndexFault
from core.index import Bm25Encoder, Index
from core.index.edge.store import EdgeStore
from core.permissions import EVERYTHING
from core.types import Chunk, EmbeddedChunk, Hit, HybridQuery, SearchFilter, SparseVector, Vectors, chunk_id
from testing.builders import chunk_of, document_of, embed, hash_fingerprint, query_of, record_of
from testing.stores import BACKENDS, LOCAL_MODE

pytestmark = pytest.mark.filterwarnings(LOCAL_MODE)

PAGES = [
    chunk_of("leave/annual.md", "Every colleague has thirty days of annual leave in a calendar year."),
    chunk_of("leave/sick.md", "Call your manager before nine when you are ill and cannot work."),
    chunk_of("equipment/laptops.md", "A laptop is replaced after four years; report a cracked screen."),
    chunk_of("support/vpn.md", "Connect through the VPN before you open the staging database.", source="support"),
    chunk_of("support/passwords.md", "A password has at least fourteen characters.", source="support"),
]


def found(hits: Sequence[Hit]) -> list[str]:
    return [hit.chunk.document_id for hit in hits]


def test_an_empty_index_answers_with_nothing(index: Index) -> None:
    assert index.visible_to(EVERYTHING).search(query_of("annual leave"), 5) == []
    assert index.visible_to(EVERYTHING).chunk_count() == 0
    assert index.records() == []
    assert index.visible_to(EVERYTHING).document("leave/annual.md") is None
    assert index.visible_to(EVERYTHING).term_idf([]) == {}
    index.settle()


def test_a_chunk_is_found_by_its_words_when_its_meaning_is_far(index: Index) -> None:
    index.write_chunks(embed(PAGES))

    far = embed([chunk_of("far.md", "zebra giraffe")])
    index.write_chunks(far)
    hits = index.visible_to(EVERYTHING).search(query_of("zebra giraffe", words="VPN", candidates=1), 5)

    assert set(found(hits)) == {"far.md", "support/vpn.md"}


def test_a_chunk_is_found_by_its_meaning_when_it_shares_no_word(index: Index) -> None:
    index.write_chunks(embed(PAGES))

    hits = index.visible_to(EVERYTHING).search(query_of("thirty days of annual leave", words="zebra", candidates=1), 5)

    assert found(hits) == ["leave/annual.md"]
    assert hits[0].fused == pytest.approx(1 / 2)


def test_words_are_found_in_another_form(index: Index) -> None:
    index.write_chunks(embed(PAGES))

    query = query_of("", words="replacing screens", only=SearchFilter(sources=("handbook",)))
    (hit,) = [hit for hit in index.visible_to(EVERYTHING).search(query, 5) if set(query.sparse.indices) <= hit.tokens]

    assert hit.chunk.document_id == "equipment/laptops.md"


DEVICES = [
    chunk_of("laptop.md", "The standard laptop is the Model XR-4410-B. Its docking station is part number 7Q-0093/2."),
    chunk_of("battery.md", "Error code E-1207 means that the battery is too warm."),
    chunk_of("new.md", "Firmware v2.10.3 fixes it."),
    chunk_of("old.md", "Firmware v2.1.3 does not fix it."),
    chunk_of("contacts.md", "Call Renate on extension 4711."),
    chunk_of("code.md", "Set max_tokens in core.recipe before the second error."),
]


@pytest.mark.parametrize(
    ("asked", "document"),
    [
        ("E1207", "battery.md"),
        ("What does error E 1207 mean?", "battery.md"),
        ("e-1207", "battery.md"),
        ("XR4410B", "laptop.md"),
        ("the XR-4410", "laptop.md"),
        ("7q0093/2", "laptop.md"),
        ("firmware 2.10.3", "new.md"),
        ("firmware v2.1.3", "old.md"),
        ("extension 4711", "contacts.md"),
        ("maxTokens", "code.md"),
        ("CoreRecipe core.recipe", "code.md"),
    ],
)
def test_an_identifier_is_found_in_another_spelling(index: Index, asked: str, document: str) -> None:
    index.write_chunks(embed(DEVICES))

    hits = index.visible_to(EVERYTHING).search(query_of("far", words=asked, candidates=1), 2)

    assert document in found(hits)


def test_words_are_found_by_a_similar_spelling(index: Index) -> None:
    assert index.visible_to(EVERYTHING).similar_words("colleage", 3) == []

    index.write_chunks(embed(PAGES))

    assert index.visible_to(EVERYTHING).similar_words("colleage", 1) == ["colleague"]
    assert index.visible_to(EVERYTHING).similar_words("Pasword", 1) == ["password"]
    assert index.visible_to(EVERYTHING).similar_words("zzzz", 3) == []


def test_words_are_suggested_in_the_same_order_on_every_call(index: Index) -> None:
    words = [f"lea{letter}e" for letter in "bcdfgh"]
    index.write_chunks(embed([chunk_of("words.md", " ".join(words))]))

    assert index.visible_to(EVERYTHING).similar_words("leave", 3) == sorted(words)[:3]


def test_words_of_several_writes_are_known_and_written_once(index: Index) -> None:
    index.write_chunks(embed(PAGES[:2]))
    index.write_chunks(embed(PAGES))
    index.write_chunks(embed(PAGES))

    assert index.visible_to(EVERYTHING).similar_words("laptopp", 1) == ["laptop"]
    assert index.visible_to(EVERYTHING).similar_words("colleage", 20).count("colleague") == 1


def test_a_hit_brings_the_whole_chunk_back(index: Index) -> None:
    chunk = replace(
        PAGES[0], document_name="Annual leave", ordinal=3, start=17, end=17 + len(PAGES[0].text), page=2,
        section=("Leave", "Unused days"), url="https://example.org/leave", lead="| a |\n|---|",
    )  # fmt: skip
    index.write_chunks(embed([chunk]))

    (hit,) = index.visible_to(EVERYTHING).search(query_of("annual leave"), 5)

    assert hit.chunk == chunk


def test_a_hit_brings_the_vectors_of_its_sentences(index: Index) -> None:
    (embedded,) = embed([chunk_of("page.md", "Thirty days of leave. A laptop breaks.\n\n- Call the desk")])
    index.write_chunks([embedded])

    (hit,) = index.visible_to(EVERYTHING).search(query_of("leave"), 5)

    assert hit.sentences.shape == (3, 64) == (len(hit.chunk.sentences), 64)
    assert (hit.sentences * embedded.sentences).sum(axis=1).min() > 0.9999
    assert np.allclose(np.linalg.norm(hit.sentences, axis=1), 1.0, atol=1e-5)


def test_the_fused_candidates_can_be_ordered_by_their_best_sentence(index: Index) -> None:
    about = chunk_of("about.md", "Leave and days and a calendar, days and leave of a calendar of thirty.")
    answers = chunk_of("answers.md", "Thirty days of leave. " + "A laptop breaks and the desk repairs a screen. " * 4)
    index.write_chunks(embed([about, answers, *PAGES[1:]]))

    by_rank = index.visible_to(EVERYTHING).search(query_of("thirty days of leave", words="calendar"), 3)
    by_sentence = index.visible_to(EVERYTHING).search(
        query_of("thirty days of leave", words="calendar", by_sentences=True), 3
    )

    assert found(by_rank)[0] == "about.md"
    assert found(by_sentence)[0] == "answers.md"
    assert by_sentence[0].fused == pytest.approx(1.0, abs=2e-3)


def test_the_engines_order_by_sentences_is_that_of_maxsim(index: Index) -> None:
    chunks, dense, _ = random_chunks(count=60, tokens=12)
    index.write_chunks(chunks)
    query = HybridQuery(dense[7], SparseVector((1, 2), (1.0, 1.0)), candidates=60, rrf_k=2, by_sentences=True)

    hits = index.visible_to(EVERYTHING).search(query, 20)

    best = {f"{row}.md": float((chunk.sentences @ dense[7]).max()) for row, chunk in enumerate(chunks)}
    assert [hit.fused for hit in hits] == pytest.approx(sorted(best.values(), reverse=True)[:20], abs=2e-3)
    assert [hit.fused for hit in hits] == pytest.approx([best[name] for name in found(hits)], abs=2e-3)
    assert [hit.fused for hit in hits] == pytest.approx(
        [float((hit.sentences @ dense[7]).max()) for hit in hits], abs=5e-3
    )


def test_a_filter_holds_for_the_order_by_sentences(index: Index) -> None:
    index.write_chunks(embed(PAGES))

    only = SearchFilter(sources=("support",))
    hits = index.visible_to(EVERYTHING).search(query_of("annual leave", only=only, by_sentences=True), 10)

    assert set(found(hits)) == {"support/vpn.md", "support/passwords.md"}


def test_neighbours_are_read_by_their_ids_in_the_order_asked_for(index: Index) -> None:
    pages = [chunk_of("long.md", f"Part {number} of a page.", ordinal=number) for number in range(4)]
    index.write_chunks(embed([*pages, *PAGES]))

    ids = [chunk_id("long.md", "v1", ordinal) for ordinal in (2, -1, 0, 4)]

    assert index.visible_to(EVERYTHING).chunks(ids) == [pages[2], pages[0]]
    assert index.visible_to(EVERYTHING).chunks([]) == []


def test_a_filter_by_document_and_by_source_restricts_both_rankings(index: Index) -> None:
    index.write_chunks(embed(PAGES))
    text = "annual leave laptop VPN password manager"

    def ids(**only: tuple[str, ...]) -> set[str]:
        return set(found(index.visible_to(EVERYTHING).search(query_of(text, only=SearchFilter(**only)), 10)))

    assert ids() == {page.document_id for page in PAGES}
    assert ids(sources=("support",)) == {"support/vpn.md", "support/passwords.md"}
    assert ids(document_ids=("leave/sick.md", "support/vpn.md")) == {"leave/sick.md", "support/vpn.md"}
    assert ids(document_ids=("leave/sick.md", "support/vpn.md"), sources=("support",)) == {"support/vpn.md"}
    assert ids(sources=("nobody",)) == set()


def test_documents_are_no_hits(index: Index) -> None:
    document = document_of("annual leave")
    index.write_document(record_of(document), document)
    index.write_chunks(embed(PAGES[:1]))

    assert found(index.visible_to(EVERYTHING).search(query_of("annual leave"), 10)) == ["leave/annual.md"]
    assert index.visible_to(EVERYTHING).chunk_count() == 1


def random_chunks(count: int, tokens: int) -> tuple[list[EmbeddedChunk], Vectors, Vectors]:
    """Chunks whose scores have no ties: random unit vectors, and random weights of a few tokens each."""
    random = np.random.default_rng(20260101)
    dense = random.normal(size=(count, 64)).astype(np.float32)
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    weights = random.uniform(0.5, 2.0, size=(count, tokens)).astype(np.float32)
    weights *= random.uniform(size=(count, tokens)) < 0.3
    chunks = [
        EmbeddedChunk(
            replace(chunk_of(f"{row}.md", "text"), sentences=tuple((unit, unit + 1) for unit in range(1 + row % 4))),
            dense[row],
            SparseVector(
                *(tuple(part.tolist()) for part in (np.flatnonzero(weights[row]), weights[row][weights[row] > 0]))
            ),
            np.roll(dense, -row, axis=0)[: 1 + row % 4],
        )
        for row in range(count)
    ]
    return chunks, dense, weights


def reference_ranking(query: HybridQuery, dense: Vectors, weights: Vectors) -> list[tuple[int, float]]:
    """Reciprocal rank fusion as `HybridQuery` says, of cosine and of BM25 with Qdrant's idf."""
    having = (weights > 0).sum(axis=0)
    idf = np.log((len(weights) - having + 0.5) / (having + 0.5) + 1)
    asked = list(query.sparse.indices)
    cosine, bm25 = dense @ query.dense, weights[:, asked] @ idf[asked]
    fused: dict[int, float] = {}
    for scores in (cosine, np.where(bm25 > 0, bm25, -np.inf)):
        best = [row for row in np.argsort(-scores).tolist() if scores[row] > -np.inf][: query.candidates]
        for rank, row in enumerate(best):
            fused[row] = fused.get(row, 0.0) + 1 / (query.rrf_k + rank)
    return sorted(fused.items(), key=lambda item: (-item[1], chunk_of(f"{item[0]}.md", "text").id))


@pytest.mark.parametrize("rrf_k", [2, 60])
def test_the_ranking_is_reciprocal_rank_fusion_and_the_same_on_every_backend(index: Index, rrf_k: int) -> None:
    chunks, dense, weights = random_chunks(300, tokens=20)
    index.write_chunks(chunks)
    for turn in range(5):
        between = dense[turn] + 0.5 * dense[turn + 1]
        sparse = SparseVector((turn, turn + 7), (1.0, 1.0))
        query = HybridQuery(between / np.linalg.norm(between), sparse, candidates=30, rrf_k=rrf_k)
        expected = reference_ranking(query, dense, weights)[:12]

        hits = index.visible_to(EVERYTHING).search(query, 12)

        assert found(hits) == [f"{row}.md" for row, _ in expected]
        assert [hit.fused for hit in hits] == pytest.approx([fused for _, fused in expected], abs=1e-6)


def test_equal_scores_are_ordered_by_id_on_every_call(index: Index) -> None:
    # One chunk leads the ranking by meaning, another the ranking by words: both have the same fused score.
    pairs = [
        [chunk_of(f"{name}{turn}.md", text, source=f"s{turn}") for name, text in (("a", "alpha"), ("o", "omega"))]
        for turn in range(12)
    ]
    index.write_chunks(embed([chunk for pair in pairs for chunk in pair]))
    by_meaning_first = 0
    for turn, pair in enumerate(pairs):
        query = query_of("alpha", words="omega", candidates=1, only=SearchFilter(sources=(f"s{turn}",)))
        for _ in range(3):
            hits = index.visible_to(EVERYTHING).search(query, 2)
            assert hits[0].fused == hits[1].fused
            assert [hit.chunk.id for hit in hits] == sorted(chunk.id for chunk in pair)
            assert index.visible_to(EVERYTHING).search(query, 1) == hits[:1]
        by_meaning_first += hits[0].chunk.text == "alpha"
    assert 0 < by_meaning_first < 12


# qdrant-client's own engine multiplies with numpy, where the last bit of equal products may differ.
@pytest.mark.parametrize("where", [name for name in BACKENDS if name != "memory"], indirect=True)
def test_a_ranking_of_many_like_chunks_is_the_same_on_every_call(index: Index) -> None:
    index.write_chunks(embed([chunk_of(f"{number}.md", "thirty days of leave") for number in range(40)]))

    rankings = [index.visible_to(EVERYTHING).search(query_of("leave"), 10) for _ in range(10)]

    assert all(ranking == rankings[0] for ranking in rankings)
    assert len(rankings[0]) == 10


def test_the_similarity_is_the_cosine_of_query_and_chunk(index: Index) -> None:
    written = {item.chunk.id: item.dense for item in embed(PAGES)}
    index.write_chunks(embed(PAGES))
    query = query_of("report a cracked laptop screen to your manager")

    hits = index.visible_to(EVERYTHING).search(query, 5)

    assert len(hits) == 5
    for hit in hits:
        assert hit.similarity == pytest.approx(float(written[hit.chunk.id] @ query.dense), abs=1e-5)


def test_a_question_of_stop_words_alone_is_answered_by_meaning(index: Index) -> None:
    index.write_chunks(embed(PAGES))
    query = query_of("the of")

    assert query.sparse.indices == ()
    assert len(index.visible_to(EVERYTHING).search(query, 5)) == 5


def idf(index: Index, chunks: Sequence[Chunk], words: str) -> None:
    """Assert that the index gives Qdrant's formula, counted by hand."""
    bm25 = Bm25Encoder("english")
    tokens = bm25.query(words).indices
    tokens_of_chunks = [set(bm25.document(chunk.searchable_text).indices) for chunk in chunks]
    counts = {token: sum(token in tokens_of for tokens_of in tokens_of_chunks) for token in tokens}

    expected = {token: math.log((len(chunks) - n + 0.5) / (n + 0.5) + 1) for token, n in counts.items()}

    assert {0, 1} <= set(counts.values())
    assert index.visible_to(EVERYTHING).term_idf(tokens) == pytest.approx(expected, rel=1e-4)


WORDS = "days laptop password colleague screen zebra"


def test_the_idf_is_qdrants(index: Index) -> None:
    index.write_chunks(embed(PAGES))

    idf(index, PAGES, WORDS)


def test_the_idf_leaves_out_what_was_removed_once_the_run_has_settled(index: Index) -> None:
    index.write_chunks(embed([*PAGES, *(chunk_of(f"old/{number}.md", "thirty days password") for number in range(9))]))
    index.settle()
    for number in range(9):
        index.remove_document(f"old/{number}.md")
    index.settle()

    idf(index, PAGES, WORDS)


def test_writing_chunks_twice_writes_them_once(index: Index) -> None:
    index.write_chunks(embed(PAGES))
    before = index.visible_to(EVERYTHING).search(query_of("annual leave laptop"), 5)
    index.write_chunks(embed(PAGES))
    index.settle()

    assert index.visible_to(EVERYTHING).chunk_count() == len(PAGES)
    assert {hit.chunk.id for hit in index.visible_to(EVERYTHING).search(query_of("annual leave laptop"), 5)} == {
        hit.chunk.id for hit in before
    }
    idf(index, PAGES, WORDS)


def test_of_a_killed_run_the_chunks_before_the_first_missing_one_are_counted(index: Index) -> None:
    chunks = [replace(chunk_of("a.md", f"Rule {ordinal}."), ordinal=ordinal) for ordinal in (0, 1, 3)]
    index.write_chunks(embed(chunks))
    content_hash = chunks[0].content_hash

    assert index.chunks_written("a.md", content_hash) == 2
    assert index.chunks_written("a.md", "another") == index.chunks_written("b.md", content_hash) == 0


def test_the_vectors_of_a_passage_come_back_as_they_are_stored(index: Index) -> None:
    first = chunk_of("a.md", "Thirty days of leave. Ask early.")
    index.write_chunks(embed([first, chunk_of("b.md", "Forty days.")]))
    found = index.vectors_of([first.passage, "0" * 32])
    again = chunk_of("elsewhere/a.md", first.text)
    (embedded,) = embed([again])
    vectors = found[first.passage]
    index.write_chunks(
        [replace(embedded, dense=vectors.dense, sentences=vectors.sentences, packed=vectors.packed)],
    )

    stored = {point.id: point for point in index.stored_points()}
    one, two = stored[first.id], stored[again.id]
    assert list(found) == [first.passage] == [again.passage]
    assert one.dense is not None
    assert two.dense is not None
    # The engine keeps the bits; the local mode of qdrant-client normalises once more.
    np.testing.assert_allclose(one.dense, two.dense, atol=1e-7)
    assert one.sentences is not None
    assert two.sentences is not None
    np.testing.assert_allclose(one.sentences, two.sentences, atol=1e-7)
    assert one.payload["sentence_vectors"] == two.payload["sentence_vectors"]
    assert index.vectors_of([]) == {}


def test_the_documents_of_a_source_become_those_of_another_with_their_vectors(index: Index) -> None:
    for name, source in (("a.md", "/old"), ("b.md", "/other")):
        index.write_chunks(embed([chunk_of(name, f"Text of {name}", source=source)]))
        document = replace(document_of("Text.", document_id=name), source=source)
        index.write_document(record_of(document), document)

    index.change_source("/old", "/new")

    assert [(record.id, record.source) for record in index.records()] == [("a.md", "/new"), ("b.md", "/other")]
    hits = index.visible_to(EVERYTHING).search(query_of("text", only=SearchFilter(sources=("/new",))), 5)
    assert [hit.chunk.document_id for hit in hits] == ["a.md"]


def test_only_chunks_of_other_content_of_this_document_are_removed(index: Index) -> None:
    old = [chunk_of("a.md", f"old text {number}", ordinal=number, content="v1") for number in range(3)]
    new = [chunk_of("a.md", f"new text {number}", ordinal=number, content="v2") for number in range(2)]
    other = chunk_of("b.md", "old text of another", content="v1")
    index.write_chunks(embed([*old, *new, other]))

    index.remove_chunks("a.md", except_hash="v2")

    assert {hit.chunk.id for hit in index.visible_to(EVERYTHING).search(query_of("text"), 10)} == {
        chunk.id for chunk in (*new, other)
    }
    assert index.visible_to(EVERYTHING).chunk_count() == 3


def test_removing_a_document_removes_its_chunks_and_its_record(index: Index) -> None:
    for name in ("a.md", "b.md"):
        document = document_of("Some text.", document_id=name)
        index.write_chunks(embed([chunk_of(name, "Some text.")]))
        index.write_document(record_of(document), document)

    index.remove_document("a.md")
    index.remove_document("never-there.md")
    index.settle()

    assert [record.id for record in index.records()] == ["b.md"]
    assert found(index.visible_to(EVERYTHING).search(query_of("text"), 10)) == ["b.md"]
    assert index.visible_to(EVERYTHING).document("a.md") is None


def test_a_record_and_its_document_come_back_as_they_were_written(index: Index) -> None:
    text = "Page one.\n\nPage two — ½ \U0001f600."
    document = replace(document_of(text), url="https://x.org", page_starts=(0, 11), format="plain")
    record = record_of(document, chunks=2)

    index.write_document(record, document)

    assert index.records() == [record]
    assert index.visible_to(EVERYTHING).document(document.id) == document


def test_a_document_is_not_given_out_while_it_is_incomplete(index: Index) -> None:
    document = document_of("Text.")
    index.write_document(record_of(document, complete=False), None)

    assert index.visible_to(EVERYTHING).document(document.id) is None
    assert [record.complete for record in index.records()] == [False]

    index.write_document(record_of(document), document)
    assert index.visible_to(EVERYTHING).document(document.id) == document
    assert [record.complete for record in index.records()] == [True]


def test_records_of_more_than_one_page_all_come_ordered_by_id(index: Index) -> None:
    documents = [document_of("Text.", document_id=f"{number:05d}.md") for number in range(1005, 0, -1)]
    for document in documents:
        index.write_document(record_of(document), document)

    assert [record.id for record in index.records()] == [f"{number:05d}.md" for number in range(1, 1006)]


def test_a_vector_of_the_wrong_length_is_an_index_fault_and_not_the_engines_own(index: Index) -> None:
    wrong = replace(embed(PAGES[:1])[0], dense=np.ones(7, dtype=np.float32))

    with pytest.raises(IndexFault) as caught:
        index.write_chunks([wrong])

    assert "failed" in str(caught.value)
    assert caught.value.__cause__ is not None


def test_a_long_text_is_stored_in_parts_and_read_as_it_was(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.index.points.documents.PART_CHARACTERS", 10)
    first = document_of("The café opens at eight o'clock, as ever.", content="v1")
    second = document_of("The café opens at nine.", content="v2")
    index.write_document(record_of(first), first)
    assert index.visible_to(EVERYTHING).document(first.id) == first

    index.write_document(record_of(second), second)
    assert index.visible_to(EVERYTHING).document(first.id) == second
    assert index.records() == [record_of(second)]

    index.remove_document(first.id)
    assert index.visible_to(EVERYTHING).document(first.id) is None
    assert index.visible_to(EVERYTHING).chunk_count() == 0


def test_a_record_that_forgets_its_hash_keeps_its_text(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.index.points.documents.PART_CHARACTERS", 10)
    document = document_of("The café opens at eight o'clock, as ever.")
    index.write_document(record_of(document), document)

    index.forget_hash(document.id)

    assert index.records() == [replace(record_of(document), content_hash="")]
    assert index.visible_to(EVERYTHING).document(document.id) == replace(document, content_hash="")


def test_points_that_were_read_and_written_again_are_found_as_before(index: Index, tmp_path: Path) -> None:
    document = document_of("Eine lange Seite. " * 120_000, document_id="long.md")
    index.write_chunks(embed(PAGES))
    index.write_document(record_of(document), document)
    (tmp_path / "copy").mkdir()
    copy = EdgeStore(tmp_path / "copy", hash_fingerprint()).begin_rebuild()

    copy.write_points(index.stored_points())
    copy.settle()

    one, other = (found.visible_to(EVERYTHING) for found in (index, copy))
    assert found(other.search(query_of("annual leave"), 1)) == ["leave/annual.md"]
    assert (other.records(), other.document("long.md")) == (one.records(), document)
    assert other.similar_words("colleage", 1) == ["colleague"]
    pairs = list(zip(index.stored_points(), copy.stored_points(), strict=True))
    assert len(pairs) == len(PAGES) + 3
    for before, after in pairs:
        assert (after.id, after.payload) == (before.id, before.payload)
        if before.dense is not None and before.sentences is not None:
            assert np.array_equal(cast(Vectors, after.dense), before.dense)
            # The engine keeps these in half precision, the client's local mode does not.
            assert np.allclose(cast(Vectors, after.sentences), before.sentences, atol=1e-3)
            assert after.sparse == before.sparse
    copy.close()


def test_documents_are_listed_page_by_page_and_counted_without_those_that_are_incomplete(index: Index) -> None:
    written = [document_of(f"Text {number}.", document_id=f"page-{number:02}.md") for number in range(25)]
    for number, document in enumerate(written):
        is_complete = number != 7
        index.write_document(record_of(document, complete=is_complete), document if is_complete else None)
    index.write_chunks(embed(PAGES))
    view = index.visible_to(EVERYTHING)

    pages = []
    begin: str | None = None
    while True:
        page = view.record_page(begin, 10)
        pages.append(page.records)
        if (begin := page.following) is None:
            break

    # The incomplete one is on one of them.
    assert sorted(len(page) for page in pages) in ([4, 10, 10], [5, 9, 10])
    assert all([record.id for record in page] == sorted(record.id for record in page) for page in pages)
    found = [record for page in pages for record in page]
    assert sorted(found, key=lambda one: one.id) == [one for one in index.records() if one.complete]
    assert (view.document_count(), view.chunk_count()) == (24, len(PAGES))


def test_records_are_read_by_their_ids(index: Index) -> None:
    for name in ("b.md", "a.md", "c.md"):
        document = document_of("Text.", document_id=name)
        index.write_document(record_of(document), document)

    found = index.visible_to(EVERYTHING).records_of(["c.md", "nowhere.md", "a.md"])

    assert [record.id for record in found] == ["a.md", "c.md"]
    assert found == [record for record in index.records() if record.id != "b.md"]
    assert index.visible_to(EVERYTHING).records_of([]) == []
