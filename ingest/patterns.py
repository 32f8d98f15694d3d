"""Patterns of document ids, as domain.toml writes them: `hr`, `*/salaries.xlsx`, `**/*.txt`."""

from __future__ import annotations

import functools
import re
from pathlib import PurePosixPath


@functools.cache
def id_pattern(path: str) -> re.Pattern[str]:
    """Return the expression of a path and of all that is below it; it is to match a whole id.

    `*` and `?` stand for characters of a name, `**` for any number of folders.
    """
    parts: list[str] = []
    names = PurePosixPath(path).parts
    for number, name in enumerate(names):
        is_last = number == len(names) - 1
        if name == "**":
            parts.append(".*" if is_last else "(?:.*/)?")
        else:
            written = "".join({"*": "[^/]*", "?": "[^/]"}.get(one, re.escape(one)) for one in name)
            parts.append(written if is_last else f"{written}/")
    return re.compile(f"{''.join(parts)}(?:/.*)?", re.DOTALL)
