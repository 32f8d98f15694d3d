"""Our retrieval inside LlamaIndex's query engines."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from llama_index.core import Settings
from llama_index.core.base.response.schema import RESPONSE_TYPE, StreamingResponse
from llama_index.core.chat_engine import CondensePlusContextChatEngine
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata, MockLLM
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import ResponseMode
from llama_index.core.retrievers import BaseRetriever, QueryFusionRetriever
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle, TextNode
from pydantic import Field

from app.answer.retrieval.retrieve import Retriever, retrieve
from app.llama_index import GroundworkRetriever
from core.recipe import Recipe
from core.types import SearchFilter

QUESTION = "How many days of annual leave does every colleague have a year?"
RECIPE = Recipe(top_k=3)
WITHOUT_LLM_TEXT = {ResponseMode.NO_TEXT, ResponseMode.CONTEXT_ONLY}


class RecordingLLM(CustomLLM):
    """Answers with a fixed sentence, and remembers what it was asked."""

    prompts: list[str] = Field(default_factory=list)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata()

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        self.prompts.append(prompt)
        return CompletionResponse(text="25 days.")

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponseGen:
        self.prompts.append(prompt)
        yield CompletionResponse(text="25 days.", delta="25 days.")


@pytest.fixture
def ours(retriever: Retriever) -> GroundworkRetriever:
    return GroundworkRetriever.from_retriever(retriever, RECIPE)


def engine_of(retriever: BaseRetriever, llm: CustomLLM | None = None, **options: Any) -> RetrieverQueryEngine:
    return RetrieverQueryEngine.from_args(retriever, llm=llm or MockLLM(), **options)


def scores(nodes: list[NodeWithScore]) -> list[tuple[str, float | None]]:
    return [(node.node_id, node.score) for node in nodes]


def test_nodes_are_the_passages_in_the_rankers_order_with_their_relevance(
    ours: GroundworkRetriever, retriever: Retriever
) -> None:
    nodes = ours.retrieve(QUESTION)

    passages = retrieve(QUESTION, (), RECIPE, retriever).passages
    assert scores(nodes) == [(passage.chunk.id, passage.score) for passage in passages]
    assert [node.text for node in nodes] == [passage.chunk.text for passage in passages]
    assert len(nodes) == 3


def test_metadata_says_where_the_passage_is(ours: GroundworkRetriever, retriever: Retriever) -> None:
    best = ours.retrieve("How long ahead do I book my holiday in the calendar?")[0]

    document = retriever.index.document("leave/annual.md")
    assert document is not None
    metadata = best.metadata
    assert (metadata["document_id"], metadata["document_name"]) == ("leave/annual.md", "Annual leave")
    assert (metadata["section"], metadata["page"], metadata["url"]) == ("Booking", None, None)
    assert document.text[metadata["start"] : metadata["end"]] == best.text
    assert best.node.ref_doc_id == "leave/annual.md"


def test_the_model_reads_each_heading_once_and_no_other_metadata(ours: GroundworkRetriever) -> None:
    llm = RecordingLLM()

    response = engine_of(ours, llm).query(QUESTION)

    assert str(response) == "25 days."
    (prompt,) = llm.prompts
    assert prompt.count("Annual leave > Booking") == 1
    assert "Annual leave\nEvery colleague has 25 days" in prompt
    assert "document_id" not in prompt
    assert "leave/annual.md" not in prompt


@pytest.mark.parametrize("mode", [mode for mode in ResponseMode if mode != ResponseMode.GENERATION])
def test_every_response_mode_that_reads_passages_answers(
    ours: GroundworkRetriever, mode: ResponseMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The modes without a model look up the default one all the same, which is OpenAI's.
    monkeypatch.setattr(Settings, "_llm", MockLLM())

    response = engine_of(ours, RecordingLLM(), response_mode=mode).query(QUESTION)

    assert scores(response.source_nodes) == scores(ours.retrieve(QUESTION))
    if mode not in WITHOUT_LLM_TEXT:
        assert "25 days." in str(response)
    if mode == ResponseMode.CONTEXT_ONLY:
        assert "Annual leave\nEvery colleague" in str(response)


def test_an_answer_can_be_streamed(ours: GroundworkRetriever) -> None:
    response: RESPONSE_TYPE = engine_of(ours, RecordingLLM(), streaming=True).query(QUESTION)

    assert isinstance(response, StreamingResponse)
    assert "".join(response.response_gen) == "25 days."


def test_an_asynchronous_query_has_the_same_passages(ours: GroundworkRetriever) -> None:
    response = asyncio.run(engine_of(ours).aquery(QUESTION))

    assert scores(response.source_nodes) == scores(ours.retrieve(QUESTION))


def test_an_asynchronous_query_does_not_block_the_event_loop() -> None:
    released = threading.Event()

    def slow(_: str) -> list[NodeWithScore]:
        assert released.wait(timeout=30)
        return []

    async def both() -> list[NodeWithScore]:
        waiting = asyncio.create_task(GroundworkRetriever(slow, released.set).aretrieve(QUESTION))
        await asyncio.sleep(0)
        began = time.monotonic()
        await asyncio.sleep(0.01)
        released.set()
        assert time.monotonic() - began < 10
        return await waiting

    assert asyncio.run(both()) == []


def test_a_cutoff_by_relevance_leaves_out_what_does_not_answer(ours: GroundworkRetriever) -> None:
    cutoff = SimilarityPostprocessor(similarity_cutoff=0.3)

    answered = engine_of(ours, node_postprocessors=[cutoff]).query(QUESTION)
    unanswered = engine_of(ours, node_postprocessors=[cutoff]).query("What is the boiling point of tungsten?")

    assert answered.source_nodes
    assert unanswered.source_nodes == []


def test_the_recipe_and_a_filter_decide_what_is_retrieved(retriever: Retriever) -> None:
    only = SearchFilter(document_ids=("money/expenses.md",))
    narrow = GroundworkRetriever.from_retriever(retriever, replace(RECIPE, top_k=1), only=only)

    assert [node.metadata["document_id"] for node in narrow.retrieve(QUESTION)] == ["money/expenses.md"]


def test_a_query_bundle_is_asked_by_its_text(ours: GroundworkRetriever) -> None:
    assert scores(ours.retrieve(QueryBundle(QUESTION, embedding=[0.0]))) == scores(ours.retrieve(QUESTION))


def test_it_works_as_a_part_of_other_retrievers_and_chat_engines(ours: GroundworkRetriever) -> None:
    fused = QueryFusionRetriever([ours, ours], num_queries=1, similarity_top_k=2, llm=MockLLM(), use_async=False)
    chat = CondensePlusContextChatEngine.from_defaults(
        ours, llm=RecordingLLM(), memory=ChatMemoryBuffer.from_defaults(llm=MockLLM())
    )

    assert len(fused.retrieve(QUESTION)) == 2
    answer = chat.chat(QUESTION)
    assert "25 days." in str(answer)
    assert answer.source_nodes[0].metadata["document_id"] == "leave/annual.md"


def test_nodes_survive_serialisation(ours: GroundworkRetriever) -> None:
    node = ours.retrieve(QUESTION)[0]

    again = TextNode.from_json(node.node.to_json())

    assert again.get_content(MetadataMode.LLM) == node.get_content(MetadataMode.LLM)
    assert again == node.node


def test_closing_leaves_the_callers_index_open(retriever: Retriever) -> None:
    with GroundworkRetriever.from_retriever(retriever, RECIPE) as ours:
        assert ours.retrieve(QUESTION)

    assert retriever.index.chunk_count() > 0
