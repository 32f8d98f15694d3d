"""Hits in the order of a reranker, or in their own when it fails; the client of a server."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2
import pytest

from app.answer.retrieval.rerank import (
    CrossEncoderReranker,
    RemoteReranker,
    connect_reranker,
    rerank,
)
from core.errors import RerankingError
from core.settings import read_settings
from testing.reranking_server import Kind, RerankingServer, reranking_server

TEXTS = ["banana", "cherry", "papaya salad", "plum"]


class ByLength:
    """The longest text is the best."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """See Reranker."""
        self.asked.append([query, *texts])
        return [float(len(text)) for text in texts]


class Down:
    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """See Reranker."""
        raise RerankingError("the reranker is down")


def never() -> None:
    raise AssertionError("it did not fail")


def ordered(texts: Sequence[str], first: int) -> list[str]:
    return rerank("q", texts, str, ByLength(), first, never)


def test_the_first_hits_are_in_the_rerankers_order_and_the_others_follow() -> None:
    assert ordered(["a", "bbb", "cc", "dddd"], 3) == ["bbb", "cc", "a", "dddd"]


def test_equal_scores_keep_their_order() -> None:
    assert ordered(["a1", "b1", "c22", "d1"], 4) == ["c22", "a1", "b1", "d1"]


@pytest.mark.parametrize(("texts", "first"), [([], 5), (["a"], 5), (["a", "bb"], 0), (["a", "bb"], 1)])
def test_a_reranker_is_not_asked_about_fewer_than_two_hits(texts: list[str], first: int) -> None:
    reranker = ByLength()

    assert rerank("q", texts, str, reranker, first, never) == texts
    assert reranker.asked == []


def test_when_it_fails_the_order_stays_and_the_failure_is_logged_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    failures: list[None] = []

    with caplog.at_level(logging.WARNING, logger="groundwork"):
        kept = rerank("q", TEXTS, str, Down(), 4, lambda: failures.append(None))

    assert kept == TEXTS
    assert len(failures) == 1
    assert "not reranked: the reranker is down" in caplog.text


@pytest.fixture
def server() -> Iterator[RerankingServer]:
    with reranking_server() as running:
        yield running


@pytest.fixture
def remote(server: RerankingServer) -> RemoteReranker:
    return RemoteReranker.connect(server.base_url, "cross", "secret")


@pytest.mark.parametrize("kind", ["vllm", "tei"])
def test_a_servers_scores_come_back_in_the_order_of_the_texts(
    remote: RemoteReranker, server: RerankingServer, kind: Kind
) -> None:
    server.kind = kind

    assert remote.scores("fruit", TEXTS) == [3.0, 0.0, 5.0, 0.0]
    assert set(server.keys) == {"Bearer secret"}


def test_vllm_is_asked_with_model_and_documents(remote: RemoteReranker, server: RerankingServer) -> None:
    remote.scores("fruit", TEXTS)

    assert server.requests == [{"model": "cross", "query": "fruit", "documents": TEXTS, "top_n": 4}]


def test_text_embeddings_inference_is_recognised_once(remote: RemoteReranker, server: RerankingServer) -> None:
    server.kind = "tei"

    remote.scores("fruit", TEXTS)
    remote.scores("fruit", TEXTS)

    assert [sorted(request) for request in server.requests] == [
        ["documents", "model", "query", "top_n"],
        ["query", "texts", "truncate"],
        ["query", "texts", "truncate"],
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {"results": []},
        {"results": [{"index": 0, "relevance_score": 1.0}]},
        {"results": [{"index": 9, "relevance_score": 1.0}]},
        {"results": [{"index": index, "relevance_score": None} for index in range(4)]},
        {"results": [{"index": index, "relevance_score": float("nan")} for index in range(4)]},
        {"error": "no such model"},
        None,
        7,
        "text",
    ],
)
def test_an_answer_that_does_not_score_every_text_is_an_error(
    remote: RemoteReranker, server: RerankingServer, answer: object
) -> None:
    server.misbehave = lambda _: answer

    with pytest.raises(RerankingError):
        remote.scores("fruit", TEXTS)


def test_a_server_that_refuses_is_named_with_what_to_check(remote: RemoteReranker, server: RerankingServer) -> None:
    server.status = 500

    with pytest.raises(RerankingError, match=r"(?s)127\.0\.0\.1.*'cross'.*500.*RERANKER_BASE_URL"):
        remote.scores("fruit", TEXTS)


def test_a_password_in_the_address_is_not_shown() -> None:
    remote = RemoteReranker.connect("http://user:word@127.0.0.1:9/v1", None, None)

    with pytest.raises(RerankingError) as raised:
        remote.scores("fruit", TEXTS)

    assert "word" not in str(raised.value)


def test_a_model_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    with pytest.raises(RerankingError, match=r"missing.*RERANKER_MODEL must be a folder"):
        CrossEncoderReranker(str(tmp_path / "missing")).scores("fruit", TEXTS)


def test_the_settings_choose_a_server_a_model_or_none() -> None:
    assert connect_reranker(read_settings({})) is None
    assert isinstance(connect_reranker(read_settings({"RERANKER_MODEL": "cross"})), CrossEncoderReranker)
    assert isinstance(connect_reranker(read_settings({"RERANKER_BASE_URL": "http://x:8003/v1"})), RemoteReranker)


def test_a_server_that_refuses_both_forms_is_asked_in_the_first_one_again() -> None:
    forms: list[list[str]] = []

    def refuse(request: httpx2.Request) -> httpx2.Response:
        forms.append(sorted(json.loads(request.content)))
        return httpx2.Response(422, text="the texts are too long")

    client = httpx2.Client(base_url="http://cross/v1", transport=httpx2.MockTransport(refuse))
    remote = RemoteReranker(client, None)
    for _ in range(2):
        with pytest.raises(RerankingError):
            remote.scores("fruit", TEXTS)

    assert forms == [["documents", "query", "top_n"], ["query", "texts", "truncate"]] * 2
