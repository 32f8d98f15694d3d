"""A question as a rule makes it, before a reader's wording."""

from __future__ import annotations

from dataclasses import dataclass

from core.types import Message


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the kind of example that it makes, and the rule that made it."""

    text: str
    kind: str
    template: str
    history: tuple[Message, ...] = ()
