"""docs/reference/settings.md: every environment variable, from `.env.example`."""

from __future__ import annotations

import re
from pathlib import Path

from testing.documentation.markdown_text import cell, code_cell, row

_EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"
_HEAD = """# Settings

Every environment variable. This page is made from `.env.example` by `make docs-reference`. That file works as it is:
copied to `.env`, it is read by `make demo` and `docker compose up`; the `groundwork` commands read the environment
alone. A secret (`…_API_KEY`, `DATABASE_URL`, `…_SECRET`) may be in a file: `LLM_API_KEY_FILE=/path` in place of
`LLM_API_KEY`. The settings of a domain are in its [domain.toml](../domain.md).

| variable | in `.env.example` | meaning |
|---|---|---|
"""
_PATHS = re.compile(r"(?<![\w`/])docs/([\w-]+\.md)")


def settings_page() -> str:
    """Return the page. The comment above a variable is its meaning; one above several belongs to the first."""
    rows: list[str] = []
    comment: list[str] = []
    for line in _EXAMPLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            comment.append(line.lstrip("# "))
        elif "=" in line:
            name, _, value = line.partition("=")
            meaning = _PATHS.sub(r"[\1](../\1)", cell(" ".join(comment)))
            rows.append(row(f"`{name}`", code_cell(value.strip('"')), meaning))
            comment = []
        elif not line:
            comment = []
    return _HEAD + "\n".join(rows) + "\n"
