"""Read the text in pictures with Tesseract, Debian's, as a process for each picture.

Tesseract's own table of words is read: text, position, line and confidence. What it takes for a table or a column is
not used, because it parts the cells of a row; the stages that order a PDF's words order these.

A sign between blanks is a word ("€", "%", "§", "+", "-"). Left out are lines, frames and specks that Tesseract takes
for characters, and words of which it is hardly certain; these words are counted. Not covered: handwriting; pictures
with text in several directions; languages whose data is not installed (an error that names the package); signs that
Tesseract takes for others ("−" is "—" or "-", "•" is "°" or "*").
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

TIMEOUT_SECONDS = 120
"""For one picture. A dense page takes 1 to 10 seconds."""

MOST_PIXELS = 40_000_000
"""Of one picture: A4 at 600 dpi has 35 million. Larger ones are read at a lower resolution."""

LEAST_CONFIDENCE = 30
"""Words below it are left out: what Tesseract makes of pictures, stamps and handwriting."""

LEAST_CONFIDENCE_OF_A_SPECK = 50
"""Dots and quotation marks between blanks are left out below it: on the test pages dirt had 27 to 40, full stops and
bullets 68 or more."""

_LINES = frozenset("|¦_~")
"""What Tesseract makes of rules, frames and fields to fill in."""

_SPECKS = frozenset(".,:;·'`´‘’‚\"“”„^")
_SIGNS = frozenset("%‰§&#@*†‡°©®™¶")
_WORD_ROW = "5"
_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Picture:
    """Grey pixels, one byte each, row by row from the top; `dpi` is their number in an inch."""

    width: int
    height: int
    pixels: bytes
    dpi: int


@dataclass(frozen=True, slots=True)
class RecognisedWord:
    """A word, its box in pixels, the number of its line, and how certain it is, 0 to 100."""

    text: str
    left: int
    top: int
    right: int
    bottom: int
    line: tuple[int, int, int]
    confidence: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """The words of one picture in Tesseract's order, how many it could not read, or else why there are none."""

    words: tuple[RecognisedWord, ...] = ()
    guessed: int = 0
    problem: str | None = None

    @property
    def confidence(self) -> float:
        """Return the mean confidence of the letters, 0 to 100; 100 without words."""
        letters = sum(len(word.text) for word in self.words)
        return sum(word.confidence * len(word.text) for word in self.words) / letters if letters else 100.0


def install_command(languages: Sequence[str]) -> str:
    """Return the command that installs Tesseract with these languages."""
    packages = " ".join(f"tesseract-ocr-{language.lower().replace('_', '-')}" for language in languages)
    return f"apt-get install tesseract-ocr {packages}"


def what_is_missing(languages: Sequence[str]) -> str | None:
    """Return what has to be installed before pictures can be read, as the end of a sentence; None if nothing."""
    if shutil.which("tesseract") is None:
        return f"Tesseract is not installed: {install_command(languages)}"
    missing = [language for language in languages if language not in _installed()]
    if not missing:
        return None
    named = " and ".join(f"'{language}'" for language in missing)
    return f"Tesseract has no data for {named}: {install_command(missing)}"


def read_pictures(pictures: Iterable[Picture], languages: Sequence[str]) -> Iterator[Recognised]:
    """Yield what is in each picture, in order; as many are read at a time as there are cores."""
    # Only script data of the orientation can turn a page that was scanned sideways.
    mode = "1" if "osd" in _installed() else "3"
    cores = len(os.sched_getaffinity(0))
    waiting: deque[Future[Recognised]] = deque()
    with ThreadPoolExecutor(cores) as pool:
        for picture in pictures:
            waiting.append(pool.submit(_read, picture, languages, mode))
            # Pictures are large: no more are made than are read soon.
            if len(waiting) > cores:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _installed() -> frozenset[str]:
    command = ["tesseract", "--list-langs"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    return frozenset(listed.stdout.splitlines()[1:])


def _read(picture: Picture, languages: Sequence[str], mode: str) -> Recognised:
    options = f"-l {'+'.join(languages)} --psm {mode} --dpi {picture.dpi} tsv"
    command = ["tesseract", "stdin", "stdout", *options.split()]
    header = f"P5 {picture.width} {picture.height} 255\n".encode()
    try:
        done = subprocess.run(  # noqa: S603
            command,
            input=header + picture.pixels,
            capture_output=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired:
        return Recognised(problem=f"it could not be read within {TIMEOUT_SECONDS} s")
    if done.returncode:
        lines = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
        return Recognised(problem=f"Tesseract failed: {lines[-1][:150] if lines else f'exit code {done.returncode}'}")
    words = list(words_of(done.stdout.decode("utf-8", errors="replace")))
    sure = tuple(word for word in words if word.confidence >= LEAST_CONFIDENCE)
    unsure = [word for word in words if word.confidence < LEAST_CONFIDENCE]
    return Recognised(sure, sum(has_letters(word.text) or _has_signs(word.text) for word in unsure))


def words_of(table: str) -> Iterator[RecognisedWord]:
    """Yield the words in Tesseract's table (TSV): level, page, block, paragraph, line, word, box, confidence, text."""
    for row in table.splitlines():
        cells = row.split("\t", _COLUMNS - 1)
        if len(cells) < _COLUMNS or cells[0] != _WORD_ROW:
            continue
        text, confidence = cells[-1].strip(), float(cells[10])
        if not text or _is_dirt(text, confidence):
            continue
        block, paragraph, line, _, left, top, width, height = (int(cell) for cell in cells[2:10])
        yield RecognisedWord(text, left, top, left + width, top + height, (block, paragraph, line), confidence)


def has_letters(text: str) -> bool:
    """Say whether there is a letter or digit in a word."""
    return re.search(r"[^\W_]", text) is not None


def _has_signs(text: str) -> bool:
    """Say whether there is a sign that means something of its own: of currencies, of mathematics, of units."""
    return any(
        char in _SIGNS or (unicodedata.category(char) in ("Sc", "Sm") and char not in _LINES | _SPECKS) for char in text
    )


def _is_dirt(text: str, confidence: float) -> bool:
    """Say whether a word is a line, a frame or a speck."""
    if has_letters(text) or _has_signs(text):
        return False
    return bool(_LINES & set(text)) or (confidence < LEAST_CONFIDENCE_OF_A_SPECK and _SPECKS.issuperset(text))
