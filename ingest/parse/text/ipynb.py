"""Jupyter notebooks: text cells as Markdown, code cells and what they printed as code, in order.

Read of outputs: printed text, results as text, errors as one line. Left out and reported: pictures, also those that
have a text. Left out without a report: HTML of results that have text too, widgets, metadata.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.parsed import ParsedText
from ingest.parse.shared.encoding import decode_text
from ingest.parse.text.markdown import read_markdown

_Cell: TypeAlias = Mapping[str, Any]

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_TICKS = re.compile("`+")


def parse_notebook(content: bytes, _: Parsing) -> ParsedText:
    """Return the text of a notebook of format 3 or 4. Raise DocumentError when it is none."""
    try:
        notebook = json.loads(decode_text(content).text)
        cells = [cell for cell in _cells(notebook) if isinstance(cell, dict)]
        parts = [part for cell in cells for part in _parts(cell) if part.strip()]
        pictures = sum(_has_picture(output) for cell in cells for output in cell.get("outputs") or ())
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise DocumentError("it is not a valid Jupyter notebook") from error
    parsed = read_markdown("\n\n".join(parts))
    without = (f"{pictures} picture{'s' if pictures > 1 else ''}",) if pictures else ()
    return replace(parsed, left_out=(*parsed.left_out, *without))


def _cells(notebook: Mapping[str, Any]) -> list[_Cell]:
    if "worksheets" in notebook:
        return [cell for sheet in notebook["worksheets"] for cell in sheet.get("cells", ())]
    return list(notebook.get("cells", ()))


def _parts(cell: _Cell) -> Iterator[str]:
    """Yield the source of a cell and its outputs as Markdown."""
    kind, source = cell.get("cell_type"), _joined(cell.get("source", cell.get("input")))
    if kind == "code":
        yield _fenced(source)
        for output in cell.get("outputs") or ():
            yield from _output(output)
    elif kind == "heading":
        yield f"{'#' * int(cell.get('level', 1))} {source}"
    else:
        yield source.strip("\n")


def _output(output: _Cell) -> Iterator[str]:
    data = output.get("data", output)
    if "ename" in output:
        yield _fenced(f"{output['ename']}: {output.get('evalue', '')}")
    elif "text/markdown" in data:
        yield _joined(data["text/markdown"])
    elif text := _joined(data.get("text/plain", data.get("text"))):
        yield _fenced(text)


def _has_picture(output: _Cell) -> bool:
    data = output.get("data", output)
    return any(str(kind).startswith("image/") or kind in ("png", "jpeg", "svg") for kind in data)


def _fenced(text: str) -> str:
    """Return text as a block of code, between fences that it does not have."""
    text = _ANSI.sub("", text).strip("\n")
    ticks = "`" * max(3, 1 + max((len(run) for run in _TICKS.findall(text)), default=0))
    return f"{ticks}\n{text}\n{ticks}" if text.strip() else ""


def _joined(source: object) -> str:
    """Return a text that may be a list of its lines, without halves of surrogate pairs."""
    text = "".join(map(str, source)) if isinstance(source, list) else str(source or "")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
