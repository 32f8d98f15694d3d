"""Join the runs of a paragraph: raised and lowered ones are written so that they keep their meaning."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from ingest.parse.inline import subscript, superscript


class Run(NamedTuple):
    """A piece of a line. `shift` is above 0 for superscripts, below 0 for subscripts."""

    text: str
    shift: int = 0


def join_runs(runs: Iterable[Run]) -> str:
    """Return the text of runs that follow each other; neighbours with the same shift are one piece."""
    written = [run for run in runs if run.text]
    pieces = [
        Run("".join(run.text for run in group), shift) for shift, group in groupby(written, lambda run: run.shift)
    ]
    line = ""
    for index, piece in enumerate(pieces):
        after = pieces[index + 1].text if index + 1 < len(pieces) else ""
        line += _piece(line.rsplit("\n", 1)[-1], piece, after)
    return line


def _piece(before: str, piece: Run, after: str) -> str:
    bare = piece.text.strip()
    if not piece.shift or not bare:
        return piece.text
    lead, _, trail = piece.text.partition(bare)
    shifted = superscript(before + lead, bare, trail + after) if piece.shift > 0 else subscript(before + lead, bare)
    return f"{lead}{shifted}{trail}"
