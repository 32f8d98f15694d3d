"""One real index of a few pages for all tests of the answer path; none of them writes to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.answer.retrieval.retrieve import Retriever
from testing.handbook import small_retriever
from testing.model_server import ModelServer, running_model_server


@pytest.fixture(scope="session")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    made = small_retriever(tmp_path_factory.mktemp("handbook"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def _one_model_server() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server


@pytest.fixture
def model_server(_one_model_server: ModelServer) -> ModelServer:
    _one_model_server.reset()
    return _one_model_server
