"""The tools that a language model is offered: their names, descriptions and schemas, and what they do.

All of them only read. `ask` is kept in the service's database like any other answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar

from mcp_types import Tool, ToolAnnotations

from app.api.models import Response
from app.api.search.responses import SearchResponse
from app.mcp.api import Api, Report
from app.mcp.arguments import Arguments, AskArguments, CheckArguments, DocumentArguments, SearchArguments
from app.mcp.ask import ask
from app.mcp.check import check_answer
from app.mcp.documents import read_part
from app.mcp.results import AskResult, CheckResult, DocumentPart

ArgumentsT = TypeVar("ArgumentsT", bound=Arguments)


@dataclass(frozen=True, slots=True)
class ToolOf(Generic[ArgumentsT]):
    """A tool: what a model reads about it, and the function that runs it."""

    name: str
    title: str
    description: str
    arguments: type[ArgumentsT]
    result: type[Response]
    run: Callable[[Api, ArgumentsT, Report], Awaitable[Response]]

    def described(self) -> Tool:
        """Return the description as the protocol has it."""
        return Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=self.arguments.model_json_schema(),
            output_schema=self.result.model_json_schema(mode="serialization"),
            annotations=ToolAnnotations(
                read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
            ),
        )


async def _search(api: Api, arguments: SearchArguments, _: Report) -> SearchResponse:
    only = {"filter": {"document_ids": arguments.document_ids}} if arguments.document_ids else {}
    found = await api.post("/v1/search", {"query": arguments.query, "top_k": arguments.top_k, **only})
    return SearchResponse.model_validate(found)


async def _check(api: Api, arguments: CheckArguments, _: Report) -> CheckResult:
    return await check_answer(api, arguments)


async def _document(api: Api, arguments: DocumentArguments, _: Report) -> DocumentPart:
    return await read_part(api, arguments)


_TOOLS: tuple[ToolOf[SearchArguments] | ToolOf[AskArguments] | ToolOf[CheckArguments] | ToolOf[DocumentArguments], ...]
_TOOLS = (
    ToolOf(
        "search",
        "Search the documents",
        "Find the passages of the documents that answer a question, best first, without an answer. Use it to read what "
        "the documents say, and cite `document_name` and `section` of each passage that you use.",
        SearchArguments,
        SearchResponse,
        _search,
    ),
    ToolOf(
        "ask",
        "Ask the documents",
        "Answer a question from the documents alone, with citations and a check of every sentence. Keep the markers "
        "such as [1] and name their documents. `refused` means that the documents do not say it.",
        AskArguments,
        AskResult,
        ask,
    ),
    ToolOf(
        "check_answer",
        "Check an answer",
        "Check a text that you have written against the documents, or against given contexts: numbers, dates, names "
        "and statements that they contradict or do not contain are flagged, with the evidence. It compares words and "
        "does not understand them.",
        CheckArguments,
        CheckResult,
        _check,
    ),
    ToolOf(
        "get_document",
        "Read a document",
        "Read the text of a document by its `document_id`, part by part. Passages have their `start` and `end` in it.",
        DocumentArguments,
        DocumentPart,
        _document,
    ),
)
TOOLS: Mapping[str, ToolOf[Arguments]] = MappingProxyType({tool.name: tool for tool in _TOOLS})  # type: ignore[misc]
"""The tools by name, in the order in which they are listed."""
