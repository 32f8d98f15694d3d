"""Find retired words: `python -m testing.vocabulary [PATH …]`. The list is `docs/retired-words.txt`.

Words are found in text and, split at underscores and capitals, in identifiers. Exit code 1 when there is one.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RETIRED = ROOT / "docs" / "retired-words.txt"
ENDINGS = {".py", ".md", ".toml", ".sh", ".yml", ".yaml", ".txt", ".example", ""}
# Rewritten by later issues (grounding, page), data and word lists (domains), quoted answers, or the list itself.
LEFT_OUT = (
    "app/grounding/",
    "app/page/",
    "benchmarks/grounding",
    "benchmarks/fuzz_texts.py",
    "docs/answers-shown.md",
    "docs/retired-words.txt",
    "domains/",
    "tests/browser/",
    "tests/unit/app/grounding/",
    "tests/unit/project/test_vocabulary.py",
    "LICENSE",
)
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Found:
    """A retired word at a place."""

    place: str
    word: str
    advice: str


def read_retired(file: Path = RETIRED) -> list[tuple[re.Pattern[str], str]]:
    """The patterns with their advice."""
    rows = [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [
        (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), advice)
        for pattern, advice in (row.split("\t") for row in rows)
    ]


def find_retired(text: str, place: str, retired: Sequence[tuple[re.Pattern[str], str]]) -> Iterator[Found]:
    """Every retired word of a text, by line."""
    for number, line in enumerate(text.splitlines(), start=1):
        words = _CAPITAL.sub(" ", line.replace("_", " "))
        for pattern, advice in retired:
            for match in pattern.finditer(words):
                yield Found(f"{place}:{number}", match.group(), advice)


def tracked_files(paths: Sequence[str] = ()) -> list[str]:
    """The text files that git tracks, less those that are left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *paths],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        name
        for name in listed.stdout.splitlines()
        if Path(name).suffix in ENDINGS and not name.startswith(LEFT_OUT) and (ROOT / name).is_file()
    ]


def main() -> int:
    """Print what is found."""
    retired = read_retired()
    found = [
        one
        for name in tracked_files(sys.argv[1:])
        for one in find_retired((ROOT / name).read_text(encoding="utf-8"), name, retired)
    ]
    for one in found:
        print(f"{one.place}: '{one.word}' is retired; use: {one.advice}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
