"""What was made, in a few lines on a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from evals.distill.data.card import card_files
from evals.distill.data.run import Written


def print_written(written: Written, console: Console) -> None:
    """Print the examples by kind, what the filters dropped, and where the files are."""
    card = written.card
    for title, counts in (("kind", card.by_kind), ("dropped by", card.dropped)):
        if counts:
            table = Table(title, "examples", box=box.SIMPLE_HEAD)
            for name, count in counts.items():
                table.add_row(name, str(count))
            console.print(table)
    validation = card.by_split.get("validation", 0)
    console.print(
        f"{card.examples} examples ({validation} of them for validation) of {card.candidates} candidates, from "
        f"{len(card.documents)} documents; {len(card.held_out)} documents are held out.",
        soft_wrap=True,
    )
    console.print(f"{written.file}\n{card_files(written.file)[1]}", soft_wrap=True)
