"""The embedders that need no model: the one of the tests, and the client of a server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.embedding import load_embedder
from core.embedding.remote import RemoteEmbedder
from core.errors import EmbeddingError
from core.settings import read_settings
from testing.embedding_server import EmbeddingServer, Misbehave, embedding_server
from testing.hash_embedder import HashEmbedder


@given(st.lists(st.text(), max_size=5))
def test_the_hash_embedder_gives_unit_vectors_that_depend_on_the_words_alone(texts: list[str]) -> None:
    embedder = HashEmbedder()

    vectors = embedder.embed(texts)

    assert vectors.shape == (len(texts), embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    assert np.array_equal(vectors, embedder.embed([f"  {text}!" for text in texts]))


def test_texts_that_share_words_are_nearer_than_texts_that_do_not() -> None:
    leave, holiday, laptop = HashEmbedder().embed(["thirty days of leave", "Leave: thirty weeks", "a broken laptop"])

    assert leave @ holiday > leave @ laptop


def test_the_hash_embedder_counts_words() -> None:
    assert HashEmbedder().count_tokens(["two words", "", "one-two three"]) == [2, 0, 3]


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with embedding_server() as running:
        yield running


@pytest.fixture
def remote(server: EmbeddingServer) -> RemoteEmbedder:
    return RemoteEmbedder.connect(server.base_url, "letters", api_key=None)


def test_a_server_is_asked_for_its_dimension_once(remote: RemoteEmbedder, server: EmbeddingServer) -> None:
    assert remote.dimension == 3
    assert remote.name == "remote:letters"
    assert [request["model"] for request in server.requests] == ["letters"]


def test_vectors_come_back_normalised_and_in_the_order_of_the_texts(remote: RemoteEmbedder) -> None:
    vectors = remote.embed(["aaab", "c", "bb"])

    expected = np.array([[3, 1, 0], [0, 0, 1], [0, 1, 0]]) / np.array([[10**0.5], [1], [1]])
    assert vectors.dtype == np.float32
    assert np.allclose(vectors, expected, atol=1e-6)


def test_an_answer_out_of_order_is_put_in_order(remote: RemoteEmbedder, server: EmbeddingServer) -> None:
    server.misbehave = lambda rows: rows[::-1]

    assert np.allclose(remote.embed(["a", "b", "c"]), np.eye(3))


def test_many_texts_go_in_several_requests(remote: RemoteEmbedder, server: EmbeddingServer) -> None:
    texts = ["a" * (1 + number % 5) + "b" * (number % 3) for number in range(150)]

    vectors = remote.embed(texts)

    sizes = [len(request["input"]) for request in server.requests[1:]]
    assert sum(sizes) == 150
    assert max(sizes) <= 64
    assert np.allclose(vectors[149], remote.embed([texts[149]])[0])


def test_units_are_embedded_by_themselves_in_the_requests_of_their_texts(
    remote: RemoteEmbedder, server: EmbeddingServer
) -> None:
    done: list[int] = []

    texts, units = remote.embed_units(["a b", "c", "bb"], [[(0, 1), (2, 3)], [], [(0, 2)]], done.append)

    assert len(server.requests) == 2
    assert np.allclose(texts, remote.embed(["a b", "c", "bb"]))
    assert [found.tolist() for found in units] == [[[1, 0, 0], [0, 1, 0]], [], [[0, 1, 0]]]
    assert sum(done) == 3
    assert remote.sentence_pooling == "separate"


def test_no_texts_are_no_request(remote: RemoteEmbedder, server: EmbeddingServer) -> None:
    assert remote.embed([]).shape == (0, 3)
    assert len(server.requests) == 1


def test_the_key_is_sent_as_a_bearer_token(server: EmbeddingServer) -> None:
    RemoteEmbedder.connect(server.base_url, "letters", api_key="secret")

    assert server.keys == ["Bearer secret"]


def test_tokens_are_estimated_on_the_high_side(remote: RemoteEmbedder) -> None:
    assert remote.count_tokens(["", "four", "a" * 300]) == [0, 2, 100]


@pytest.mark.parametrize(
    ("misbehave", "said"),
    [
        pytest.param(lambda rows: rows[1:], "answered 1 vectors for 2 texts", id="too few"),
        pytest.param(lambda rows: rows + rows, "answered 4 vectors for 2 texts", id="too many"),
        pytest.param(lambda rows: [{"index": 0}] * 2, "did not answer for model 'letters'", id="no vectors"),
        pytest.param(
            lambda rows: [{**row, "embedding": None} for row in rows], "did not answer for model 'letters'", id="null"
        ),
        pytest.param(
            lambda rows: [{**row, "embedding": ["x"]} for row in rows], "did not answer for model 'letters'", id="words"
        ),
        pytest.param(lambda rows: None, "did not answer for model 'letters'", id="null data"),
        pytest.param(
            lambda rows: [{**row, "embedding": [1.0] * 5} for row in rows],
            "vectors of 5 components after 3; its model was changed. Restart, and rebuild the index",
            id="another model",
        ),
        pytest.param(
            lambda rows: [rows[0], {**rows[1], "embedding": [1.0]}], "vectors of 1 components after 3", id="ragged"
        ),
    ],
)
def test_a_wrong_answer_is_an_error_and_no_vector(
    remote: RemoteEmbedder, server: EmbeddingServer, misbehave: Misbehave, said: str
) -> None:
    server.misbehave = misbehave

    with pytest.raises(EmbeddingError) as caught:
        remote.embed(["a", "b"])

    assert said in str(caught.value)
    assert server.base_url in str(caught.value)


def test_a_server_that_fails_is_named_with_the_variables_to_check(
    remote: RemoteEmbedder, server: EmbeddingServer
) -> None:
    server.status = 500

    with pytest.raises(EmbeddingError, match="500") as caught:
        remote.embed(["a"])

    assert "Check EMBEDDING_BASE_URL (it ends in /v1), EMBEDDING_MODEL and EMBEDDING_API_KEY." in str(caught.value)


def test_a_base_url_without_its_path_is_said_to_end_in_v1(server: EmbeddingServer) -> None:
    with pytest.raises(EmbeddingError, match="it ends in /v1"):
        RemoteEmbedder.connect(server.base_url.removesuffix("/v1"), "letters", api_key=None)


def test_a_server_that_is_not_there_is_an_error_at_once() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"

        with pytest.raises(EmbeddingError, match="did not answer") as caught:
            RemoteEmbedder.connect(address, "letters", api_key=None)

    assert address in str(caught.value)


def test_the_settings_choose_the_server_when_they_name_one(server: EmbeddingServer) -> None:
    settings = replace(read_settings({}), embedding_base_url=server.base_url, embedding_model="letters")

    assert load_embedder(settings).name == "remote:letters"


@pytest.mark.parametrize(
    ("variables", "sent"),
    [
        ({"LLM_API_KEY": "for the model"}, None),
        ({"LLM_API_KEY": "for the model", "LLM_BASE_URL": "http://127.0.0.1:1/v1"}, None),
        ({"LLM_API_KEY": "for the model", "LLM_BASE_URL": "same"}, "Bearer for the model"),
        ({"LLM_API_KEY": "for the model", "EMBEDDING_API_KEY": "own", "LLM_BASE_URL": "same"}, "Bearer own"),
    ],
)
def test_the_models_key_goes_to_the_embedding_server_only_where_it_is_the_same_server(
    server: EmbeddingServer, variables: dict[str, str], sent: str | None
) -> None:
    more = {name: server.base_url if value == "same" else value for name, value in variables.items()}
    load_embedder(read_settings({"EMBEDDING_BASE_URL": server.base_url, "EMBEDDING_MODEL": "letters", **more}))
    assert server.keys[-1] == sent


def test_an_embedding_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(EmbeddingError) as refused:
        RemoteEmbedder.connect("http://user:s3cret@127.0.0.1:9/v1", "letters", api_key=None)

    assert "http://***@127.0.0.1:9/v1" in str(refused.value)
    assert "s3cret" not in str(refused.value)
