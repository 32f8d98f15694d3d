"""Write a number as a spreadsheet program displays it under a number format.

Follows ECMA-376 part 1, section 18.8.31 (numFmts), with the display of Excel in English (United States): a decimal
point, commas between thousands, half rounded away from zero, 15 significant digits. Of its many rules: up to four
sections with conditions and colours, digit placeholders, percent, scaling, exponents, fractions, dates, times, elapsed
times, text.

Two deviations, for the sake of the reader. Formats 14 and 22 follow the regional settings of each user, so that no
order of day and month is right for all: they are written as year-month-day. Under General, a whole number of 12 to 16
digits is written in full, as in the formula bar: the cell displays 4.00638E+12 for an article number.

Not covered: the width of a column (#### and rounded digits), other calendars than the Gregorian and the Buddhist one
([$-…] with a calendar, g), native digits ([DBNum1]).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from ingest.parse.spreadsheet.calendar_names import CalendarNames, calendar_names

GENERAL = "General"

# Built-in formats, by id (18.8.30). Excel's display in English differs from the table of the standard for 14 to 22.
BUILT_IN = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0_);\\("$"#,##0\\)',
    6: '"$"#,##0_);[Red]\\("$"#,##0\\)',
    7: '"$"#,##0.00_);\\("$"#,##0.00\\)',
    8: '"$"#,##0.00_);[Red]\\("$"#,##0.00\\)',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    37: "#,##0_);\\(#,##0\\)",
    38: "#,##0_);[Red]\\(#,##0\\)",
    39: "#,##0.00_);\\(#,##0.00\\)",
    40: "#,##0.00_);[Red]\\(#,##0.00\\)",
    41: '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* \\(#,##0\\);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}

_DAY = 86_400
_DAYS_TO_1904 = 1462
_LAST_DAY = 2_958_465  # 9999-12-31
_GENERAL_DIGITS = 11
_WHOLE_DIGITS = 16
_DIGITS = "0#?"

_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]*"?)|\\(?P<escaped>.)|_(?P<blank>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]|(?P<general>General)"""
    r"""|(?P<ampm>AM/PM|A/P)|(?P<date>y+|m+|d+|h+|s+|b+|g+|e+(?![+-]))|(?P<exponent>E[+-])|(?P<other>.)""",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|=|<|>)\s*(-?\d+(?:\.\d+)?(?:E[+-]?\d+)?)$", re.IGNORECASE)
_ELAPSED = re.compile(r"(h+|m+|s+)$", re.IGNORECASE)
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}

Kind = Literal["literal", "digit", "other", "date", "elapsed", "ampm", "exponent", "general", "text"]
_DATE_KINDS: frozenset[Kind] = frozenset({"date", "elapsed", "ampm"})


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    tokens: tuple[_Token, ...]
    kinds: frozenset[Kind]
    condition: tuple[str, float] | None = None
    locale: str = ""

    @property
    def is_date(self) -> bool:
        return not self.kinds.isdisjoint(_DATE_KINDS)

    @property
    def is_text(self) -> bool:
        return "text" in self.kinds

    @property
    def has_digits(self) -> bool:
        return "digit" in self.kinds or "general" in self.kinds

    def holds(self, value: float) -> bool:
        return self.condition is not None and _COMPARE[self.condition[0]](value, self.condition[1])

    @property
    def only_negative(self) -> bool:
        """Say whether the condition is true for negative numbers alone: their sign is part of the section then."""
        if self.condition is None:
            return False
        sign, limit = self.condition
        return (sign in ("<", "<=") and limit <= 0 and (sign, limit) != ("<=", 0)) or (sign == "=" and limit < 0)


def displayed_number(value: float, code: str, *, epoch_1904: bool = False) -> str:
    """Return the number as displayed. A format that cannot be understood displays it as General does."""
    if code == GENERAL:
        return general(value)
    sections = _sections(code)
    chosen, keeps_sign = _choose(sections, value)
    if chosen is None:
        return "" if len(sections) > 1 else general(value)
    shown = _written(chosen, value, keeps_sign, epoch_1904)
    return " ".join(shown.split()) if shown is not None else general(value)


def displayed_text(text: str, code: str) -> str:
    """Return a text as displayed: under the fourth section, or the only one that has the placeholder @."""
    sections = _sections(code)
    section = sections[3] if len(sections) > 3 else next((one for one in sections if one.is_text), None)
    if section is None:
        return text
    parts = (text if token.kind == "text" else token.text for token in section.tokens)
    return "".join(parts)


