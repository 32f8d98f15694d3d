"""What becomes of files that are hard to read: broken, encrypted, scanned, huge, of odd encodings and layouts.

    python -m benchmarks.hard_files FOLDER [--tools groundwork,markitdown,kreuzberg] [--peers ../peers] [--keep TEXTS]

FOLDER has a MANIFEST.csv with the columns `file` and `category`. A file is *read* (it gave text), *empty* (it gave
none, without an error), *failed* (with a reason), or *crashed* (the tool's process ended or gave no answer in time).
`left out` are kinds that the tool does not read, by its own words. Where FOLDER/expected has the text that another
project expects of a file (`NAME.md`), the shares of its words that are missing, and of the words that are more, are in
the second table; that text is the other project's own output, so that a difference is no fault by itself.

Not covered: whether a text is right where nothing is expected; `--keep` writes the texts for reading.
"""

from __future__ import annotations

import argparse
import csv
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table

from benchmarks.fidelity.tools import NAMES, OWN, ReadingFailed, Tool
from ingest.parse import is_supported

Outcome = Literal["read", "empty", "failed", "crashed", "left out"]
_OUTCOMES: tuple[Outcome, ...] = ("read", "empty", "failed", "crashed", "left out")
_CRASHES = ("its process ended", "no answer in", "it was not read within", "its parser crashed")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file."""

    file: str
    category: str
    outcome: Outcome
    seconds: float
    reason: str = ""
    text: str = ""


def main(arguments: Sequence[str] | None = None) -> None:
    """Read every file of the manifest with every tool, and print the tables."""
    options = _options(arguments)
    console = Console(width=150)
    with (options.folder / "MANIFEST.csv").open(encoding="utf-8", newline="") as manifest:
        files = [(row["file"], row["category"]) for row in csv.DictReader(manifest)]
    for name in options.tools:
        tool = Tool(name, options.peers)
        results = [_read(tool, options.folder, file, category) for file, category in files]
        tool.close()
        console.print(_by_category(name, results))
        console.print(_reasons(results))
        console.print(_words(results, options.folder / "expected"))
        if options.keep:
            _keep(results, options.keep / name)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hard_files")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tools", type=lambda value: value.split(","), default=[OWN], help=", ".join(NAMES))
    parser.add_argument("--peers", type=Path, default=Path("../peers"), help="the environment of the other tools")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write the texts into this folder")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.tools if name not in NAMES]:
        parser.error(f"unknown tools: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return options


def _read(tool: Tool, folder: Path, file: str, category: str) -> Result:
    begin = time.perf_counter()
    try:
        text = tool.read(folder / file)
    except ReadingFailed as error:
        reason = str(error)
        crashed = any(words in reason for words in _CRASHES)
        unread = tool.name == OWN and not is_supported(file)
        outcome: Outcome = "crashed" if crashed else "left out" if unread or "Unsupported" in reason else "failed"
        return Result(file, category, outcome, time.perf_counter() - begin, reason)
    outcome = "read" if re.search(r"[^\W_]", text) else "empty"
    return Result(file, category, outcome, time.perf_counter() - begin, text=text)


def _by_category(name: str, results: Sequence[Result]) -> Table:
    table = Table("category", "files", *_OUTCOMES, "seconds", title=name)
    categories = sorted({result.category for result in results})
    for category in [*categories, ""]:
        chosen = [result for result in results if category in ("", result.category)]
        counts = Counter(result.outcome for result in chosen)
        seconds = sum(result.seconds for result in chosen)
        cells = [str(counts[outcome] or "") for outcome in _OUTCOMES]
        table.add_row(category or "all", str(len(chosen)), *cells, f"{seconds:.1f}", end_section=category == "")
    return table


def _reasons(results: Sequence[Result]) -> Table:
    table = Table("file", "outcome", "reason", title="not read")
    for result in results:
        if result.outcome != "read":
            table.add_row(result.file, result.outcome, " ".join(result.reason.split())[:110])
    return table


def _words(results: Sequence[Result], folder: Path) -> Table:
    table = Table("file", "words expected", "missing", "more", title="against the text that another project expects")
    for result in results:
        path = _expected(folder, result.file)
        if path is None:
            continue
        expected, read = _counted(path.read_text(encoding="utf-8")), _counted(result.text)
        total = max(expected.total(), 1)
        missing, more = (expected - read).total() / total, (read - expected).total() / total
        table.add_row(result.file, f"{expected.total():,}", f"{missing:.1%}", f"{more:.1%}")
    return table


def _expected(folder: Path, file: str) -> Path | None:
    name = Path(file).name
    for path in (folder / f"{name}.md", folder / f"{Path(name).stem}.md"):
        # Two files are called "test"; their text is that of a third.
        if path.exists() and path.stem != "test":
            return path
    return None


def _counted(text: str) -> Counter[str]:
    """Return the words of a text, without comments and the addresses of links."""
    text = re.sub(r"<!--.*?-->|\]\([^)\s]*\)", " ", text, flags=re.DOTALL)
    return Counter(word.casefold() for word in re.findall(r"[^\W_]+", text))


def _keep(results: Sequence[Result], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for result in results:
        (folder / f"{result.file.replace('/', '-')}.txt").write_text(result.text or result.reason, encoding="utf-8")


if __name__ == "__main__":
    main()
