"""What every review at a terminal needs of it. `EOFError`: the input has ended."""

from __future__ import annotations

from typing import Protocol


class Prompter(Protocol):
    """Shows lines to a person and reads what they answer."""

    def say(self, line: str) -> None:
        """Show a line."""
        ...

    def ask_key(self) -> str:
        """Return the first letter of what the person typed, in lower case; "" for nothing. Raises EOFError."""
        ...

    def ask_text(self, label: str, before: str) -> str:
        """Return a new text, or the one before. Raises EOFError."""
        ...
