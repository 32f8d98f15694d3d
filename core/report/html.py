"""The HTML page of every report, and its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template


def render(title: str, parts: Iterable[str], head: str = "") -> str:
    """Return a whole page: nothing from other hosts, light or dark as the reader's system is.

    `head` is HTML for the page's head: the styles of one report.
    """
    page = Template(files("core.report").joinpath("page.html").read_text(encoding="utf-8"))
    return page.substitute(title=escape(title), body="\n".join(parts), head=head)


def cards(entries: Iterable[tuple[str, str]]) -> str:
    """Return figures in large type, each with its meaning."""
    each = (f'<div class="card"><b>{escape(value)}</b><span>{escape(words)}</span></div>' for value, words in entries)
    return f'<div class="cards">{"".join(each)}</div>'


def figure(heading: str, drawing: str, caption: str, key: str = "") -> str:
    """Return a drawing under its heading."""
    return f"<h2>{escape(heading)}</h2><figure>{drawing}{key}<figcaption>{escape(caption)}</figcaption></figure>"


def key(entries: Mapping[str, str]) -> str:
    """Return the key: colours by name."""
    spans = (f'<span><i style="background:{colour}"></i>{escape(name)}</span>' for name, colour in entries.items())
    return f'<div class="key">{"".join(spans)}</div>'


def items(lines: Iterable[str]) -> str:
    """Return a list in small type."""
    return '<ul class="small">' + "".join(f"<li>{escape(words)}</li>" for words in lines) + "</ul>"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], left: int) -> str:
    """Return a table of text; the first `left` columns are words and are aligned left."""

    def row(tag: str, cells: Sequence[str]) -> str:
        sides = ("left" if column < left else "" for column in range(len(cells)))
        return (
            "<tr>"
            + "".join(f'<{tag} class="{side}">{escape(cell)}</{tag}>' for side, cell in zip(sides, cells, strict=True))
            + "</tr>"
        )

    return f'<div class="wide"><table>{row("th", headings)}{"".join(row("td", cells) for cells in rows)}</table></div>'
