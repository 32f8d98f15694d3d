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

from collections.abc import Sequence

from ingest.parse.spreadsheet.dates import displayed_date
from ingest.parse.spreadsheet.digits import decimal, exact, fraction, plain, rounded_to, scientific, slash
from ingest.parse.spreadsheet.number_formats import GENERAL, Section, Token, sections

_DAYS_TO_1904 = 1462
_GENERAL_DIGITS = 11
_WHOLE_DIGITS = 16


def displayed_number(value: float, code: str, *, epoch_1904: bool = False) -> str:
    """Return the number as displayed. A format that cannot be understood displays it as General does."""
    if code == GENERAL:
        return general(value)
    parts = sections(code)
    chosen, keeps_sign = _choose(parts, value)
    if chosen is None:
        return "" if len(parts) > 1 else general(value)
    shown = _written(chosen, value, keeps_sign, epoch_1904)
    return " ".join(shown.split()) if shown is not None else general(value)


def displayed_text(text: str, code: str) -> str:
    """Return a text as displayed: under the fourth section, or the only one that has the placeholder @."""
    parts = sections(code)
    section = parts[3] if len(parts) > 3 else next((one for one in parts if one.is_text), None)
    if section is None:
        return text
    written = (text if token.kind == "text" else token.text for token in section.tokens)
    return "".join(written)


def general(value: float) -> str:
    """Return a number as the format General displays it in a wide cell: at most 11 characters for a fraction."""
    if value == 0:
        return "0"
    shortest = repr(value)
    if len(shortest) <= _GENERAL_DIGITS and "e" not in shortest:
        return shortest.removesuffix(".0")
    if value == int(value) and abs(value) < 10**_WHOLE_DIGITS:
        return str(int(value))
    number = exact(value)
    if number == number.to_integral_value() and abs(number) < 10**_GENERAL_DIGITS:
        return str(int(number))
    magnitude = number.adjusted()
    if -4 <= magnitude < _GENERAL_DIGITS:
        return plain(rounded_to(number, max(0, _GENERAL_DIGITS - 2 - max(magnitude, 0))))
    # A smaller number is written out where no digit is lost by it.
    if magnitude < 0 and len(plain(abs(number))) <= _GENERAL_DIGITS:
        return plain(number)
    if _GENERAL_DIGITS <= magnitude < _WHOLE_DIGITS:
        return plain(rounded_to(number, 0))
    mantissa, exponent = f"{number:.5E}".split("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{exponent[0]}{exponent[1:].zfill(2)}"


def _choose(sections: Sequence[Section], value: float) -> tuple[Section | None, bool]:
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


def _choose_by_condition(sections: Sequence[Section], value: float) -> tuple[Section | None, bool]:
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


def _written(section: Section, value: float, keeps_sign: bool, epoch_1904: bool) -> str | None:
    """Return the number under one section; None where the section cannot display it (a date before the epoch)."""
    kinds = section.kinds
    if section.is_date:
        return displayed_date(section, value, _DAYS_TO_1904 if epoch_1904 else 0)
    sign = "-" if value < 0 and keeps_sign else ""
    if "general" in kinds or "text" in kinds:
        return sign + "".join(
            general(abs(value)) if token.kind in ("general", "text") else token.text for token in section.tokens
        )
    if "digit" not in kinds:
        literals = "".join(token.text for token in section.tokens)
        return sign + literals if literals.strip() else literals
    number = abs(exact(value))
    tokens = list(section.tokens)
    number = number * 100 ** sum(token == Token("other", "%") for token in tokens)
    if "exponent" in kinds:
        written = scientific(tokens, number)
    elif slash(tokens) is not None:
        written = fraction(tokens, number)
    else:
        written = decimal(tokens, number)
    return (sign if any(char.isdigit() for char in written) else "") + written.lstrip()
