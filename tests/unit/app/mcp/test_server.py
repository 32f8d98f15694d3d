"""The server over a service in this process: its schemas are true, and every call has a result that can be read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, nullcontext
from functools import cache
from typing import Any

import httpx2
import jsonschema
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import TextResourceContents

from app.api import create_app
from app.client import Client as ServiceClient
from app.in_process import InProcessTransport
from app.mcp.arguments import MAX_CHECKED, MAX_HITS, MAX_PART
from app.mcp.resources import uri_of
from app.mcp.server import build_server
from app.mcp.tools import TOOLS
from app.service.principals import LOCAL
from app.service.service import Service
from testing.handbook import PAGES, REFUSAL, ignore_progress
from testing.mcp import MODES, found, said
from testing.model_server import free_port
from testing.properties import tried
from testing.services import make_service

LONG = "".join(f"## Part {number} — ★𝄞\n\nNumber {number} is here.\n\n" for number in range(1500))
DOCUMENTS = {**PAGES, "long %3F/ä ö.md": LONG}
NO_UNICODE = "Input should be a valid string, unable to parse raw data as a unicode string"
CALLS: dict[str, dict[str, Any]] = {
    "search": {"query": "How many days of annual leave?", "top_k": 3},
    "ask": {"question": "How many days of annual leave does every colleague have?"},
    "check_answer": {"answer": "Every colleague has 31 days of annual leave a year [1]."},
    "get_document": {"document_id": "leave/annual.md"},
}
Use = Callable[[Client], Awaitable[None]]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = make_service(tmp_path_factory.mktemp("mcp"), locked=True, pages=DOCUMENTS, refuse_below=0.2)
    made.open()
    made.library.ingest([], rebuilding=False, progress=ignore_progress)
    yield made
    made.close()


@cache
def _app(service: Service) -> FastAPI:
    return create_app(service, LOCAL)


def use(service: Service, using: Use, mode: str = "auto") -> None:
    """Call the tools in this process."""

    async def call() -> None:
        transport = InProcessTransport(_app(service))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
            api = ServiceClient(http, "this process")
            async with Client(build_server(lambda _: nullcontext(api), "The handbook"), mode=mode) as client:
                await using(client)

    asyncio.run(call())


@pytest.mark.parametrize("mode", MODES)
def test_every_result_has_the_form_that_its_schema_says(service: Service, mode: str) -> None:
    async def call(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == set(CALLS)
        for name, arguments in CALLS.items():
            tool = tools[name]
            jsonschema.validate(arguments, tool.input_schema)
            assert tool.output_schema is not None
            assert tool.output_schema["type"] == "object"
            jsonschema.validate(found(await client.call_tool(name, arguments)), tool.output_schema)
            hints = tool.annotations
            assert hints is not None
            assert (hints.read_only_hint, hints.destructive_hint, hints.open_world_hint) == (True, False, False)

    use(service, call, mode)


def test_every_argument_and_every_field_of_a_result_is_described() -> None:
    for tool in TOOLS.values():
        described = tool.described()
        for schema in (described.input_schema, described.output_schema):
            assert schema is not None
            for model in (schema, *schema.get("$defs", {}).values()):
                for name, field in model.get("properties", {}).items():
                    assert field.get("description"), f"{tool.name}: {name}"


def test_a_refusal_says_so_beside_its_text(service: Service) -> None:
    async def call(client: Client) -> None:
        answer = found(await client.call_tool("ask", {"question": "What is the capital of Mongolia?"}))
        assert (answer["kind"], answer["refused"], answer["answer"]) == ("refusal", True, REFUSAL)
        assert (answer["citations"], answer["grounding"]) == ([], None)

    use(service, call)


def test_an_answer_is_checked_against_given_contexts_alone_where_there_are_any(service: Service) -> None:
    async def call(client: Client) -> None:
        given_contexts = {
            "answer": "It costs 31 EUR.",
            "contexts": ["It costs 30 EUR."],
            "question": "What does it cost?",
        }
        checked = found(await client.call_tool("check_answer", given_contexts))
        assert checked["passages"] == []
        flag = checked["report"]["flags"][0]
        assert (flag["text"], flag["evidence"]["context"], flag["evidence"]["text"]) == ("31 EUR", 0, "30 EUR")
        only = {"answer": "A lost laptop is reported within two hours.", "document_ids": ["security/laptops.md"]}
        checked = found(await client.call_tool("check_answer", only))
        assert {passage["document_id"] for passage in checked["passages"]} == {"security/laptops.md"}
        assert [passage["index"] for passage in checked["passages"]] == [1]

    use(service, call)


@pytest.mark.parametrize("against", [{"contexts": []}, {"document_ids": ["absent.md"]}])
def test_with_nothing_to_check_against_nothing_is_supported(service: Service, against: dict[str, Any]) -> None:
    async def call(client: Client) -> None:
        checked = found(await client.call_tool("check_answer", {"answer": "You can get a cash advance.", **against}))
        assert not checked["supported"]
        assert "is supported" in checked["notice"]

    use(service, call)


@pytest.mark.parametrize("limit", [1, 999, MAX_PART])
def test_the_parts_of_a_document_make_its_text(service: Service, limit: int) -> None:
    async def call(client: Client) -> None:
        document_id, offset = "long %3F/ä ö.md", 0
        texts: list[str] = []
        while offset is not None and len(texts) < 60:
            part = found(
                await client.call_tool("get_document", {"document_id": document_id, "offset": offset, "limit": limit})
            )
            assert (part["start"], part["characters"]) == (offset, len(LONG))
            texts.append(part["text"])
            offset = part["next_offset"]
        assert LONG.startswith("".join(texts))
        assert len("".join(texts)) == min(60 * limit, len(LONG))

    use(service, call)


def test_every_document_is_a_resource_with_its_text(service: Service) -> None:
    async def call(client: Client) -> None:
        resources = (await client.list_resources()).resources
        assert [resource.name for resource in resources] == sorted(DOCUMENTS)
        for resource in resources:
            (contents,) = (await client.read_resource(resource.uri)).contents
            assert isinstance(contents, TextResourceContents)
            assert DOCUMENTS[resource.name].startswith(contents.text)
            assert len(contents.text) == min(len(DOCUMENTS[resource.name]), MAX_PART)
            if resource.name.startswith("long"):
                assert contents.meta is not None
                (rest,) = (await client.read_resource(contents.meta["groundwork/next"])).contents
                assert isinstance(rest, TextResourceContents)
                assert LONG[MAX_PART:].startswith(rest.text)
                assert rest.text
        (template,) = (await client.list_resource_templates()).resource_templates
        assert template.uri_template == "groundwork://documents/{+document_id}{?offset,limit}"

    use(service, call)


@pytest.mark.parametrize(
    "uri",
    [
        "groundwork://documents/absent.md",
        "groundwork://documents/",
        "groundwork://others/leave/annual.md",
        "file:///etc/passwd",
        "groundwork://documents/leave/annual.md?offset=-1",
        "groundwork://documents/leave/annual.md?offset=99999",
        "groundwork://documents/leave/annual.md?limit=x",
        "groundwork://documents/leave/annual.md?page=1",
        "groundwork://documents/%FF.md",
        "groundwork://documents/../../etc/passwd",
    ],
)
def test_what_is_no_document_is_an_invalid_parameter(service: Service, uri: str) -> None:
    async def call(client: Client) -> None:
        with pytest.raises(MCPError) as caught:
            await client.read_resource(uri)
        assert caught.value.code == -32602, caught.value

    use(service, call)


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("search", {}, "query: Field required."),
        ("search", {"query": ""}, "query: String should have at least 1 character."),
        ("search", {"query": "  "}, "The question is empty. Ask something."),
        ("search", {"query": "leave", "top_k": MAX_HITS + 1}, "top_k: Input should be less than or equal to 20."),
        ("search", {"query": "leave", "k": 5}, "k: Extra inputs are not permitted."),
        (
            "check_answer",
            {"answer": "It is.", "contexts": ["It was."], "document_ids": ["leave.md"]},
            "The arguments: give contexts or document_ids: with contexts no document is searched.",
        ),
        (
            "search",
            {"query": "\ud800"},
            "query: Input should be a valid string, unable to parse raw data as a unicode string.",
        ),
        ("ask", {"question": ["leave"]}, "question: Input should be a valid string."),
        ("ask", {"question": "x" * 8001}, "question: String should have at most 8000 characters."),
        ("check_answer", {"answer": "x" * (MAX_CHECKED + 1)}, "answer: String should have at most 20000 characters."),
        ("check_answer", {"answer": "x", "contexts": [1]}, "contexts.0: Input should be a valid string."),
        ("get_document", {"document_id": "absent.md"}, "There is no document 'absent.md'."),
        ("get_document", {"document_id": "../../etc/passwd"}, "There is no document '../../etc/passwd'."),
        ("get_document", {"document_id": "."}, "There is no document '.'."),
        ("get_document", {"document_id": ".."}, "There is no document '..'."),
        (
            "get_document",
            {"document_id": "travel.txt", "offset": 1000},
            f"offset is 1,000, but the document 'travel.txt' has {len(PAGES['travel.txt'])} characters. "
            "Begin at a smaller offset.",
        ),
    ],
)
def test_a_wrong_argument_is_named_in_the_result(
    service: Service, tool: str, arguments: dict[str, Any], words: str
) -> None:
    async def call(client: Client) -> None:
        failed = await client.call_tool(tool, arguments)
        assert (failed.is_error, said(failed)) == (True, words)

    use(service, call)


def test_an_unknown_tool_is_an_error_of_the_protocol(service: Service) -> None:
    async def call(client: Client) -> None:
        with pytest.raises(MCPError, match=r"no tool 'delete'. The tools are: search, ask, check_answer, get_"):
            await client.call_tool("delete", {})

    use(service, call)


def test_an_empty_index_says_what_is_missing(service: Service, tmp_path: Any) -> None:
    made = make_service(tmp_path, locked=True)
    made.open()

    async def call(client: Client) -> None:
        searched = found(await client.call_tool("search", {"query": "leave"}))
        assert searched["hits"] == []
        assert "groundwork ingest" in searched["notice"]
        checked = found(await client.call_tool("check_answer", {"answer": "25 days."}))
        assert (checked["passages"], checked["notice"]) == ([], searched["notice"])
        assert found(await client.call_tool("ask", {"question": "How many days?"}))["refused"] is True

    try:
        use(made, call)
    finally:
        made.close()


def test_a_service_that_does_not_answer_is_an_error_of_each_call() -> None:
    async def call() -> None:
        url = f"http://127.0.0.1:{free_port()}"
        async with httpx2.AsyncClient(base_url=url, verify=False) as http:
            api = ServiceClient(http, url, "Check GROUNDWORK_URL.")
            async with Client(build_server(lambda _: nullcontext(api))) as client:
                for tool, arguments in CALLS.items():
                    failed = await client.call_tool(tool, arguments)
                    assert failed.is_error
                    assert said(failed).startswith(f"The service at {url} did not answer: ")
                    assert said(failed).endswith("Check GROUNDWORK_URL.")
                with pytest.raises(MCPError, match="did not answer") as caught:
                    await client.list_resources()
                assert caught.value.code == -32603

    asyncio.run(call())


def test_a_bug_shows_no_cause_and_every_end_of_a_call_is_recorded(caplog: pytest.LogCaptureFixture) -> None:
    recorded: list[tuple[str, str]] = []

    @asynccontextmanager
    async def broken(_: object) -> Any:
        raise ValueError("the secret cause")
        yield

    async def call() -> None:
        server = build_server(broken, record=lambda tool, outcome, _: recorded.append((tool, outcome)))
        async with Client(server) as client:
            failed = await client.call_tool("search", {"query": "leave"})
            assert failed.is_error
            assert said(failed) == "Something went wrong in the MCP server; its log has the cause."

    asyncio.run(call())
    assert "the secret cause" in caplog.text
    assert recorded == [("search", "failed")]


UNHURRIED = [HealthCheck.too_slow]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    ["query", "top_k", "document_ids", "question", "answer", "contexts", "document_id", "offset", "limit"]
)


def test_no_arguments_break_a_tool(service: Service) -> None:
    async def call(client: Client) -> None:
        loop = asyncio.get_running_loop()

        @settings(
            max_examples=60,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
        @given(tool=st.sampled_from(sorted(TOOLS)), arguments=st.dictionaries(NAMES, JSON, max_size=4))
        def try_one(tool: str, arguments: dict[str, Any]) -> None:
            calling = client.call_tool(tool, {**CALLS[tool], **arguments})
            result = asyncio.run_coroutine_threadsafe(calling, loop).result(60)
            assert "its log has the cause" not in said(result)
            if not result.is_error:
                jsonschema.validate(result.structured_content, TOOLS[tool].described().output_schema)

        await asyncio.to_thread(try_one)

    use(service, call)


@given(document_id=st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable() and text.strip()))
@tried(200)
def test_the_address_of_every_document_leads_back_to_it(document_id: str) -> None:
    from app.mcp.resources import _arguments

    assert _arguments(uri_of(document_id)).document_id == document_id
