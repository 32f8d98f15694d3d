"""The documents as resources, which people attach to a conversation: `groundwork://documents/leave/annual.md`."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, unquote, urlsplit

from mcp_types import (
    ListResourcesResult,
    ListResourceTemplatesResult,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)
from pydantic import ValidationError

from app.api.documents.responses import DocumentList
from app.mcp.api import Api
from app.mcp.arguments import MAX_PART, DocumentArguments
from app.mcp.documents import read_part
from core.errors import RequestError

_ROOT = "groundwork://documents/"
_PER_PAGE = 100
_MIME_TYPES = {"markdown": "text/markdown", "rendered": "text/markdown", "plain": "text/plain"}


async def list_documents(api: Api, cursor: str | None) -> ListResourcesResult:
    """Return a page of the documents that the caller may read; `cursor` is that of the API."""
    begin = "" if cursor is None else f"&cursor={quote(cursor, safe='')}"
    page = DocumentList.model_validate(await api.get(f"/v1/documents?limit={_PER_PAGE}{begin}"))
    return ListResourcesResult(
        resources=[Resource(uri=uri_of(row.id), name=row.id, title=row.name) for row in page.documents],
        next_cursor=page.next_cursor,
    )


def templates() -> ListResourceTemplatesResult:
    """Return the template of the addresses of documents."""
    return ListResourceTemplatesResult(
        resource_templates=[
            ResourceTemplate(
                uri_template=f"{_ROOT}{{+document_id}}{{?offset,limit}}",
                name="document",
                title="A document",
                description=f"The text of a document, from a character on; {MAX_PART:,} characters at most.",
            )
        ]
    )


async def read_document(api: Api, uri: str) -> ReadResourceResult:
    """Return the text of a document, and of a long one the address of its next part. Raises RequestError."""
    part = await read_part(api, _arguments(uri))
    about = {"groundwork/characters": part.characters, "groundwork/start": part.start}
    if part.next_offset is not None:
        about["groundwork/next"] = f"{uri_of(part.document_id)}?offset={part.next_offset}"  # type: ignore[assignment]
    contents = TextResourceContents(uri=uri, text=part.text, mime_type=_MIME_TYPES[part.format], _meta=about)
    return ReadResourceResult(contents=[contents])


def uri_of(document_id: str) -> str:
    """Return the address of a document."""
    return f"{_ROOT}{quote(document_id, safe='/')}"


def _arguments(uri: str) -> DocumentArguments:
    try:
        parts = urlsplit(uri)
        if not uri.startswith(_ROOT) or parts.fragment:
            raise ValueError("it is not the address of a document")
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        chosen = {"limit": str(MAX_PART), **query}
        return DocumentArguments.model_validate({"document_id": unquote(parts.path[1:], errors="strict"), **chosen})
    except (ValidationError, ValueError) as error:
        why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise RequestError(
            f"'{uri[:200]}' names no document: {why}. Write {_ROOT}<document_id>?offset=0&limit={MAX_PART}.",
        ) from error
