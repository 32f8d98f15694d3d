"""A result and the list of offered models on the terminal."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from serving.get.catalogue import Offer
from serving.get.result import GetResult

_DONE = {
    "converted": "converted to bfloat16",
    "downloaded": "downloaded",
    "linked": "linked, not copied: the folder has to stay where it is",
    "there": "it was there already; nothing was done",
}


def print_result(result: GetResult, models: Path, console: Console) -> None:
    """Print what the model is and how to use it. In `models` it has a name; elsewhere it is named by its folder."""
    size = f"{result.parameters:,} parameters, {_size(result.bytes)}"
    console.print(f"{result.name}: {size}, licence {result.licence}", markup=False, soft_wrap=True)
    console.print(f"{result.folder} ({_DONE[result.state]}; {result.seconds:.0f} s)", markup=False, soft_wrap=True)
    for note in result.notes:
        console.print(note, markup=False, soft_wrap=True)
    named = result.name if result.folder.parent == models else shlex.quote(str(result.folder))
    console.print(
        f"Use it: groundwork serve --model {named} (with the app), or groundwork model serve {named}",
        markup=False,
        soft_wrap=True,
    )


def print_offers(offers: Sequence[Offer], console: Console) -> None:
    """Print the models that are offered by name, and what else can be named."""
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("name", "model", "licence", "download", "on disk"):
        table.add_column(title)
    for offer in offers:
        sizes = (_size(offer.wheel_bytes), _size(offer.checkpoint_bytes))
        table.add_row(offer.name, offer.title, offer.licence, *sizes)
    console.print(table)
    for offer in offers:
        console.print(f"{offer.name}: {offer.purpose}", markup=False, soft_wrap=True)
    console.print(
        "Or name a GGUF file, the folder of a checkpoint, or a model on the Hugging Face Hub as organisation/model. "
        "docs/models.md recommends models by hardware.",
        markup=False,
        soft_wrap=True,
    )


def _size(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"
