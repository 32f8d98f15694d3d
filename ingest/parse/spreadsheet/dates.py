"""A serial number as a date, a time or a duration in the parts of its format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ingest.parse.spreadsheet.calendar_names import CalendarNames, calendar_names
from ingest.parse.spreadsheet.digits import exact, rounded_to
from ingest.parse.spreadsheet.number_formats import Section, Token

_DAY = 86_400
_LAST_DAY = 2_958_465  # 9999-12-31


def displayed_date(section: Section, value: float, epoch: int) -> str | None:
    """Return the date, time or duration; None before day 0 and after 9999. `epoch` is day 0 of the workbook."""
    elapsed = any(token.kind == "elapsed" for token in section.tokens)
    if not elapsed and not 0 <= value + epoch < _LAST_DAY + 1:
        return None
    moment = _Moment.of(exact(abs(value) if elapsed else value), section.tokens, epoch)
    names = calendar_names(section.locale)
    twelve = any(token.kind == "ampm" for token in section.tokens)
    parts: list[str] = ["-"] if value < 0 else []
    for at, token in enumerate(section.tokens):
        match token.kind:
            case "elapsed":
                parts.append(str(moment.elapsed(token.text[0])).zfill(len(token.text)))
            case "ampm":
                morning, _, evening = token.text.partition("/")
                parts.append(morning if moment.hour < 12 else evening)
            case "date" if token.text.startswith("."):
                parts.append("." + moment.decimals[: len(token.text) - 1])
            case "date" if token.text[0] in "hs" or (token.text[0] == "m" and _is_minute(section.tokens, at)):
                parts.append(moment.time(token.text, twelve))
            case "date":
                parts.append(moment.date(token.text, names))
            case "literal" | "other" | "digit":
                parts.append(token.text)
    return "".join(parts)


def _is_minute(tokens: Sequence[Token], at: int) -> bool:
    """Say whether m is a minute: directly after hours or before seconds, with nothing but literals between."""
    if len(tokens[at].text) > 2:
        return False
    dated = [index for index, token in enumerate(tokens) if token.kind in ("date", "elapsed")]
    position = dated.index(at)
    before = tokens[dated[position - 1]].text[0] if position else ""
    after = tokens[dated[position + 1]].text[0] if position + 1 < len(dated) else ""
    return before == "h" or after == "s"


@dataclass(frozen=True, slots=True)
class _Moment:
    """A serial number as date and time, rounded to what the format displays; day `epoch` is day 0 of the workbook."""

    days: int
    seconds: int
    decimals: str
    epoch: int

    @classmethod
    def of(cls, value: Decimal, tokens: Sequence[Token], epoch: int) -> _Moment:
        places = max((len(token.text) - 1 for token in tokens if token.text.startswith(".")), default=0)
        total = rounded_to(value * _DAY, places)
        whole = int(total)
        decimals = f"{total - whole:f}".partition(".")[2]
        return cls(whole // _DAY, whole % _DAY, decimals, epoch)

    @property
    def hour(self) -> int:
        return self.seconds // 3600

    def elapsed(self, unit: str) -> int:
        """Return the whole hours, minutes or seconds since the epoch."""
        return (self.days * _DAY + self.seconds) // {"h": 3600, "m": 60, "s": 1}[unit]

    def time(self, pattern: str, twelve: bool) -> str:
        """Return hours, minutes or seconds, with a leading zero for a pattern of two letters."""
        hour = (self.hour % 12 or 12) if twelve else self.hour
        value = {"h": hour, "m": self.seconds // 60 % 60, "s": self.seconds % 60}[pattern[0]]
        return str(value).zfill(min(len(pattern), 2))

    def date(self, pattern: str, names: CalendarNames) -> str:
        """Return the year, month or day."""
        year, month, day = self._calendar
        weekday = (self.days + self.epoch - 1) % 7
        match pattern[0]:
            case "y":
                return f"{year % 100:02}" if len(pattern) <= 2 else f"{year:04}"
            case "e":
                return f"{year:04}"
            case "b":
                return f"{(year + 543) % 100:02}" if len(pattern) <= 2 else f"{year + 543:04}"
            case "m":
                choices = (str(month), f"{month:02}", names.short_months[month - 1], names.months[month - 1])
                return names.months[month - 1][0] if len(pattern) == 5 else choices[min(len(pattern), 4) - 1]
            case "d":
                choices = (str(day), f"{day:02}", names.short_days[weekday], names.days[weekday])
                return choices[min(len(pattern), 4) - 1]
        return ""

    @property
    def _calendar(self) -> tuple[int, int, int]:
        """Return year, month, day. Day 60 is 29 February 1900, which never was: an error that Excel keeps."""
        days = self.days + self.epoch
        if days == 0:
            return 1900, 1, 0
        if days == 60:
            return 1900, 2, 29
        day = date(1899, 12, 31 if days < 60 else 30) + timedelta(days)
        return day.year, day.month, day.day
