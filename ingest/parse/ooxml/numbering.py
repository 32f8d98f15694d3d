"""Numbers of PowerPoint's paragraphs as displayed, under the names of its schemes: arabicPeriod, alphaLcParenR …"""

from __future__ import annotations

from ingest.parse.shared.numerals import number

_STYLES = {
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "circleNum": "decimalEnclosedCircle",
    "ea1ChsPlain": "chineseCounting",
    "ea1ChsPeriod": "chineseCounting",
}
_FORMS = {"ParenBoth": "({})", "ParenR": "{})", "Period": "{}.", "Minus": "{}-"}


class Numbers:
    """Counts the numbered paragraphs of a text on each level, as PowerPoint does.

    A number goes on until a paragraph of an outer level, or one of its own level with other numbering, comes between.
    """

    def __init__(self) -> None:
        self._counts: dict[int, tuple[tuple[str, int], int]] = {}

    def mark(self, level: int, scheme: str, start: int) -> str:
        """Count a numbered paragraph and return its number as displayed."""
        self._counts = {reached: count for reached, count in self._counts.items() if reached <= level}
        numbering = (scheme, start)
        before, count = self._counts.get(level, (numbering, start - 1))
        count = count + 1 if before == numbering else start
        self._counts[level] = (numbering, count)
        return _written(count, scheme)

    def interrupt(self, level: int) -> None:
        """Let the numbers of a level, and of those below it, begin again: a paragraph without number comes between."""
        self._counts = {reached: count for reached, count in self._counts.items() if reached < level}


def _written(count: int, scheme: str) -> str:
    """Return a number under a scheme; in scripts other than Latin in digits."""
    style = next((style for prefix, style in _STYLES.items() if scheme.startswith(prefix)), "decimal")
    form = next((form for suffix, form in _FORMS.items() if scheme.endswith(suffix)), "{}")
    return form.format(number(count, style))
