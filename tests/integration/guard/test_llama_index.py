"""LlamaIndex's own engines with a guard between them and the model: the prompts that they render are recognised."""

from __future__ import annotations

from typing import Any

import httpx2
import openai
import pytest
from llama_index.core import SummaryIndex
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, CompletionResponse, LLMMetadata
from llama_index.core.chat_engine.types import ChatMode
from llama_index.core.llms import CustomLLM
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.response_synthesizers import ResponseMode
from llama_index.core.schema import TextNode

from testing.guard import RunningGuard
from testing.model_server import ModelServer, Script

NODES = ["Full-time staff get 25 days of leave per year.", "The gym is free for all staff."]
QUESTION = "How much leave do I get?"


class GuardedLLM(CustomLLM):
    """A chat model of an OpenAI-compatible server. LlamaIndex's own class does not install beside this openai."""

    base_url: str
    fields: list[dict[str, Any]] = []  # noqa: RUF012  (a field of a pydantic model)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(is_chat_model=True, model_name="tiny")

    def chat(self, messages: Any, **_: Any) -> ChatResponse:
        sent = [{"role": message.role.value, "content": message.content} for message in messages]
        text = ""
        http = httpx2.Client(verify=False)
        with openai.OpenAI(base_url=self.base_url, api_key="k", max_retries=0, http_client=http) as client:
            asked: dict[str, Any] = {"model": "tiny", "messages": sent, "stream": True}
            for chunk in client.chat.completions.create(**asked):
                text += "".join(choice.delta.content or "" for choice in chunk.choices)
                if field := (chunk.model_extra or {}).get("groundwork"):
                    self.fields.append(field)
        return ChatResponse(message=ChatMessage(role="assistant", content=text))

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        return CompletionResponse(text=self.chat([ChatMessage(role="user", content=prompt)]).message.content or "")

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
        yield self.complete(prompt)


@pytest.fixture
def llm(guard: RunningGuard, upstream: ModelServer) -> GuardedLLM:
    upstream.script = Script(pieces=("Full-time staff get 30 days", " of leave per year [1]."))
    return GuardedLLM(base_url=f"{guard.url}/v1", fields=[])


@pytest.fixture(scope="module")
def index() -> SummaryIndex:
    return SummaryIndex([TextNode(text=text, id_=str(place)) for place, text in enumerate(NODES)])


@pytest.mark.parametrize("mode", [ResponseMode.COMPACT, ResponseMode.REFINE, ResponseMode.TREE_SUMMARIZE])
def test_a_query_engine_is_checked_against_the_nodes_that_it_retrieved(
    index: SummaryIndex, llm: GuardedLLM, upstream: ModelServer, mode: ResponseMode
) -> None:
    answer = index.as_query_engine(llm=llm, response_mode=mode).query(QUESTION)
    assert "30 days" in str(answer)
    assert llm.fields
    for request, field in zip(upstream.requests, llm.fields, strict=True):
        assert [context["mark"] for context in field["contexts"]] == ["llama_index"]
        (context,) = field["contexts"]
        text = request["messages"][context["message"]]["content"][context["start"] : context["end"]]
        assert text in ("\n\n".join(NODES), *NODES)
    first = llm.fields[0]["grounding"]["flags"]
    assert [(flag["text"], flag["evidence"]["text"]) for flag in first] == [("30", "25")]


def test_a_citation_engine_numbers_the_contexts(index: SummaryIndex, llm: GuardedLLM, upstream: ModelServer) -> None:
    engine = CitationQueryEngine(retriever=index.as_retriever(), llm=llm)
    assert "30 days" in str(engine.query(QUESTION))
    (field,) = llm.fields
    (request,) = upstream.requests
    assert [context["number"] for context in field["contexts"]] == [1, 2]
    texts = [
        request["messages"][context["message"]]["content"][context["start"] : context["end"]]
        for context in field["contexts"]
    ]
    assert texts == NODES


def test_a_chat_engine_has_its_context_in_the_system_message(index: SummaryIndex, llm: GuardedLLM) -> None:
    for mode in (ChatMode.CONTEXT, ChatMode.CONDENSE_PLUS_CONTEXT):
        llm.fields.clear()
        assert "30 days" in str(
            index.as_chat_engine(chat_mode=mode, llm=llm, memory=ChatMemoryBuffer(token_limit=1000)).chat(QUESTION)
        )
        (field,) = llm.fields
        assert (field["contexts"][0]["message"], field["grounding"]["flags"][0]["text"]) == (0, "30")
