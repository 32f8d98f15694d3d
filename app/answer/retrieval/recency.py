"""Which documents are the latest of their series, for questions that ask for the latest.

"What was the net income in the most recent quarter?" is answered by one of the reports "2022 Q4 Sales", "2023 Q1 Sales"
and "2023 Q2 Sales". Their names say which is the latest: names that are the same without year, quarter, month and day
are a series.

Not covered: dates in the text of a document, or of its file; names with a version ("v2"); "last" and "current", which
mostly mean something else ("the last name", "current liabilities").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_LATEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|up[- ]to[- ]date|"
    r"neueste[mnrs]?|jüngste[mnrs]?|aktuellste[mnrs]?|"
    r"plus récente?s?|más recientes?)\b",
    re.IGNORECASE,
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DATE = re.compile(
    r"(?<![^\W_])(?:(?P<year>(?:19|20)\d\d)|q(?P<quarter>[1-4])|(?P<month>"
    + "|".join(rf"{month}[a-z]*" for month in _MONTHS)
    + r")|(?P<number>0?[1-9]|[12]\d|3[01]))(?![^\W_])",
    re.IGNORECASE,
)

Date = tuple[int, int, int, int]
"""Year, quarter, month and day, 0 for what a name does not have."""


def asks_for_latest(question: str) -> bool:
    """Say whether a question asks for the latest of several documents (English, German, French, Spanish)."""
    return bool(_LATEST.search(question))


def latest_of_series(names: Sequence[str]) -> list[bool]:
    """Return for each document's name whether it is the latest of a series of at least two different dates."""
    dated = [_series_and_date(name) for name in names]
    dates: dict[str, set[Date]] = {}
    for series, date in dated:
        if date[0]:
            dates.setdefault(series, set()).add(date)
    return [len(dates.get(series, ())) > 1 and date == max(dates[series]) for series, date in dated]


def _series_and_date(name: str) -> tuple[str, Date]:
    """Return the name without its date, and the date; the first number after the year is a month, the next a day."""
    year = quarter = 0
    numbers: list[int] = []
    for found in _DATE.finditer(name):
        if found["year"]:
            year = year or int(found["year"])
        elif found["quarter"]:
            quarter = int(found["quarter"])
        elif found["month"]:
            numbers.insert(0, _MONTHS.index(found["month"][:3].lower()) + 1)
        elif year:
            numbers.append(int(found["number"]))
    month, day, *_ = (*numbers, 0, 0)
    return " ".join(re.findall(r"\w+", _DATE.sub(" ", name).casefold())), (year, quarter, month, day)
