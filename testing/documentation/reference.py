"""The pages of docs/reference/, each made from the code or file that it describes."""

from __future__ import annotations

from pathlib import Path

from testing.documentation.commands import commands_page
from testing.documentation.http_api import http_page
from testing.documentation.python_api import python_page
from testing.documentation.variables import settings_page

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"


def generated_pages() -> dict[str, str]:
    """Return the text of each page by its file name, the same on every call."""
    return {
        "cli.md": commands_page(),
        "http.md": http_page(),
        "python.md": python_page(),
        "settings.md": settings_page(),
    }
