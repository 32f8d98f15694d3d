"""The documentation's site: it builds without a warning, loads nothing from elsewhere, and made pages are current."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import markdown
import pytest
from markdown_it import MarkdownIt

from testing.documentation.reference import FOLDER, generated_pages
from tests.unit.project.test_documentation import PAGES, ROOT

_STRUCTURE = re.compile(r"<(h[1-6]|li|ul|ol|pre|table|tr|td|th|blockquote|img)\b")
_LOADED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|link\s[^>]*rel=["']?(?:stylesheet|preload|preconnect|icon))\b[^>]*?"""
    r"""(?:src|href)=["']?(?:https?:)?//[^"'\s>]+|url\(\s*["']?(?:https?:)?//|@import""",
    re.IGNORECASE,
)
_VALUE = re.compile(r"(^\| `[A-Z_]+` \|)[^|]*\|", re.MULTILINE)
"""Of a row of settings.md, what the value is."""
CONFIGURATION = ROOT / "mkdocs.yml"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with warnings as errors."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder


def test_no_page_of_the_site_loads_anything_from_another_host(site: Path) -> None:
    files = [file for file in site.rglob("*") if file.suffix in (".html", ".css") and "repository" not in file.parts]
    assert len(files) > 30
    for file in files:
        assert _LOADED.findall(file.read_text(encoding="utf-8")) == [], file.relative_to(site)


def test_search_works_from_a_folder_with_a_script_of_the_sites_own(site: Path) -> None:
    text = (site / "index.html").read_text(encoding="utf-8")
    assert 'src="assets/iframe-worker.js"' in text
    assert (site / "search" / "search_index.js").read_text(encoding="utf-8").startswith("var __index")


def test_no_link_leads_to_a_folder_which_a_browser_without_a_server_would_list(site: Path) -> None:
    for file in site.rglob("*.html"):
        if file.name != "404.html":  # is made for servers
            links = re.findall(r'<a\s[^>]*href="?([^"\s>#?]+)', file.read_text(encoding="utf-8"))
            local = {link for link in links if ":" not in link}
            assert [link for link in local if (file.parent / link).is_dir()] == [], file.relative_to(site)


def test_files_of_the_repository_that_pages_link_are_a_part_of_the_site(site: Path) -> None:
    assert (site / "repository" / "SECURITY.html").is_file()
    assert 'href="repository/SECURITY.html"' in (site / "security.html").read_text(encoding="utf-8")
    assert 'href="../security.html' in (site / "repository" / "SECURITY.html").read_text(encoding="utf-8")


def test_the_made_pages_are_those_of_the_code() -> None:
    for name, text in generated_pages().items():
        committed = (FOLDER / name).read_text(encoding="utf-8")
        # A fork's .env.example has values of its own.
        assert _VALUE.sub(r"\1", committed) == _VALUE.sub(r"\1", text), (
            f"{name} is not current. Run: make docs-reference"
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_site_reads_a_page_as_github_does(page: Path) -> None:
    text = re.sub(r"^\|.*$", lambda row: row.group().replace("\\|", " "), page.read_text("utf-8"), flags=re.MULTILINE)
    extensions = ["tables", "sane_lists", "pymdownx.superfences"]
    ours = Counter(_STRUCTURE.findall(markdown.markdown(text, extensions=extensions)))
    github = Counter(_STRUCTURE.findall(MarkdownIt("gfm-like", {"linkify": False}).render(text)))
    assert ours == github


def test_the_navigation_names_every_page_once() -> None:
    named = re.findall(r"(\S+\.md)$", CONFIGURATION.read_text(encoding="utf-8").partition("\nnav:")[2], re.MULTILINE)
    pages = {str(page.relative_to(ROOT / "docs")) for page in PAGES if page.is_relative_to(ROOT / "docs")}
    assert Counter(name for name in named if not name.startswith("repository/")) == Counter(pages)
