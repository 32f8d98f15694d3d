"""The MCP server over a service: what a client may call, and how calls end.

The server is built on the SDK's low-level `Server`. Its `MCPServer` would put words of its own before every error, give
the text of a validation library to the model, and configure the log of the process.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Any, Literal, TypeAlias

from mcp.server import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    TextContent,
)
from pydantic import ValidationError

from app.mcp.api import Connect, Context
from app.mcp.arguments import Arguments
from app.mcp.instructions import instructions
from app.mcp.resources import list_documents, read_document, templates
from app.mcp.tools import TOOLS, ToolOf
from core.errors import GroundworkError, RequestError, ServiceError

Outcome: TypeAlias = Literal["done", "failed", "cancelled"]
RecordCall: TypeAlias = Callable[[str, Outcome, float], None]
"""Takes the name of a tool, how its call ended, and the seconds that it took."""
_log = logging.getLogger("groundwork")


def build_server(connect: Connect, title: str | None = None, record: RecordCall = lambda *_: None) -> Server[Any]:
    """Return the server of one service. `title` is what the domain is called, for clients and models."""

    async def list_tools(_: Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[tool.described() for tool in TOOLS.values()])

    async def call_tool(context: Context, params: CallToolRequestParams) -> CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(
                INVALID_PARAMS, f"There is no tool '{params.name[:100]}'. The tools are: {', '.join(TOOLS)}."
            )
        began = time.perf_counter()
        outcome: Outcome = "cancelled"
        try:
            result = await _called(tool, params.arguments or {}, context, connect)
            outcome = "failed" if result.is_error else "done"
        finally:
            record(tool.name, outcome, time.perf_counter() - began)
        return result

    async def list_resources(context: Context, params: PaginatedRequestParams | None) -> ListResourcesResult:
        async with _protocol_errors(), connect(context) as api:
            return await list_documents(api, params.cursor if params is not None else None)

    async def list_templates(_: Context, __: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
        return templates()

    async def read_resource(context: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        async with _protocol_errors(), connect(context) as api:
            return await read_document(api, str(params.uri))

    server: Server[Any] = Server(
        "groundwork",
        version=version("groundwork"),
        title=title,
        instructions=instructions(title),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )
    # The SDK's own spans would go to whatever OpenTelemetry finds in the process, with messages of exceptions. The
    # requests of the tools have spans of our own.
    server.middleware.clear()
    return server


async def _called(tool: ToolOf[Arguments], given: dict[str, Any], context: Context, connect: Connect) -> CallToolResult:
    """Return the result of a call. An error is a result too, which the model reads and can react to."""
    try:
        arguments = tool.arguments.model_validate(given)
        async with connect(context) as api:
            result = await tool.run(api, arguments, partial(_report, context))
    except ValidationError as error:
        return _failure(_first_problem(error))
    except GroundworkError as error:
        return _failure(str(error))
    except Exception:
        _log.exception("unexpected error in the tool %s", tool.name)
        return _failure("Something went wrong in the MCP server; its log has the cause.")
    content = TextContent(type="text", text=result.model_dump_json())
    return CallToolResult(content=[content], structured_content=result.model_dump(mode="json"))


async def _report(context: Context, progress: float, message: str) -> None:
    """Report to the client how far the call is, where it has asked for it."""
    await context.session.report_progress(progress, message=message)


def _failure(message: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=message)], is_error=True)


def _first_problem(error: ValidationError) -> str:
    """Name the argument and the problem, without repeating the argument."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where or 'The arguments'}: {first['msg']}."


@asynccontextmanager
async def _protocol_errors() -> AsyncIterator[None]:
    """Turn our errors into those of the protocol, which resources have no other form for."""
    try:
        yield
    except GroundworkError as error:
        is_absent = isinstance(error, ServiceError) and error.code == "document_not_found"
        is_mistake = is_absent or isinstance(error, RequestError)
        raise MCPError(INVALID_PARAMS if is_mistake else INTERNAL_ERROR, str(error)) from error
