"""Words to lines, and a line to its text.

A line is what is on one baseline, over the whole width of the page: columns come apart later. Small raised or lowered
words belong to the line that they touch.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from ingest.parse.inline import subscript, superscript
from ingest.parse.pdf.geometry import Box, Grid, Word

_SAME_BASELINE = 0.4
"""In sizes of the font: the distance of baselines in one line. Lines are 1.0 apart or more,
cells of one row of a web page as much as 0.35."""

_SMALL, _RAISED, _LOWERED = 0.85, 0.15, 0.08
"""A superscript is smaller than its line by this factor (fonts: 0.58 to 0.7) and raised by this part of the size."""

_TOUCHES = 0.6
"""In sizes of the font: how far a superscript may be from the word before it."""

_SPACED = 4
"""From this many single letters on, a row of letters with equal distances is a word that is set spaced."""


_WIDE_GAP = 0.75
"""In sizes of the font. A blank is 0.25 to 0.35; the narrowest gutter in use, LaTeX's, is 1.0."""


@dataclass(frozen=True)
class Line:
    """Words on one baseline, from left to right, or a table in their place."""

    words: tuple[Word, ...]
    table: Grid | None = None

    @cached_property
    def text(self) -> str:
        """Return its text."""
        return text_of(self.words)

    @cached_property
    def box(self) -> Box:
        """Return what the line covers."""
        if self.table is not None:
            return self.table.box
        return Box(
            self.words[0].left,
            min(word.top for word in self.words),
            max(word.right for word in self.words),
            max(word.bottom for word in self.words),
        )

    @cached_property
    def main(self) -> Word:
        """Return the widest word of the size that most of the line has: its baseline is that of the line."""
        widths: defaultdict[float, float] = defaultdict(float)
        for word in self.words:
            widths[round(word.size, 1)] += word.right - word.left
        size = max(widths, key=widths.__getitem__)
        return max(
            (word for word in self.words if round(word.size, 1) == size), key=lambda word: word.right - word.left
        )

    @property
    def left(self) -> float:
        """Return the left edge."""
        return self.table.box.left if self.table else self.words[0].left

    @property
    def right(self) -> float:
        """Return the right edge."""
        return self.box.right

    @property
    def baseline(self) -> float:
        """Return the baseline; for a table its lower edge."""
        return self.table.box.bottom if self.table else self.main.baseline

    @property
    def size(self) -> float:
        """Return the size of the font; 0 for a table."""
        return 0.0 if self.table else self.main.size

    @cached_property
    def bold(self) -> bool:
        """Say whether all of its letters are bold."""
        lettered = [word for word in self.words if any(map(str.isalnum, word.text))]
        return bool(lettered) and all(word.bold for word in lettered)

    @cached_property
    def gaps(self) -> tuple[tuple[float, float], ...]:
        """Return the blank intervals between its words that are wider than a blank in justified text."""
        found, end = [], self.words[0].right if self.words else 0.0
        for word in self.words[1:]:
            if word.left - end > _WIDE_GAP * min(word.size, 24.0):
                found.append((end, word.left))
            end = max(end, word.right)
        return tuple(found)


def lines_of(words: Iterable[Word], tables: Iterable[Grid] = ()) -> list[Line]:
    """Return the lines from top to bottom, each with its words from left to right; tables are lines of their own."""
    rows = _rows(sorted(words, key=lambda word: (word.baseline, word.left)))
    lines = [Line(tuple(_unspaced(sorted(row, key=lambda word: word.left)))) for row in _with_scripts(rows)]
    lines += [Line((), table) for table in tables]
    return sorted(lines, key=lambda line: (line.box.top if line.table else line.baseline, line.left))


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    rows: list[list[Word]] = []
    main: Word | None = None
    for word in words:
        if main and word.baseline - main.baseline <= _SAME_BASELINE * min(word.size, main.size):
            rows[-1].append(word)
            main = max(main, word, key=lambda one: one.size)
        else:
            rows.append([word])
            main = word
    return rows


def _with_scripts(rows: list[list[Word]]) -> list[list[Word]]:
    """Move small words, raised or lowered, into the lines whose words they touch."""
    whole: list[list[Word]] = [[] for _ in rows]
    small = [_SMALL * max(word.size for word in row) for row in rows]
    for number, row in enumerate(rows):
        for word in sorted(row, key=lambda one: one.left):
            home = number
            for other in (number + 1, number - 1):
                if 0 <= other < len(rows) and word.size <= small[other] and _is_script(word, rows[other], whole[other]):
                    home = other
                    break
            whole[home].append(word)
    return [row for row in whole if row]


