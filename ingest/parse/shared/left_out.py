"""How the report names what a parser has left out: "2 comments", "the hidden slides 3, 5 and 7"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


class Tally(Counter[str]):
    """Counts what is left out, by a noun in the singular; what begins with "the " is only named."""

    def phrases(self) -> tuple[str, ...]:
        """Return a noun phrase for each kind, in the order of their first occurrence."""
        return tuple(counted(number, noun) for noun, number in self.items() if number)


def counted(number: int, noun: str) -> str:
    """Return a number and a noun, which is given in the singular; what begins with "the" is only named."""
    if noun.startswith("the "):
        return noun
    head, of, rest = noun.partition(" of ")
    return f"{number:,} {head}{of}{rest}" if number == 1 else f"{number:,} {head}s{of}{rest}"


def listed(noun: str, names: Sequence[object]) -> str:
    """Return a noun, given in the singular, and the names of those it stands for."""
    *before, last = [str(name) for name in names]
    return f"{noun}s {', '.join(before)} and {last}" if before else f"{noun} {last}"
