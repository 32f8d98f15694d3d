"""What the documentation names exists: commands with their options, make targets, files, links and Python names."""

from __future__ import annotations

import ast
import functools
import importlib
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import typer.main

from cli.main import cli

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted(
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    if not name.startswith("domains/")
)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
# Not in `kubectl -n groundwork …`, a namespace, and `mcp add groundwork https://…`, a name.
_COMMAND = re.compile(r"(?:^|[\s/])(?<!-n )(?<!add )groundwork (?=[a-z])(?!https?:)(.*)")
_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?|[\w-]+\.(?:py|md|toml|txt)")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def commands_of(page: Path) -> Iterator[str]:
    """The lines of code blocks, indented or fenced, continued ones joined, and the code in prose."""
    text = re.sub(r"\\\n\s*", " ", page.read_text(encoding="utf-8"))
    lines = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    for _, block in _FENCE.findall(text):
        lines += block.splitlines()
    for line in [*lines, *_CODE.findall(_FENCE.sub("", text))]:
        yield from line.split(" && ")


def anchors_of(page: Path) -> set[str]:
    """GitHub's anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@functools.cache
def program() -> Any:
    return typer.main.get_command(cli)


def resolve(words: list[str]) -> tuple[Any, list[str]]:
    """The command that the words name, and the words behind it. Typer has its own copy of click's classes."""
    command: Any = program()
    rest = words[1:]
    while rest and (commands := getattr(command, "commands", None)):
        assert rest[0] in commands, f"there is no command '{' '.join(words)}'"
        command, rest = commands[rest[0]], rest[1:]
    return command, rest


def wrong_value(command: Any, words: list[str]) -> str | None:
    """What typer says of a value that no option takes, as `--split train`.

    None for files that only a reader has, for placeholders (SOURCE), and for arguments that prose leaves out.
    """
    try:
        command.make_context("groundwork", list(words))
    except typer.BadParameter as error:
        message = error.format_message()
        return None if re.search("^Missing|does not exist|'[A-Z]+'", message) else message
    except Exception as error:
        # Typer exports no class for these: an argument too many, as in "[--record FILE]", or none at all.
        if type(error).__name__ not in ("UsageError", "BadOptionUsage", "NoArgsIsHelpError", "NoSuchOption"):
            raise
    return None


@every_page
def test_every_command_that_a_page_shows_exists_with_its_options(page: Path) -> None:
    for line in commands_of(page):
        shown = _COMMAND.search(line.partition("   ")[0].partition(" #")[0])
        if shown is None or any(mark in shown.group(1).split(" --")[0] for mark in ("…", "|")):
            continue
        command, rest = resolve(["groundwork", *shlex.split(shown.group(1).replace("…", ""))])
        options = {name for parameter in command.params for name in parameter.opts + parameter.secondary_opts}
        for word in rest:
            assert not word.startswith("--") or word.partition("=")[0] in options | {"--help"}, line
        if message := wrong_value(command, rest):
            pytest.fail(f"{line}: {message}")


@every_page
def test_every_make_target_that_a_page_shows_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(" ".join(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)).split())
    targets |= {f"env-{name}" for name in re.findall(r"\$\(call environment,([\w-]+)", makefile)}
    for line in commands_of(page):
        for shown in re.findall(r"(?:^|\s)make((?: [a-z][\w-]*)+)(?=\s|$)", line.partition("   ")[0]):
            assert set(shown.split()) <= targets, line


@every_page
def test_every_module_that_a_page_runs_exists(page: Path) -> None:
    for line in commands_of(page):
        for module in re.findall(r"python -m ((?:app|benchmarks|core|evals|ingest|serving|testing)[\w.]*)", line):
            path = ROOT.joinpath(*module.rstrip(".").split("."))
            assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), line


@every_page
def test_every_file_of_the_project_that_a_page_names_exists(page: Path) -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"bench"}
    for code in _CODE.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        for name in _PATH.findall(code):
            first = name.partition("/")[0]
            if first in folders and "/" in name and not re.search(r"[<*…]|\b[A-Z]+\b(?!\.)", code):
                assert (ROOT / name).exists(), f"{page.name} names {name}"


@every_page
def test_every_link_within_the_documentation_leads_somewhere(page: Path) -> None:
    # Without code, which may look like a link; of a link whose text is code, the address is left.
    for link in _LINK.findall(_CODE.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor and target.suffix == ".md":
            assert anchor in anchors_of(target), link


@every_page
def test_python_code_of_a_page_parses_and_imports_what_exists(page: Path) -> None:
    for language, block in _FENCE.findall(page.read_text(encoding="utf-8")):
        if language != "python":
            continue
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module:
                module = importlib.import_module(node.module)
                for name in node.names:
                    assert hasattr(module, name.name), f"{node.module} has no {name.name}"
