"""The formats that are read by kreuzberg."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.domain import Parsing
from core.errors import DocumentError
from ingest.blocks import split_blocks
from ingest.parse.parsed import ParsedText

_TIMEOUT_SECONDS = 120


def parse_with_kreuzberg(mime_type: str) -> Callable[[bytes, Parsing], ParsedText]:
    """Return the parser of files of this type."""
    return lambda content, _: _parse(content, mime_type)


def _parse(content: bytes, mime_type: str) -> ParsedText:
    import kreuzberg

    config = kreuzberg.ExtractionConfig(  # type: ignore[call-arg]  # its stubs lack disable_ocr
        output_format="markdown",
        use_cache=False,
        enable_quality_processing=False,
        disable_ocr=True,
        extraction_timeout_secs=_TIMEOUT_SECONDS,
    )
    try:
        result = kreuzberg.extract_bytes_sync(content, mime_type, config=config)
    except kreuzberg.KreuzbergError as error:
        raise DocumentError(_reason(error)) from error
    named = str(result.metadata.get("title") or "").strip()
    # Programs write "untitled" into documents without a title.
    title = None if named.casefold() in ("", "untitled") else named
    text = _without_metadata(result.content)
    return ParsedText(text, tuple(split_blocks(text, markdown=True)), title)


def _reason(error: Exception) -> str:
    """Return one sentence for the report; the messages of kreuzberg repeat their type."""
    message = str(error).split(": ", 1)[-1].splitlines()[0][:200]
    if "password" in message.lower():
        return "it is encrypted; save it without a password"
    return f"it could not be parsed: {message}"


def _without_metadata(content: str) -> str:
    """Remove the <meta> values that kreuzberg puts before HTML; their last line looks like a heading."""
    return re.sub(r"\A---\n(?:(?!## ).*\n)*## .*\n+", "", content)
