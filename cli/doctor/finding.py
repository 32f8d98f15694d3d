"""What the preflight prints: one finding for each thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """A sentence about one thing of the machine.

    level  `problem`: something that Groundwork does will fail; `warning`: it works, but slowly or only in part
    topic  the thing
    text   what was found, and what follows
    fix    what to do; empty for `ok`
    """

    level: Level
    topic: str
    text: str
    fix: str = ""


def ok(topic: str, text: str) -> Finding:
    """Return a finding that asks for nothing."""
    return Finding("ok", topic, text)


def warning(topic: str, text: str, fix: str) -> Finding:
    """Return a finding of something that works in part."""
    return Finding("warning", topic, text, fix)


def problem(topic: str, text: str, fix: str) -> Finding:
    """Return a finding of something that will fail."""
    return Finding("problem", topic, text, fix)


def version_of(text: str) -> tuple[int, ...]:
    """Return the first three numbers of a version, of "v2.26.1-4" (2, 26, 1); an empty tuple where there is none."""
    numbers = text.strip().lstrip("v").split("-")[0].split("+")[0].split("~")[0].split(".")
    found = []
    for number in numbers[:3]:
        if not (number.isascii() and number.isdecimal()):
            break
        found.append(int(number))
    return tuple(found)


def gigabytes(size: float) -> str:
    """Return a number of bytes for people, in decimal gigabytes."""
    return f"{size / 1e9:.1f} GB"
