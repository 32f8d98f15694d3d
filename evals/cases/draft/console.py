"""Print what was drafted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from evals.cases.draft.run import Drafted


def print_drafted(drafted: Drafted, file: Path, console: Console) -> None:
    """Print the counts, where the drafts are, and the next command."""
    if drafted.drafts:
        console.print(f"{len(drafted.drafts)} drafts from {drafted.documents} documents: {_listed(drafted.by_kind)}")
        console.print(f"  by {_listed(drafted.by_template)}", soft_wrap=True)
    else:
        console.print(f"Nothing could be drafted from {drafted.documents} documents.")
    if drafted.skipped:
        console.print(f"  {drafted.skipped} documents are in a language without templates, and were not read.")
    if drafted.asked:
        console.print(f"  The model was given {drafted.asked} passages; dropped: {_listed(drafted.dropped) or 'none'}.")
    if drafted.drafts:
        console.print(f"{file}\nDecide on them: groundwork eval review {file}", soft_wrap=True)


def _listed(counts: Mapping[str, int]) -> str:
    items = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count}" for name, count in items)
