"""Charts as tables of their values, as they were when the chart was last drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

from ingest.parse.elements import Element, Paragraph, Table
from ingest.parse.ooxml.local import Node, child, children
from ingest.parse.ooxml.text import plain_text
from ingest.parse.shared.xml_tree import local_name
from ingest.parse.spreadsheet.number_formats import GENERAL
from ingest.parse.spreadsheet.numbers import displayed_number


def chart(root: Node) -> Iterator[Element]:
    """Return the titles of a chart and its axes, and its categories and values as a table."""
    for title in root.iter("{*}title"):
        yield Paragraph(_label(child(title, "tx")))
    # A plot of columns and one of lines in one chart have the same categories.
    series = [node for plot in root.iter("{*}plotArea") for node in plot.iter("{*}ser")]
    if series:
        yield _series_table(series)
    for data in root.iter("{*}chartData"):
        yield from (_dimensions(found) for found in children(data, "data"))


def _label(text: Node | None) -> str:
    """Return a title or the name of a series: text of its own, or what was last read from a cell."""
    rich = child(text, "rich")
    if rich is not None:
        return plain_text(rich)
    return " ".join(node.text for node in ([] if text is None else text.iter("{*}v")) if node.text)


def _series_table(series: list[Node]) -> Table:
    names = [""]
    categories: dict[int, str] = {}
    columns: list[Mapping[int, str]] = []
    for node in series:
        categories |= _points(child(node, "cat")) or _points(child(node, "xVal"))
        for kind in ("val", "yVal", "bubbleSize"):
            if values := _points(child(node, kind)):
                names.append(_label(child(node, "tx")))
                columns.append(values)
    return _table_of(tuple(names), [categories, *columns])


def _dimensions(data: Node) -> Table:
    """Return the table of a chart of the kinds that Office 2016 added: waterfall, treemap, funnel …"""
    columns = [_outer_to_inner(list(children(found, "lvl"))) for found in children(data, "strDim", "numDim")]
    return _table_of((), columns)


def _table_of(header: tuple[str, ...], columns: Sequence[Mapping[int, str]]) -> Table:
    rows = sorted({index for column in columns for index in column})
    cells = [tuple(column.get(row, "") for column in columns) for row in rows]
    return Table((header, *cells), 1) if any(header) else Table(tuple(cells), 0)


def _points(source: Node | None) -> dict[int, str]:
    """Return the values of a category or series by position, as they were when the chart was last drawn."""
    if source is None:
        return {}
    levels = list(source.iter("{*}lvl"))
    return _outer_to_inner(levels or [node for node in source.iter() if child(node, "pt") is not None])


def _outer_to_inner(levels: list[Node]) -> dict[int, str]:
    """Return the labels by position. The first level is the innermost; an outer label goes on until the next one."""
    if not levels:
        return {}
    inner, *outer = [_level_points(level) for level in levels]
    labels: dict[int, str] = {}
    for index, label in inner.items():
        above = (_last_before(level, index) for level in reversed(outer))
        labels[index] = " ".join([name for name in above if name] + [label])
    return labels


def _last_before(level: Mapping[int, str], index: int) -> str:
    return level.get(max((at for at in level if at <= index), default=-1), "")


def _level_points(level: Node) -> dict[int, str]:
    code = _format(level)
    points = {}
    for position, point in enumerate(children(level, "pt")):
        text = "".join(node.text or "" for node in children(point, "v")) or (point.text or "").strip()
        index = point.get("idx", "")
        points[int(index) if index.isdecimal() else position] = text if code is None else _shown(text, code)
    return points


def _format(level: Node) -> str | None:
    """Return the number format of values; None for texts."""
    if local_name(level) in ("numCache", "numLit"):
        code = child(level, "formatCode")
        return GENERAL if code is None else code.text or GENERAL
    # The charts of Office 2016 write it as an attribute.
    code = level.get("formatCode")
    return None if code is None else str(code)


def _shown(value: str, code: str) -> str:
    """Return a number under its format; what is no number stays."""
    try:
        number = float(value)
    except ValueError:
        return value
    return displayed_number(number, code) if isfinite(number) else value
