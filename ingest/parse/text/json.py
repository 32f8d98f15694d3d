"""JSON and JSON Lines: a line for each value, with the keys that lead to it ("leave.days: 30").

Strings are written as they read, without quotation marks and escapes; numbers as the author wrote them. A list of
records with short values is a table, whose columns are named by their paths; records with long texts are paragraphs,
one for each. Items of a list share the path of the list. Of a key that occurs twice, both values are read.

Not covered: comments and other extensions of JSON; values deeper than about 300 levels (DocumentError).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.elements import Element, Paragraph, ParsedElements, Table
from ingest.parse.shared.encoding import decode_text

_LONGEST_CELL = 200
_MOST_COLUMNS = 40
_LEAST_FILLED = 0.5
"""The part of a table's cells that have a value; records that share fewer keys are paragraphs."""


@dataclass(frozen=True, slots=True)
class _Object:
    """An object as its pairs in order; a dict would lose the first of two equal keys."""

    pairs: tuple[tuple[str, _Value], ...]


_Value: TypeAlias = "str | bool | list[_Value] | _Object | None"
"""Numbers are the text that the author wrote."""


def parse_json(content: bytes, _: Parsing) -> ParsedElements:
    """Return the elements of a JSON text."""
    decoded = decode_text(content)
    return ParsedElements(tuple(_elements(_loaded(decoded.text), ())), None, decoded.left_out)


def parse_json_lines(content: bytes, _: Parsing) -> ParsedElements:
    """Return the elements of JSON Lines: a list of the values of the lines that are not empty."""
    decoded = decode_text(content)
    lines = enumerate(decoded.text.split("\n"), 1)
    values = [_loaded(line, number) for number, line in lines if line.strip()]
    return ParsedElements(tuple(_elements(values, ())), None, decoded.left_out)


def _loaded(text: str, line: int = 1) -> _Value:
    try:
        value: _Value = json.JSONDecoder(
            object_pairs_hook=lambda pairs: _Object(tuple(pairs)), parse_float=str, parse_int=str, parse_constant=str
        ).decode(text)
    except json.JSONDecodeError as error:
        place = f"line {line + error.lineno - 1}, column {error.colno}"
        raise DocumentError(f"it is not valid JSON ({place}: {error.msg[:80]})") from error
    except RecursionError as error:
        raise DocumentError("its values are nested too deeply") from error
    return value


def _elements(value: _Value, path: tuple[str, ...]) -> Iterator[Element]:
    """Yield the elements of a value: its own lines as a paragraph, then the lists of records in it."""
    if isinstance(value, list) and any(isinstance(item, _Object) for item in value):
        yield from _records(value, path)
        return
    lines: list[str] = []
    for part, inner in _parts(value, path):
        if isinstance(inner, str):
            lines.append(f"{'.'.join(part)}: {inner}" if part else inner)
            continue
        if lines:
            yield Paragraph("\n".join(lines))
            lines = []
        yield from _elements(inner, part)
    if lines:
        yield Paragraph("\n".join(lines))


def _parts(value: _Value, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], _Value]]:
    """Yield the values of a value with their paths: as text what fits on a line, others as they are."""
    line = _line(value)
    if line is not None:
        yield path, line
    elif isinstance(value, _Object):
        for key, inner in value.pairs:
            written = _line(inner)
            yield (*path, _text(key)), inner if written is None else written
    elif isinstance(value, list):
        for item in value:
            written = _line(item)
            yield path, item if written is None else written


def _line(value: _Value) -> str | None:
    """Return a value as text; None for objects and for lists that contain lists or objects, unless they are empty."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, _Object):
        return None if value.pairs else "{}"
    if isinstance(value, list):
        items = [_line(item) for item in value if not isinstance(item, list)]
        texts = [item for item in items if item is not None]
        return None if len(texts) < len(value) else ", ".join(texts) or "[]"
    return "null" if value is None else str(value).lower()


def _records(items: list[_Value], path: tuple[str, ...]) -> Iterator[Element]:
    table = _table(items, path)
    if table is not None:
        yield table
        return
    for item in items:
        yield from _elements(item, path)


def _table(items: list[_Value], path: tuple[str, ...]) -> Table | None:
    """Return records as a table, if they are alike and their values are short."""
    objects = [item for item in items if isinstance(item, _Object)]
    if len(objects) < 2 or len(objects) < len(items):
        return None
    records = [{_text(key): _line(value) for key, value in item.pairs} for item in objects]
    keys = list(dict.fromkeys(key for record in records for key in record))
    values = [value for record in records for value in record.values()]
    short = all(value is not None and len(value) <= _LONGEST_CELL and "\n" not in value for value in values)
    alike = len(values) >= _LEAST_FILLED * len(keys) * len(records)
    unique = len(values) == sum(len(item.pairs) for item in objects)
    if not (short and alike and unique and len(keys) <= _MOST_COLUMNS):
        return None
    header = tuple(".".join((*path, key)) for key in keys)
    return Table((header, *(tuple(record.get(key) or "" for key in keys) for record in records)))


def _text(value: object) -> str:
    """Return a string without halves of surrogate pairs, which no encoding can write."""
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
