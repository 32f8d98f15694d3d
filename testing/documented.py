"""The tables of the documentation that tests compare with the code."""

from __future__ import annotations

import re

from testing.builders import REPOSITORY


def table_rows(document: str, heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading of a document in docs/, without the table's head."""
    text = (REPOSITORY / "docs" / document).read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def names_in(cell: str) -> list[str]:
    """Return what a cell has in code marks."""
    return re.findall(r"`([^`]+)`", cell)


def vllm_metrics() -> list[str]:
    """Return the metrics of vLLM that the dashboard and the alerts may query."""
    return [name for cell, _ in table_rows("observability.md", "Metrics of vLLM") for name in names_in(cell)]
