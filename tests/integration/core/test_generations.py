"""Generations of an index: a rebuild goes aside, is switched in at once, and leaves one to go back to."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from qdrant_client import QdrantClient

from core.errors import ConfigurationError, DomainMismatch, FingerprintMismatch, IndexFault
from core.index import Bm25Encoder, Fingerprint, Index, open_store
from core.index.edge.index import EdgeIndex
from core.index.edge.store import EdgeStore
from core.index.server.index import ServerIndex
from core.index.server.store import ServerStore
from core.permissions import EVERYTHING
from core.settings import read_settings
from testing.builders import chunk_of, embed, hash_fingerprint, query_of
from testing.stores import LOCAL_MODE, Place

pytestmark = pytest.mark.filterwarnings(LOCAL_MODE)


def write(index: Index, *names: str) -> None:
    index.write_chunks(embed([chunk_of(name, f"text of {name}") for name in names]))


def names_in(index: Index) -> set[str]:
    return {hit.chunk.document_id for hit in index.visible_to(EVERYTHING).search(query_of("text"), 100)}


def written(where: Place, *names: str) -> None:
    """The first generation, with these documents."""
    index = where.store(hash_fingerprint()).open()
    write(index, *names)
    index.close()


def rebuilt(where: Place, *names: str) -> None:
    """One more generation, switched in."""
    store = where.store(hash_fingerprint())
    index = store.begin_rebuild()
    write(index, *names)
    store.finish_rebuild(index)
    index.close()


def current(where: Place) -> set[str]:
    index = where.store(hash_fingerprint()).open()
    names = names_in(index)
    index.close()
    return names


def test_what_was_written_is_there_when_it_is_opened_again(where: Place) -> None:
    written(where, "a.md", "b.md")

    assert current(where) == {"a.md", "b.md"}
    assert len(where.generations()) == 1


def test_while_a_rebuild_is_made_the_old_generation_answers(where: Place) -> None:
    written(where, "old.md")
    store = where.store(hash_fingerprint())
    old, new = store.open(), store.begin_rebuild()
    write(new, "new.md")

    assert names_in(old) == {"old.md"}

    store.finish_rebuild(new)
    assert names_in(old) == {"old.md"}
    assert names_in(new) == {"new.md"}
    old.close()
    new.close()
    assert current(where) == {"new.md"}


def test_the_generation_before_stays_and_older_ones_go(where: Place) -> None:
    written(where, "1.md")
    rebuilt(where, "2.md")
    assert [name[-4:] for name in where.generations()] == ["0001", "0002"]

    rebuilt(where, "3.md")
    rebuilt(where, "4.md")

    assert [name[-4:] for name in where.generations()] == ["0003", "0004"]
    assert current(where) == {"4.md"}


def test_an_interrupted_rebuild_changes_nothing_and_the_next_cleans_up(where: Place) -> None:
    written(where, "old.md")
    aborted = where.store(hash_fingerprint()).begin_rebuild()
    write(aborted, "half.md")
    aborted.close()
    assert current(where) == {"old.md"}

    rebuilt(where, "new.md")

    assert current(where) == {"new.md"}
    assert [name[-4:] for name in where.generations()] == ["0001", "0002"]


def test_an_index_made_with_another_embedder_is_refused_until_it_is_rebuilt(where: Place) -> None:
    written(where, "old.md")
    other = replace(hash_fingerprint(), embedder="another-embedder", dimension=32)
    store = where.store(other)

    with pytest.raises(FingerprintMismatch) as caught:
        store.open()
    assert "embedder 'hash-embedder' (now 'another-embedder')" in str(caught.value)
    assert "dimension 64 (now 32)" in str(caught.value)
    assert "groundwork ingest --rebuild" in str(caught.value)

    # The refused index is not left open: it can be rebuilt, and opened again by whom it was made for.
    assert current(where) == {"old.md"}
    new = store.begin_rebuild()
    store.finish_rebuild(new)
    new.close()
    store.open().close()


def other_domain() -> Fingerprint:
    return replace(hash_fingerprint(), domain="support")


def test_an_index_of_another_domain_is_refused_and_stays_as_it_is(where: Place) -> None:
    written(where, "old.md")

    with pytest.raises(DomainMismatch, match=r"for the domain 'handbook', but GROUNDWORK_DOMAIN names 'support'"):
        where.store(other_domain()).open()

    assert current(where) == {"old.md"}


def test_a_rebuild_for_another_domain_replaces_the_index_and_its_own_is_refused_then(where: Place) -> None:
    written(where, "old.md")
    store = where.store(other_domain())
    new = store.begin_rebuild()
    write(new, "new.md")
    store.finish_rebuild(new)
    new.close()

    opened = store.open()
    assert names_in(opened) == {"new.md"}
    opened.close()
    with pytest.raises(DomainMismatch, match="for the domain 'support'"):
        where.store(hash_fingerprint()).open()


def test_an_index_without_a_domain_takes_the_one_that_opens_it(
    where: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    complete = Fingerprint.to_payload
    with monkeypatch.context() as before_domains_were_recorded:
        before_domains_were_recorded.setattr(
            Fingerprint, "to_payload", lambda own: {k: v for k, v in complete(own).items() if k != "domain"}
        )
        written(where, "old.md")

    assert current(where) == {"old.md"}

    assert caplog.text.count("had no record of its domain; from now on it belongs to 'handbook'") == 1
    with pytest.raises(DomainMismatch):
        where.store(other_domain()).open()
    assert current(where) == {"old.md"}
    assert caplog.text.count("had no record") == 1


def test_going_back_to_a_generation_of_another_domain_is_refused(tmp_path: Path) -> None:
    EdgeStore(tmp_path, hash_fingerprint()).open().close()
    other = EdgeStore(tmp_path, other_domain())
    new = other.begin_rebuild()
    other.finish_rebuild(new)
    new.close()
    (tmp_path / "current").write_text("generation-0001", encoding="utf-8")

    with pytest.raises(DomainMismatch, match="Set GROUNDWORK_DATA_DIR to a directory of its own"):
        other.open()
    EdgeStore(tmp_path, hash_fingerprint()).open().close()


def test_two_domain_folders_of_one_name_do_not_share_a_collection() -> None:
    client = QdrantClient(":memory:")
    ServerStore(client, "here", "groundwork-support", other_domain()).open()
    namesake = replace(hash_fingerprint(), domain="support [helpdesk]")

    with pytest.raises(DomainMismatch, match=r"named after the domain's folder: rename one of the two folders"):
        ServerStore(client, "here", "groundwork-support", namesake).open()
    client.close()


def test_a_store_names_its_place(where: Place) -> None:
    assert where.store(hash_fingerprint()).place


def test_the_first_generation_may_be_interrupted_too(tmp_path: Path) -> None:
    EdgeIndex.create(tmp_path / "generation-0001", hash_fingerprint()).close()

    index = EdgeStore(tmp_path, hash_fingerprint()).open()

    assert (tmp_path / "current").read_text(encoding="utf-8") == "generation-0001\n"
    index.close()


def rolled_back(where: Place) -> set[str]:
    index = where.store(hash_fingerprint()).roll_back()
    names = names_in(index)
    index.close()
    return names


def test_a_rollback_goes_back_to_the_generation_before_and_a_second_one_returns(where: Place) -> None:
    written(where, "1.md")
    rebuilt(where, "2.md")

    assert rolled_back(where) == current(where) == {"1.md"}
    assert rolled_back(where) == current(where) == {"2.md"}


def test_after_a_rollback_the_next_rebuild_keeps_the_current_generation_and_no_other(where: Place) -> None:
    written(where, "1.md")
    rebuilt(where, "2.md")
    rolled_back(where)
    rebuilt(where, "3.md")

    assert current(where) == {"3.md"}
    assert len(where.generations()) == 2
    assert rolled_back(where) == {"1.md"}


def test_the_remains_of_an_interrupted_rebuild_are_nothing_to_go_back_to(where: Place) -> None:
    written(where, "1.md")
    where.store(hash_fingerprint()).begin_rebuild().close()

    with pytest.raises(IndexFault, match="no generation before the current one"):
        rolled_back(where)
    assert current(where) == {"1.md"}


def test_a_rebuild_that_is_abandoned_leaves_the_generations_that_were_there(where: Place) -> None:
    written(where, "1.md")
    rebuilt(where, "2.md")
    store = where.store(hash_fingerprint())
    begun = store.begin_rebuild()
    write(begun, "3.md")
    store.abandon_rebuild(begun)

    assert [name[-4:] for name in where.generations()] == ["0001", "0002"]
    assert current(where) == {"2.md"}
    assert rolled_back(where) == {"1.md"}


def test_the_ten_thousandth_generation_follows_the_one_before_it(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path, hash_fingerprint())
    store.open().close()
    (tmp_path / "generation-0001").rename(tmp_path / "generation-9999")
    (tmp_path / "current").write_text("generation-9999\n", encoding="utf-8")
    for _ in range(2):
        index = store.begin_rebuild()
        store.finish_rebuild(index)
        index.close()

    assert {path.name for path in tmp_path.glob("generation-*")} == {"generation-10000", "generation-10001"}


def test_a_copy_of_a_generation_is_neither_opened_nor_removed(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path, hash_fingerprint())
    store.open().close()
    (tmp_path / "generation-0001.before-upgrade").mkdir()
    index = store.begin_rebuild()
    store.finish_rebuild(index)
    index.close()

    assert (tmp_path / "generation-0001.before-upgrade").is_dir()
    assert {path.name for path in tmp_path.glob("generation-*[0-9]")} == {"generation-0001", "generation-0002"}


def test_a_generation_of_another_embedder_is_not_gone_back_to(where: Place) -> None:
    written(where, "1.md")
    other = replace(hash_fingerprint(), embedder="another")
    store = where.store(other)
    index = store.begin_rebuild()
    store.finish_rebuild(index)
    assert store.is_current(index)

    with pytest.raises(FingerprintMismatch):
        store.roll_back()
    assert store.is_current(index)
    index.close()


def test_an_index_is_current_until_another_generation_is(where: Place) -> None:
    written(where, "1.md")
    store = where.store(hash_fingerprint())
    index = store.open()
    before = store.is_current(index)
    rebuilt(where, "2.md")

    assert (before, store.is_current(index)) == (True, False)
    index.close()


def test_documents_without_a_current_generation_are_kept_and_named(where: Place) -> None:
    written(where, "1.md")
    where.forget_current()
    store = where.store(hash_fingerprint())

    for use in (store.open, store.begin_rebuild):
        with pytest.raises(IndexFault, match=r"there are generations of this index with documents: \S+-0001\. "):
            use()
    assert [name[-4:] for name in where.generations()] == ["0001"]


def test_a_first_rebuild_that_was_killed_leaves_an_index_that_is_begun_again(where: Place) -> None:
    begun = where.store(hash_fingerprint()).begin_rebuild()
    write(begun, "1.md")
    begun.close()

    assert current(where) == set()
    rebuilt(where, "2.md")
    assert current(where) == {"2.md"}


def test_a_first_rebuild_leaves_nothing_to_go_back_to_and_abandoned_nothing_at_all(where: Place) -> None:
    store = where.store(hash_fingerprint())
    begun = store.begin_rebuild()
    write(begun, "1.md")
    store.abandon_rebuild(begun)
    assert (store.exists(), where.generations()) == (False, [])

    rebuilt(where, "2.md")
    assert current(where) == {"2.md"}
    with pytest.raises(IndexFault, match="no generation before the current one"):
        rolled_back(where)


def test_an_empty_generation_without_a_pointer_is_made_again(where: Place) -> None:
    written(where)
    where.forget_current()

    assert current(where) == set()


@pytest.mark.parametrize("damage", [b"generation-0007", b"", b"..", b"\xff\xfe"])
def test_a_damaged_pointer_is_named_with_the_generations_there_are(tmp_path: Path, damage: bytes) -> None:
    store = EdgeStore(tmp_path, hash_fingerprint())
    store.open().close()
    (tmp_path / "current").write_bytes(damage)

    for use in (store.open, store.begin_rebuild):
        with pytest.raises(IndexFault) as caught:
            use()

        assert f"{tmp_path / 'current'} names '" in str(caught.value)
        assert "generation-0001" in str(caught.value)
    assert (tmp_path / "generation-0001").is_dir()


def test_a_damaged_shard_is_an_index_fault_that_says_what_to_do(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path, hash_fingerprint())
    store.open().close()
    for file in (tmp_path / "generation-0001").glob("*.json"):
        file.write_bytes(b"{")

    with pytest.raises(IndexFault) as caught:
        store.open()

    assert str(tmp_path / "generation-0001") in str(caught.value)
    assert "delete the folder and ingest again" in str(caught.value)


def test_a_closed_embedded_index_is_an_index_fault(tmp_path: Path) -> None:
    index = EdgeIndex.create(tmp_path, hash_fingerprint())
    index.close()

    with pytest.raises(IndexFault):
        index.visible_to(EVERYTHING).search(query_of("text"), 5)


def test_an_embedded_index_that_is_open_is_not_opened_twice(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path, hash_fingerprint())
    index = store.open()

    with pytest.raises(IndexFault, match="Another process may hold it"):
        store.open()
    index.close()


def test_a_collection_that_is_gone_is_an_index_fault() -> None:
    client = QdrantClient(":memory:")
    index = ServerIndex.create(client, "gone", "http://qdrant.example", hash_fingerprint())
    client.delete_collection("gone")

    seen = index.visible_to(EVERYTHING)
    for use in (index.records, seen.chunk_count, lambda: seen.search(query_of("text"), 5)):
        with pytest.raises(IndexFault, match=r"The Qdrant server at http://qdrant\.example failed"):
            use()
    client.close()


def test_another_domain_with_a_longer_name_keeps_its_collections() -> None:
    client = QdrantClient(":memory:")
    other = ServerStore(client, "here", "groundwork-support-2", hash_fingerprint())
    write(other.open(), "theirs.md")
    mine = ServerStore(client, "here", "groundwork-support", hash_fingerprint())

    for _ in range(3):
        mine.finish_rebuild(mine.begin_rebuild())

    assert names_in(other.open()) == {"theirs.md"}
    client.close()


def test_a_server_that_is_not_there_is_an_index_fault_that_names_the_variables(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        settings = read_settings({"GROUNDWORK_DATA_DIR": str(tmp_path), "QDRANT_URL": url})

        with pytest.raises(IndexFault) as caught:
            open_store(settings, hash_fingerprint()).open()

    assert f"The Qdrant server at {url} failed" in str(caught.value)
    assert "Check QDRANT_URL and QDRANT_API_KEY" in str(caught.value)


def test_without_a_url_the_index_is_in_the_data_directory(tmp_path: Path) -> None:
    store = open_store(read_settings({"GROUNDWORK_DATA_DIR": str(tmp_path)}), hash_fingerprint())

    store.open().close()

    assert store.place == str(tmp_path / "index")
    assert (tmp_path / "index" / "current").is_file()


def test_a_generation_of_the_other_backend_is_refused(tmp_path: Path) -> None:
    client = QdrantClient(":memory:")
    edge = EdgeIndex.create(tmp_path / "shard", hash_fingerprint())
    server = ServerIndex.create(client, "c", "here", hash_fingerprint())

    with pytest.raises(TypeError, match="switches to an EdgeIndex, not to a ServerIndex"):
        EdgeStore(tmp_path, hash_fingerprint()).finish_rebuild(server)
    with pytest.raises(TypeError, match="switches to a ServerIndex, not to a EdgeIndex"):
        ServerStore(client, "here", "a", hash_fingerprint()).finish_rebuild(edge)
    edge.close()
    client.close()


def test_a_language_that_bm25_does_not_know_is_refused_with_examples() -> None:
    with pytest.raises(ConfigurationError, match=r"The domain's language is 'klingon'.*english, german"):
        Bm25Encoder("klingon")
