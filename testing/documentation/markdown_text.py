"""Text of the code as Markdown."""

from __future__ import annotations

import re

_ALIGNED = re.compile(r"^\s|\S {2,}\S", re.MULTILINE)


def cell(text: str) -> str:
    """Return the text for a cell of a table: one line, with its bars escaped."""
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")


def code_cell(code: str) -> str:
    """Return the code for a cell of a table; empty for none."""
    return f"`{cell(code)}`" if code else ""


def row(*cells: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"


def docstring(text: str) -> str:
    """Return a docstring as Markdown: paragraphs as they are, what is aligned or indented as a block of code."""
    parts = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(f"```text\n{part}\n```" if _ALIGNED.search(part) else part for part in parts)
