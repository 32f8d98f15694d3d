"""The lines of a file in the format JSON Lines."""

from __future__ import annotations


def json_lines(text: str) -> list[tuple[int, str]]:
    """Return the lines that are not blank, with their numbers from 1.

    A line ends at a line feed only. `str.splitlines` also splits at characters that JSON allows inside a string, such
    as U+2028.
    """
    return [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