def _is_script(word: Word, row: Sequence[Word], moved: Sequence[Word]) -> bool:
    """Say whether a word is a superscript or subscript of one in the line, which it follows or, raised, precedes.

    It may follow another superscript, which was `moved` into the line.
    """
    for other in row:
        if word.size > _SMALL * other.size or not other.top <= (word.top + word.bottom) / 2 <= other.bottom:
            continue
        near = _TOUCHES * other.size
        if any(-near <= word.left - one.right <= near for one in (other, *moved) if one.left < word.left):
            return True
        if word.baseline < other.baseline and 0 <= other.left - word.right <= near:
            return True
    return False


def _unspaced(words: list[Word]) -> list[Word]:
    """Join letters that are set with equal distances: "A N N U A L" is one word."""
    joined: list[Word] = []
    start = 0
    while start < len(words):
        end = start + 1
        while end < len(words) and _is_letter(words[start]) and _is_letter(words[end]) and words[end].blank:
            end += 1
        run = words[start:end]
        if len(run) >= _SPACED:
            joined += _spaced_words(run)
        else:
            joined += run
        start = end
    return joined


def _is_letter(word: Word) -> bool:
    return len(word.text) == 1 and word.text.isalpha()


def _spaced_words(run: list[Word]) -> list[Word]:
    gaps = [after.left - before.right for before, after in itertools.pairwise(run)]
    usual = median(gaps)
    if usual <= 0:
        return run
    words = [run[0]]
    for gap, word in zip(gaps, run[1:], strict=True):
        if gap <= 1.5 * usual:
            words[-1] = words[-1]._replace(text=words[-1].text + word.text, right=word.right)
        else:
            words.append(word)
    # Letters that stay alone are letters: columns of a table, or a list such as "A B C D" with unequal distances.
    return words if all(len(word.text) > 1 for word in words) else run


def text_of(words: Sequence[Word]) -> str:
    """Return the text of words of one line, with one blank where a blank is, and superscripts and subscripts as
    such."""
    if not words:
        return ""
    size, baseline = _main(words)
    pieces = _pieces(words, size)
    text = ""
    for number, word in enumerate(pieces):
        written = _written(text, word, pieces[number + 1 :], size, baseline)
        mark = written != word.text and _is_mark(written)
        text += f" {written}" if number and word.blank and not mark else written
    return text


_BLANK = 0.15
"""In sizes of the font. Blanks are 0.25 or more, in justified text at least 0.17."""


def _pieces(words: Sequence[Word], size: float) -> list[Word]:
    """Return the words with `blank` as it is displayed; the parts of one superscript are one word."""
    pieces = [words[0]._replace(blank=False)]
    for before, word in itertools.pairwise(words):
        gap = word.left - before.right
        # A change of baseline is a line end to pdfium, and so a blank: only the distance counts.
        script = min(word.size, before.size) <= _SMALL * size
        blank = gap > _BLANK * size if script else word.blank or gap > _BLANK * word.size
        alike = abs(word.size - before.size) < 0.5 and abs(word.baseline - before.baseline) < 0.5
        if script and alike and gap <= _BLANK * size:
            pieces[-1] = pieces[-1]._replace(text=pieces[-1].text + word.text, right=word.right)
        else:
            pieces.append(word if word.blank == blank else word._replace(blank=blank))
    return pieces


def _main(words: Sequence[Word]) -> tuple[float, float]:
    main = max(words, key=lambda word: (word.right - word.left) * (word.size**2))
    return main.size, main.baseline


def _written(before: str, word: Word, after: Sequence[Word], size: float, baseline: float) -> str:
    if word.size > _SMALL * size:
        return word.text
    offset = baseline - word.baseline
    if offset > _RAISED * size:
        return superscript(before, word.text, after[0].text if after else "")
    if offset < -_LOWERED * size:
        return subscript(before, word.text)
    return word.text


def _is_mark(written: str) -> bool:
    return bool(re.match(r"\[\^|\^|[⁰¹²³⁴-⁹]|[₀-₉]|_", written))
