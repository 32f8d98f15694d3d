"""What readers lose, add and change: random documents whose every token is known, read back by each tool.

    python -m benchmarks.fidelity [--tools groundwork,markitdown,…] [--formats docx,html,…] [--documents 20] [--seed 1]

Formats whose names end in "-office" are written by LibreOffice (`soffice`), and left out where it is not installed. The
documents of a format hold every construct of it at random (`testing/fidelity`); a new seed makes new documents with
new words. The first table has, per format and tool, the tokens that are lost, altered, glued or split in 10,000. Then
a table per format shows the constructs. `--show` prints the findings of the first tool, `--keep FOLDER` keeps the
documents and the texts that were read. `--json FILE` writes all counts.

A document that a tool cannot read counts as lost as a whole. Not covered: looks, images, formulas.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.fidelity.tools import NAMES, OWN, ReadingFailed, Tool
from testing.fidelity import office
from testing.fidelity.compare import WRONG, Comparison, compare
from testing.fidelity.formats import KINDS, OFFICE_KINDS, make
from testing.fidelity.model import Made

Results = dict[str, dict[str, Comparison]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the documents, read them with every tool, and print the tables."""
    options = _options(arguments)
    console = Console(width=150)
    results: Results = {kind: {} for kind in options.formats}
    seconds: dict[tuple[str, str], float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        documents = {
            kind: [make(kind, options.seed + number) for number in range(options.documents)] for kind in options.formats
        }
        for name in options.tools:
            tool = Tool(name, options.peers)
            for kind, made in documents.items():
                begin = time.perf_counter()
                results[kind][name] = _read(tool, made, folder, keep=options.keep is not None)
                seconds[kind, name] = time.perf_counter() - begin
            tool.close()
    console.print(_summary(results, options.tools))
    for kind in options.formats:
        console.print(_constructs(kind, results[kind], options.tools))
    if options.show:
        for kind in options.formats:
            for finding in results[kind][options.tools[0]].findings[: options.show]:
                console.print(f"{kind}: {finding}", markup=False, highlight=False)
    if options.json:
        options.json.write_text(json.dumps(_counts(results, seconds), indent=1), encoding="utf-8")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    known_formats = [*KINDS, *(OFFICE_KINDS if office.is_installed() else ())]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fidelity")
    parser.add_argument("--tools", type=lambda value: value.split(","), default=[OWN], help=", ".join(NAMES))
    parser.add_argument("--formats", type=lambda value: value.split(","), default=known_formats)
    parser.add_argument("--documents", type=int, default=10, help="documents of each format")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers", type=Path, default=Path("../peers"), help="the environment of the other tools")
    parser.add_argument(
        "--show", type=int, default=0, metavar="N", help="print N findings of the first tool per format"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the documents and texts")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all counts")
    options = parser.parse_args(arguments)
    for name, known in (("tools", NAMES), ("formats", known_formats)):
        if unknown := [value for value in getattr(options, name) if value not in known]:
            parser.error(f"unknown {name}: {', '.join(unknown)}; there are {', '.join(known)}")
    return options


def _read(tool: Tool, documents: Sequence[Made], folder: Path, *, keep: bool) -> Comparison:
    total = Comparison()
    for made in documents:
        path = folder / made.name
        path.write_bytes(made.content)
        try:
            text = tool.read(path)
        except ReadingFailed as error:
            print(f"{tool.name} did not read {made.name}: {error}")
            text = ""
        total += compare(text, made.pieces)
        if keep:
            (folder / f"{made.name}.{tool.name}.txt").write_text(text, encoding="utf-8")
        else:
            path.unlink()
    return total


def _summary(results: Results, tools: Sequence[str]) -> Table:
    table = Table("format", "tokens", title="Lost, altered, glued or split in 10,000 tokens (reordered; added; leaked)")
    for tool in tools:
        table.add_column(tool, justify="right")
    for kind, by_tool in results.items():
        tokens = next(iter(by_tool.values())).tokens.total()
        table.add_row(kind, f"{tokens:,}", *(_figures(by_tool[tool]) for tool in tools))
    return table


def _constructs(kind: str, by_tool: dict[str, Comparison], tools: Sequence[str]) -> Table:
    table = Table("construct", "tokens", title=kind)
    for tool in tools:
        table.add_column(tool, justify="right")
    constructs = {name for comparison in by_tool.values() for name in comparison.tokens}
    constructs |= {finding.construct for comparison in by_tool.values() for finding in comparison.findings}
    for name in sorted(constructs):
        tokens = next(iter(by_tool.values())).tokens[name]
        table.add_row(name, f"{tokens:,}", *(_figures(by_tool[tool], name) for tool in tools))
    return table


def _figures(comparison: Comparison, construct: str | None = None) -> str:
    wrong = comparison.per_10000(WRONG, construct) if construct is None or comparison.tokens[construct] else 0.0
    others = [comparison.count([fault], construct) for fault in ("reordered", "added", "leaked")]
    beside = f" ({'; '.join(map(str, others))})" if any(others) else ""
    return f"{wrong:,.1f}{beside}"


def _counts(results: Results, seconds: dict[tuple[str, str], float]) -> object:
    faults = (*WRONG, "reordered", "escaped", "added", "leaked")
    return {
        kind: {
            tool: {
                "tokens": comparison.tokens.total(),
                "seconds": round(seconds[kind, tool], 2),
                "constructs": {
                    construct: {"tokens": comparison.tokens[construct]}
                    | {fault: comparison.count([fault], construct) for fault in faults}
                    for construct in sorted({*comparison.tokens, *(f.construct for f in comparison.findings)})
                },
            }
            for tool, comparison in by_tool.items()
        }
        for kind, by_tool in results.items()
    }


if __name__ == "__main__":
    main()
