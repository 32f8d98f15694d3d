"""Read the files of a public set: JSON Lines, tab-separated tables and JSON, gzipped or not.

Every error names the file, the line, what was found and the fix.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError


def find_file(folder: Path, *names: str) -> Path:
    """Return the first of the files (paths relative to the folder) that exists, gzipped or not.

    Raises ConfigurationError that names the folder and all of them.
    """
    for name in names:
        for candidate in (folder / name, folder / f"{name}.gz"):
            if candidate.is_file():
                return candidate
    what = " or ".join(names)
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is not a folder. Name the folder that has {what}.")
    raise ConfigurationError(f"{folder} has no file {what} (or the same with .gz). Name the folder of the set.")


def read_text(file: Path) -> str:
    """Return the text of a file, unpacked when its name ends with .gz. Raises ConfigurationError."""
    try:
        content = file.read_bytes()
        return (gzip.decompress(content) if file.suffix == ".gz" else content).decode("utf-8-sig")
    # EOFError: a gzip file that ends too early.
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}. Name a UTF-8 file, or download it again.") from error


def json_lines(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each JSON object of a file with where it is ("FILE, line 3"); empty lines are skipped."""
    # Not splitlines: it also splits at characters that JSON allows inside a string (U+2028).
    for number, line in enumerate(read_text(file).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{file}, line {number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ConfigurationError(
                f"{where} is not valid JSON: {error}. Each line must be one object; download the file again."
            ) from error
        if not isinstance(row, dict):
            raise ConfigurationError(f"{where} is {_shown(row)}; it must be a JSON object.")
        yield where, row


def text_of(where: str, row: dict[str, Any], *keys: str, default: str | None = None) -> str:
    """Return the text at the first of the keys that the object has; a number counts as its digits.

    Raises ConfigurationError where there is none and no `default`, or the value is no text.
    """
    for key in keys:
        if key in row:
            value = row[key]
            if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
                return str(value)
            raise ConfigurationError(f"{where}: '{key}' is {_shown(value)}; it must be a text.")
    if default is None:
        wanted = " or ".join(f"'{key}'" for key in keys)
        raise ConfigurationError(f"{where} has no key {wanted}; it has: {', '.join(row) or 'none'}.")
    return default


def list_of(where: str, row: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the list of objects at a key. Raises ConfigurationError for a missing key and any other value."""
    value = row.get(key)
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ConfigurationError(f"{where}: '{key}' is {_shown(value)}; it must be a list of objects.")
    return value


def judgements(
    file: Path, columns: Sequence[str] = ("query-id", "corpus-id", "score")
) -> Iterator[tuple[str, str, str, int]]:
    """Yield where each judgement of a table is, its question, its passage and its grade.

    The first line has the names of the columns (BEIR's). A grade below 0 is an error, and so is a pair that the table
    has twice with different grades.
    """
    lines = read_text(file).split("\n")
    if lines[0].strip().split("\t") != list(columns):
        raise ConfigurationError(
            f"{file}, line 1 is {_shown(lines[0])}; it must have the names of the columns, divided by tabs: "
            f"{', '.join(columns)}."
        )
    known: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        where = f"{file}, line {number}"
        cells = line.rstrip("\r").split("\t")
        if len(cells) != len(columns):
            raise ConfigurationError(
                f"{where} has {len(cells)} columns instead of {len(columns)}: {_shown(line)}. Divide them by tabs."
            )
        question, passage, value = cells
        grade = _grade(where, value)
        if known.setdefault((question, passage), grade) != grade:
            raise ConfigurationError(
                f"{where} grades '{passage}' for '{question}' {grade}, and a line before it "
                f"{known[question, passage]}. Keep one of them."
            )
        yield where, question, passage, grade


def _grade(where: str, value: str) -> int:
    try:
        grade = int(value)
    except ValueError:
        grade = -1
    if grade < 0:
        raise ConfigurationError(f"{where}: the score is {_shown(value)}; it must be a whole number from 0.")
    return grade


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