@lru_cache(maxsize=1000)
def is_date(code: str) -> bool:
    """Say whether numbers under this format are dates, times or durations."""
    return any(section.is_date for section in _sections(code))


def general(value: float) -> str:
    """Return a number as the format General displays it in a wide cell: at most 11 characters for a fraction."""
    if value == 0:
        return "0"
    shortest = repr(value)
    if len(shortest) <= _GENERAL_DIGITS and "e" not in shortest:
        return shortest.removesuffix(".0")
    if value == int(value) and abs(value) < 10**_WHOLE_DIGITS:
        return str(int(value))
    number = _exact(value)
    if number == number.to_integral_value() and abs(number) < 10**_GENERAL_DIGITS:
        return str(int(number))
    magnitude = number.adjusted()
    if -4 <= magnitude < _GENERAL_DIGITS:
        return _plain(_round(number, max(0, _GENERAL_DIGITS - 2 - max(magnitude, 0))))
    # A smaller number is written out where no digit is lost by it.
    if magnitude < 0 and len(_plain(abs(number))) <= _GENERAL_DIGITS:
        return _plain(number)
    if _GENERAL_DIGITS <= magnitude < _WHOLE_DIGITS:
        return _plain(_round(number, 0))
    mantissa, exponent = f"{number:.5E}".split("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{exponent[0]}{exponent[1:].zfill(2)}"


@lru_cache(maxsize=1000)
def _sections(code: str) -> tuple[_Section, ...]:
    """Return the sections of a format: a semicolon divides them, outside of quotes and brackets."""
    parts: list[list[_Token]] = [[]]
    conditions: list[tuple[str, float] | None] = [None]
    locales = [""]
    for match in _TOKEN.finditer(code):
        kind = str(match.lastgroup)
        text = match[kind]
        if kind == "other" and text == ";":
            parts.append([])
            conditions.append(None)
            locales.append("")
        elif kind == "bracket":
            if condition := _CONDITION.match(text):
                conditions[-1] = (condition[1], float(condition[2]))
            elif text.startswith("$"):
                symbol, _, locale = text[1:].partition("-")
                parts[-1].append(_Token("literal", symbol))
                locales[-1] = locale or locales[-1]
            elif _ELAPSED.match(text):
                parts[-1].append(_Token("elapsed", text.lower()))
        elif token := _token(kind, text):
            parts[-1].append(token)
    return tuple(
        _section(_with_fractions_of_seconds(tokens), condition, locale)
        for tokens, condition, locale in zip(parts[:4], conditions, locales, strict=False)
    )


def _section(tokens: Sequence[_Token], condition: tuple[str, float] | None, locale: str) -> _Section:
    return _Section(tuple(tokens), frozenset(token.kind for token in tokens), condition, locale)


def _token(kind: str, text: str) -> _Token | None:
    match kind:
        case "quoted":
            return _Token("literal", text.strip('"'))
        case "escaped":
            return _Token("literal", text)
        case "blank":
            return _Token("literal", " ")
        case "fill":
            return None
        case "date":
            return _Token("date", text.lower())
        case "ampm" | "exponent" | "general":
            return _Token(kind, text)
    if text in _DIGITS:
        return _Token("digit", text)
    return _Token("text" if text == "@" else "other", text)


def _with_fractions_of_seconds(tokens: Sequence[_Token]) -> list[_Token]:
    """Join a point and the zeros after it to one token of a date, and make other digits in a date literals."""
    if not any(token.kind in _DATE_KINDS for token in tokens):
        return list(tokens)
    joined: list[_Token] = []
    for token in tokens:
        within = token.kind == "digit" and joined and joined[-1].kind == "date" and joined[-1].text.startswith(".")
        if within or (token.kind == "digit" and joined and joined[-1] == _Token("other", ".")):
            joined[-1] = _Token("date", joined[-1].text + "0")
        else:
            joined.append(token)
    return joined


def _choose(sections: Sequence[_Section], value: float) -> tuple[_Section | None, bool]:
    """Return the section for a number, and whether a minus sign is written before a negative one."""
    numeric = sections[:3]
    if len(sections) <= 3 and len(numeric) > 1 and numeric[-1].is_text:
        numeric = numeric[:-1]
    if any(section.condition for section in numeric):
        return _choose_by_condition(numeric, value)
    if len(numeric) == 1 or value > 0:
        return numeric[0], True
    if value < 0:
        return numeric[1], False
    return (numeric[2] if len(numeric) > 2 else numeric[0]), True


def _choose_by_condition(sections: Sequence[_Section], value: float) -> tuple[_Section | None, bool]:
    for section in sections[:2]:
        if section.holds(value):
            return section, section.has_digits and not section.only_negative
    first, second = sections[0], sections[1] if len(sections) > 1 else None
    if second is None:
        return None, True
    if first.condition is None and value > 0:
        return first, True
    if second.condition is None and len(sections) == 2:
        return second, second.has_digits
    if second.condition is None and value < 0 and not first.only_negative:
        return second, False
    return (sections[2], sections[2].has_digits) if len(sections) > 2 else (None, True)


def _written(section: _Section, value: float, keeps_sign: bool, epoch_1904: bool) -> str | None:
    """Return the number under one section; None where the section cannot display it (a date before the epoch)."""
    kinds = section.kinds
    if section.is_date:
        return _date(section, value, _DAYS_TO_1904 if epoch_1904 else 0)
    sign = "-" if value < 0 and keeps_sign else ""
    if "general" in kinds or "text" in kinds:
        return sign + "".join(
            general(abs(value)) if token.kind in ("general", "text") else token.text for token in section.tokens
        )
    if "digit" not in kinds:
        literals = "".join(token.text for token in section.tokens)
        return sign + literals if literals.strip() else literals
    number = abs(_exact(value))
    tokens = list(section.tokens)
    number = number * 100 ** sum(token == _Token("other", "%") for token in tokens)
    if "exponent" in kinds:
        written = _scientific(tokens, number)
    elif _slash(tokens) is not None:
        written = _fraction(tokens, number)
    else:
        written = _decimal(tokens, number)
    return (sign if any(char.isdigit() for char in written) else "") + written.lstrip()


def _plain(number: Decimal) -> str:
    """Return a number without an exponent and without zeros at its end."""
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _exact(value: float) -> Decimal:
    """Return the number with the 15 significant digits that spreadsheet programs keep."""
    return Decimal(f"{value:.14e}")


def _round(number: Decimal, decimals: int) -> Decimal:
    with localcontext(Context(prec=400)):
        return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _decimal(tokens: Sequence[_Token], number: Decimal) -> str:
    """Return an integer or decimal number in its placeholders."""
    point = next((at for at, token in enumerate(tokens) if token == _Token("other", ".")), len(tokens))
    whole, rest = list(tokens[:point]), list(tokens[point:])
    whole, rest, thousands, scale = _commas(whole, rest)
    rounded = _round(number.scaleb(-3 * scale), sum(token.kind == "digit" for token in rest))
    digits, _, decimals = f"{rounded:f}".partition(".")
    return _whole(whole, digits.lstrip("0"), thousands) + _decimals(rest, decimals)


def _commas(whole: list[_Token], rest: list[_Token]) -> tuple[list[_Token], list[_Token], bool, int]:
    """Remove the commas: those between digits group them by three, each after the last digit divides by 1,000."""
    comma = _Token("other", ",")
    digits = [at for at, token in enumerate(whole) if token.kind == "digit"]
    thousands = any(token == comma for token in whole[digits[0] : digits[-1]]) if digits else False
    last = digits[-1] if digits else -1
    scale = _run(whole[last + 1 :], comma)
    decimals = [at for at, token in enumerate(rest) if token.kind == "digit"]
    scale += _run(rest[decimals[-1] + 1 :], comma) if decimals else 0
    start, end = (digits[0], last + scale + 1) if digits else (0, 0)
    kept = [token for at, token in enumerate(whole) if token != comma or not start <= at < end]
    return kept, [token for token in rest if token != comma] if decimals else rest, thousands, scale


def _run(tokens: Sequence[_Token], wanted: _Token) -> int:
    count = 0
    while count < len(tokens) and tokens[count] == wanted:
        count += 1
    return count


def _whole(tokens: Sequence[_Token], digits: str, thousands: bool) -> str:
    """Return the digits before the point, from right to left; the leftmost placeholder takes all that remain."""
    places = [at for at, token in enumerate(tokens) if token.kind == "digit"]
    if not places:
        return ("".join(token.text for token in tokens)) + digits
    parts: list[str] = []
    left, placed = list(digits), 0
    for at in range(len(tokens) - 1, -1, -1):
        token = tokens[at]
        if token.kind != "digit":
            parts.append(token.text)
            continue
        taken = (left[::-1] or [_empty(token)]) if at == places[0] else [left.pop() if left else _empty(token)]
        for digit in taken:
            if thousands and placed and placed % 3 == 0 and digit.isdigit():
                parts.append(",")
            parts.append(digit)
            placed += bool(digit)
    return "".join(reversed(parts))


def _empty(token: _Token) -> str:
    return {"0": "0", "?": " "}.get(token.text, "")


def _decimals(tokens: Sequence[_Token], decimals: str) -> str:
    """Return the point and the digits after it; # leaves out the zeros at the end, ? writes a blank for each."""
    significant = len(decimals.rstrip("0"))
    parts, at = [], 0
    for token in tokens:
        if token.kind != "digit":
            parts.append(token.text)
            continue
        parts.append(decimals[at] if at < significant or token.text == "0" else _empty(token))
        at += 1
    return "".join(parts)


def _scientific(tokens: Sequence[_Token], number: Decimal) -> str:
    at = next(index for index, token in enumerate(tokens) if token.kind == "exponent")
    mantissa_tokens, exponent_tokens = tokens[:at], tokens[at + 1 :]
    point = next((index for index, token in enumerate(mantissa_tokens) if token.text == "."), at)
    step = max(1, sum(token.kind == "digit" for token in mantissa_tokens[:point]))
    decimals = sum(token.kind == "digit" for token in mantissa_tokens[point:])
    exponent = number.adjusted() // step * step if number else 0
    mantissa = _round(number.scaleb(-exponent), decimals)
    if mantissa >= 10**step:
        exponent += step
        mantissa = _round(number.scaleb(-exponent), decimals)
    sign = "-" if exponent < 0 else "+" if tokens[at].text.endswith("+") else ""
    written = _whole(exponent_tokens, str(abs(exponent)).lstrip("0"), thousands=False)
    return f"{_decimal(mantissa_tokens, mantissa)}E{sign}{written}"


def _slash(tokens: Sequence[_Token]) -> int | None:
    """Return the index of the bar of a fraction: after a placeholder, before another one or a number."""
    for at, token in enumerate(tokens):
        if token == _Token("other", "/") and any(before.kind == "digit" for before in tokens[:at]):
            return at if tokens[at + 1 :] and re.match(r"[0-9#?]", tokens[at + 1].text) else None
    return None


def _fraction(tokens: Sequence[_Token], number: Decimal) -> str:
    """Return a whole number and a fraction ("1 1/2"), or an improper fraction where the format has no whole part."""
    slash = _slash(tokens) or 0
    start = slash
    while start and tokens[start - 1].kind == "digit":
        start -= 1
    end = slash + 1
    while end < len(tokens) and re.fullmatch(r"[0-9#?]", tokens[end].text):
        end += 1
    below = "".join(token.text for token in tokens[slash + 1 : end])
    mixed = any(token.kind == "digit" for token in tokens[:start])
    whole = int(number) if mixed else 0
    part = Fraction(number) - whole
    upper, lower = _nearest(part, below)
    if mixed and upper == lower:
        whole, upper = whole + 1, 0
    before = _whole(tokens[:start], str(whole).lstrip("0"), thousands=False) if mixed else ""
    literals = before or "".join(token.text for token in tokens[:start])
    after = "".join(token.text for token in tokens[end:])
    if mixed and not upper:
        return (before.strip() or "0") + after
    return f"{literals}{upper}/{lower}{after}"


def _nearest(part: Fraction, below: str) -> tuple[int, int]:
    """Return numerator and denominator: the given denominator, or one with as many digits as there are placeholders."""
    if re.search("[1-9]", below):
        lower = int(re.sub("[#?]", "0", below))
        return int(_round(Decimal(part.numerator * lower) / part.denominator, 0)), lower
    nearest = part.limit_denominator(10 ** len(below) - 1)
    return nearest.numerator, nearest.denominator


def _date(section: _Section, value: float, epoch: int) -> str | None:
    elapsed = any(token.kind == "elapsed" for token in section.tokens)
    if not elapsed and not 0 <= value + epoch < _LAST_DAY + 1:
        return None
    moment = _Moment.of(_exact(abs(value) if elapsed else value), section.tokens, epoch)
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


def _is_minute(tokens: Sequence[_Token], at: int) -> bool:
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
    def of(cls, value: Decimal, tokens: Sequence[_Token], epoch: int) -> _Moment:
        places = max((len(token.text) - 1 for token in tokens if token.text.startswith(".")), default=0)
        total = _round(value * _DAY, places)
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
