"""Notebooks read as their text cells, code cells and what the code printed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse.parsed import ParsedText
from ingest.parse.text.ipynb import parse_notebook


def notebook(*cells: dict[str, Any]) -> ParsedText:
    return parse_notebook(json.dumps({"cells": cells, "nbformat": 4}).encode(), Parsing())


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": outputs}


def test_cells_and_outputs_are_read_in_order() -> None:
    parsed = notebook(
        {"cell_type": "markdown", "source": ["# Leave &amp; pay\n", "10<sup>6</sup>"]},
        code("# no heading\nprint('&amp;')", {"output_type": "stream", "text": ["\x1b[31m&amp;\x1b[0m\n"]}),
        {"cell_type": "raw", "source": "End"},
    )

    assert parsed.title == "Leave & pay"
    assert parsed.text == "# Leave & pay\n10^6\n\n```\n# no heading\nprint('&amp;')\n```\n\n```\n&amp;\n```\n\nEnd"
    assert [block.kind for block in parsed.blocks] == ["paragraph", "code", "code", "paragraph"]


def test_results_and_errors_are_text_and_pictures_are_reported() -> None:
    parsed = notebook(
        code("a", {"data": {"text/plain": ["1.5"], "text/html": "<b>1.5</b>"}}),
        code("b", {"data": {"text/plain": "<Figure>", "image/png": "iVBO"}}),
        code("c", {"ename": "KeyError", "evalue": "'x'", "traceback": ["…"]}),
        code("d", {"data": {"text/markdown": "**e**"}}),
    )

    assert "```\n1.5\n```" in parsed.text
    assert "KeyError: 'x'" in parsed.text
    assert parsed.text.endswith("**e**")
    assert parsed.left_out == ("1 picture",)


def test_code_with_fences_is_fenced_with_more() -> None:
    assert notebook(code('"""\n```x```\n"""')).text.startswith("````\n")


def test_a_notebook_of_format_3_is_read() -> None:
    cells = [{"cell_type": "heading", "level": 2, "source": "Part"}, {"cell_type": "code", "input": "x", "outputs": []}]

    assert parse_notebook(json.dumps({"worksheets": [{"cells": cells}]}).encode(), Parsing()).text == (
        "## Part\n\n```\nx\n```"
    )


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"cells": 5}', b'{"cells": [{"outputs": [1]}]}', b"[" * 100_000])
def test_what_is_no_notebook_is_refused(content: bytes) -> None:
    with pytest.raises(DocumentError, match="it is not a valid Jupyter notebook"):
        parse_notebook(content, Parsing())
