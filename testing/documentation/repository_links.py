"""A hook of MkDocs: what pages link outside of `docs/` is a part of the site, below `repository/`.

Pages link files of the repository by relative paths, which GitHub follows. The site has to work from a folder and
without another host, so that it gets a copy of each linked file: Markdown as a page, with its own links followed in
the same way, a folder as a page that lists its files, everything else as it is.
"""

from __future__ import annotations

import posixpath
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_FOLDER = "repository"
_LISTING = "/index.md"
_CODE = re.compile(r"^```.*?^```|^(?: {4}|\t)[^\n]*$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\|[^\n]*$", re.MULTILINE)
_LINK = re.compile(r"(?<=\]\()([^)#\s]+)(?=[)#])")
_NOT_A_PATH = re.compile(r"[a-z]+:|/", re.IGNORECASE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files of the repository that pages, and the pages of the navigation below `repository/`, lead to."""
    docs = Path(config.docs_dir)
    root = docs.parent
    waiting = [name for name in _named(config.nav) if name.startswith(f"{_FOLDER}/")]
    for file in files.documentation_pages():
        waiting += [link for link in _site_paths(file.src_uri, file.content_string, docs) if _is_copied(link)]
    while waiting:
        uri = waiting.pop()
        source = root / uri.removeprefix(f"{_FOLDER}/").removesuffix(_LISTING)
        if files.get_file_from_path(uri) is not None or not source.exists():
            continue  # A link that leads nowhere is MkDocs' own warning.
        if source.is_dir():
            file = File.generated(config, uri, content=_listing(source, root))
        else:
            file = File.generated(config, uri, abs_src_path=str(source))
        files.append(file)
        if file.is_documentation_page():
            waiting += [link for link in _site_paths(uri, file.content_string, docs) if _is_copied(link)]
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead the links of a page to the copies in the site, and write bars in a table's code as Python-Markdown does.

    GitHub wants a backslash before such a bar; Python-Markdown shows that backslash.
    """
    markdown = _ROW.sub(lambda row: _CODE.sub(lambda code: code.group().replace("\\|", "|"), row.group()), markdown)
    docs = Path(config.docs_dir)
    uri = page.file.src_uri

    def lead(match: re.Match[str]) -> str:
        target = _site_path(uri, match.group(1), docs)
        return match.group(1) if target is None else posixpath.relpath(target, posixpath.dirname(uri))

    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match.group())
        return f"\0{len(kept) - 1}\0"

    text = _LINK.sub(lead, _CODE.sub(keep, markdown))
    return re.sub("\0(\\d+)\0", lambda match: kept[int(match.group(1))], text)


def _named(nav: object) -> Iterator[str]:
    """The paths in a navigation: a tree of lists and of dictionaries with one title each."""
    if isinstance(nav, str):
        yield nav
    for part in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from _named(part)


def _is_copied(uri: str) -> bool:
    return uri.startswith(f"{_FOLDER}/")


def _site_paths(uri: str, text: str, docs: Path) -> Iterator[str]:
    for link in _LINK.findall(_CODE.sub("", text)):
        target = _site_path(uri, link, docs)
        if target is not None:
            yield target


def _site_path(uri: str, link: str, docs: Path) -> str | None:
    """Where a link of the page `uri` leads within the site; None for what is no relative path."""
    if _NOT_A_PATH.match(link):
        return None
    place = uri.removeprefix(f"{_FOLDER}/") if _is_copied(uri) else f"{docs.name}/{uri}"
    path = posixpath.normpath(posixpath.join(posixpath.dirname(place), link))
    if path.startswith(".."):
        return None
    inside = path.removeprefix(f"{docs.name}/")
    if inside != path:
        return inside
    return f"{_FOLDER}/{path}" + (_entrance(docs.parent / path) if (docs.parent / path).is_dir() else "")


def _entrance(folder: Path) -> str:
    """The page of a folder: its README, as on GitHub, or a list of its files."""
    return "/README.md" if (folder / "README.md").is_file() else _LISTING


def _listing(folder: Path, root: Path) -> str:
    """A page with links to the files of a folder and of those in it, as far as git knows them."""
    listed = subprocess.run(["git", "ls-files"], cwd=folder, capture_output=True, text=True, check=True)
    lines = [f"- [{name}]({name})" for name in listed.stdout.splitlines()]
    return f"# {folder.relative_to(root)}\n\n" + "\n".join(lines) + "\n"
