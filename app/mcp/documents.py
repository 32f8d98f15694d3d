"""Read a document part by part."""

from __future__ import annotations

from urllib.parse import quote

from app.api.documents.responses import DocumentText
from app.mcp.api import Api
from app.mcp.arguments import DocumentArguments
from app.mcp.results import DocumentPart
from core.errors import RequestError


async def read_part(api: Api, arguments: DocumentArguments) -> DocumentPart:
    """Return a part of a document. Raises RequestError for an offset after its end."""
    if arguments.document_id in (".", ".."):
        # In a path these are no names: the request would be one for all documents, or for what is above them.
        raise RequestError(f"There is no document '{arguments.document_id}'.")
    path = f"/v1/documents/{quote(arguments.document_id, safe='')}"
    document = DocumentText.model_validate(await api.get(path))
    length = len(document.text)
    if arguments.offset > length:
        raise RequestError(
            f"offset is {arguments.offset:,}, but the document '{document.id}' has {length:,} characters. "
            "Begin at a smaller offset."
        )
    end = min(arguments.offset + arguments.limit, length)
    return DocumentPart(
        document_id=document.id,
        document_name=document.name,
        text=document.text[arguments.offset : end],
        start=arguments.offset,
        end=end,
        characters=length,
        next_offset=end if end < length else None,
        format=document.format,
        pages=[page for page in document.pages if page.start < end and page.end > arguments.offset],
        url=document.url,
        source=document.source,
        left_out=document.left_out,
    )
