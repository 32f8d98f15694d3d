"""Count what a document has and its text has not, for the report."""

from __future__ import annotations

from collections import Counter

_MANY = {
    "picture": "{} pictures",
    "comment": "{} comments",
    "chart": "{} charts",
    "equation": "{} equations",
    "embedded object": "{} embedded objects",
    "embedded document": "{} embedded documents",
    "passage of hidden text": "{} passages of hidden text",
}


class Tally:
    """What was left out so far."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, what: str, count: int = 1) -> None:
        """Count something; what begins with "the " is only named."""
        self._counts[what] += count

    def sentences(self) -> tuple[str, ...]:
        """Return a noun phrase for each kind."""
        return tuple(_phrase(what, count) for what, count in sorted(self._counts.items()) if count)


def _phrase(what: str, count: int) -> str:
    if what.startswith("the "):
        return what
    return f"1 {what}" if count == 1 else _MANY[what].format(count)
