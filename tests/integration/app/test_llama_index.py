"""A LlamaIndex retriever made from settings: over an index in this process, or through the service that has it open."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import NodeWithScore

from app.llama_index import GroundworkRetriever
from core.errors import ConfigurationError, FingerprintMismatch, IndexLocked, ServiceError
from core.index.lock import find_holder, lock_index
from core.recipe import Recipe
from core.settings import Settings, read_settings
from core.types import SearchFilter
from testing.handbook import write_domain
from testing.processes import Serving, environment, groundwork, serving

QUESTION = "How many days of annual leave does every colleague have a year?"


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an index that no process has open."""
    folder = tmp_path_factory.mktemp("llama_index")
    made = environment(folder / "data", write_domain(folder / "team"))
    assert groundwork("ingest", env=made).code == 0
    return made


@pytest.fixture
def ingested(env: dict[str, str]) -> Settings:
    return read_settings(env)


@pytest.fixture(scope="module")
def running(env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service over a copy of the index."""
    folder = tmp_path_factory.mktemp("running")
    shutil.copytree(env["GROUNDWORK_DATA_DIR"], folder / "data")
    with serving({**env, "GROUNDWORK_DATA_DIR": str(folder / "data")}, folder / "log") as service:
        yield service


def index_of(settings: Settings) -> Path:
    return settings.data_dir / "index"


def shown(nodes: list[NodeWithScore]) -> list[tuple[str, str, float | None]]:
    return [(node.node_id, node.text, round(node.score or 0.0, 4)) for node in nodes]


def test_through_the_service_the_nodes_are_those_of_the_index_in_this_process(
    running: Serving, ingested: Settings
) -> None:
    with (
        GroundworkRetriever.from_settings(read_settings(running.env)) as through,
        GroundworkRetriever.from_settings(ingested) as here,
    ):
        ours, theirs = here.retrieve(QUESTION), through.retrieve(QUESTION)

    assert len(ours) == 4
    assert shown(ours) == shown(theirs)
    assert [node.node for node in ours] == [node.node for node in theirs]


def test_a_query_engine_answers_through_the_service(running: Serving) -> None:
    with GroundworkRetriever.from_settings(read_settings(running.env), top_k=2) as retriever:
        engine = RetrieverQueryEngine.from_args(retriever, llm=MockLLM())

        response = engine.query(QUESTION)
        awaited = asyncio.run(engine.aquery(QUESTION))

    assert "Every colleague has 25 days of annual leave" in str(response)
    assert shown(response.source_nodes) == shown(awaited.source_nodes)
    assert len(response.source_nodes) == 2


def test_recipe_number_and_filter_hold_through_the_service(running: Serving) -> None:
    settings = read_settings(running.env)
    only = SearchFilter(document_ids=("travel.txt",))
    with GroundworkRetriever.from_settings(settings, recipe="brief", top_k=1, only=only) as retriever:
        (node,) = retriever.retrieve(QUESTION)

    assert node.metadata["document_id"] == "travel.txt"


def test_what_the_service_refuses_is_said_in_its_words(running: Serving) -> None:
    with (
        GroundworkRetriever.from_service(running.url, Recipe(name="none")) as retriever,
        pytest.raises(ServiceError, match=f"The service at {running.url} refused the search: There is no model"),
    ):
        retriever.retrieve(QUESTION)


def test_a_service_that_does_not_answer_is_named() -> None:
    with (
        GroundworkRetriever.from_service("http://127.0.0.1:9", Recipe()) as retriever,
        pytest.raises(ServiceError, match=r"The service at http://127\.0\.0\.1:9, which has the index open, did not"),
    ):
        retriever.retrieve(QUESTION)


def test_an_index_that_a_command_has_open_is_refused_with_its_process(ingested: Settings) -> None:
    with (
        lock_index(index_of(ingested), "groundwork ingest") as lock,
        pytest.raises(IndexLocked, match=rf"process {lock.holder.pid} \(groundwork ingest"),
    ):
        GroundworkRetriever.from_settings(ingested)


def test_a_retriever_has_the_index_open_until_it_is_closed(ingested: Settings) -> None:
    with GroundworkRetriever.from_settings(ingested):
        holder = find_holder(index_of(ingested))
        assert holder is not None
        assert holder.command == "a LlamaIndex retriever"

    assert find_holder(index_of(ingested)) is None


def test_an_index_that_cannot_be_opened_is_given_back(ingested: Settings, tmp_path: Path) -> None:
    german = replace(ingested, domain_dir=write_domain(tmp_path / "team", language="german"))

    with pytest.raises(FingerprintMismatch):
        GroundworkRetriever.from_settings(german)
    assert find_holder(index_of(ingested)) is None


@pytest.mark.parametrize("top_k", [0, 101])
def test_a_number_out_of_range_is_refused(running: Serving, top_k: int) -> None:
    with pytest.raises(ConfigurationError, match=f"top_k is {top_k}; it must be a number from 1 to 100"):
        GroundworkRetriever.from_settings(read_settings(running.env), top_k=top_k)


def test_a_recipe_that_does_not_exist_is_refused_with_those_that_do(running: Serving) -> None:
    with pytest.raises(ConfigurationError, match=r"There is no recipe 'long' in .*/team\. Recipes: default, brief\."):
        GroundworkRetriever.from_settings(read_settings(running.env), recipe="long")
