"""The Qdrant server of the tests: what it keeps, and that it ignores nothing that it does not offer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from core.index.server.connection import connect
from testing.qdrant_http import QdrantServer, running_qdrant

WORDS = {"words": models.SparseVectorParams()}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[QdrantServer]:
    with running_qdrant(tmp_path) as running:
        yield running


@pytest.fixture
def client(server: QdrantServer) -> Iterator[QdrantClient]:
    connected = connect(server.url, None, read_s=10)
    connected.create_collection("here", sparse_vectors_config=WORDS)
    yield connected
    connected.close()


def refused(call: object) -> str:
    with pytest.raises(UnexpectedResponse) as caught:
        call()  # type: ignore[operator]
    return str(caught.value)


def test_points_and_aliases_survive_its_death(server: QdrantServer, client: QdrantClient) -> None:
    vector = models.SparseVector(indices=[7], values=[1.0])
    client.upsert("here", [models.PointStruct(id=1, vector={"words": vector}, payload={"word": "thyme"})], wait=True)
    alias = models.CreateAlias(collection_name="here", alias_name="there")
    client.update_collection_aliases([models.CreateAliasOperation(create_alias=alias)])
    server.kill()
    with pytest.raises(ResponseHandlingException):
        client.get_collections()
    server.restart()

    found = client.query_points("there", query=vector, using="words", with_payload=True).points

    assert [(point.id, point.payload) for point in found] == [("1", {"word": "thyme"})]


def test_a_collection_is_made_once_and_unknown_ones_are_named(client: QdrantClient) -> None:
    assert "409" in refused(lambda: client.create_collection("here", sparse_vectors_config=WORDS))
    assert "Collection `gone`" in refused(lambda: client.count("gone"))


def test_what_it_does_not_offer_is_refused(client: QdrantClient) -> None:
    condition = models.FieldCondition(key="at", range=models.Range(gte=1))
    assert "is not offered" in refused(lambda: client.count("here", count_filter=models.Filter(must=[condition])))
    assert "is not offered" in refused(
        lambda: client.query_points("here", query=models.SampleQuery(sample=models.Sample.RANDOM))
    )
    assert "is not offered" in refused(lambda: client.create_snapshot("here"))


def test_a_failure_ends_when_it_is_healed(server: QdrantServer, client: QdrantClient) -> None:
    server.fail(503)
    assert "503" in refused(client.get_collections)
    server.heal()
    assert [found.name for found in client.get_collections().collections] == ["here"]
