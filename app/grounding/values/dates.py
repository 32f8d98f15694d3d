"""Dates: 5 March 2024 = 2024-03-05 = March 5th, 2024; also months, quarters, decades and weekdays on their own.

A full date offers its parts (its month, its weekday, its day and year as numbers), a part does not offer the whole.
5/3/2024 is read both ways round. Month names are read in English, German, French and Spanish.
Not covered: relative dates ("next Monday"), other calendars, years of two digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from app.grounding.lexicon.value_words import ABBREVIATED_WEEKDAYS, MONTHS, WEEKDAYS, WORDS_LIKE_MONTHS
from app.grounding.text.keys import ValueKey, number_keys
from app.grounding.text.language import Language
from app.grounding.text.normalise import without_accents
from app.grounding.text.scan import Kind
from app.grounding.text.tokens import Token
from app.grounding.values.numerals import folded, gap, is_near, read_numeral
from app.grounding.values.values import Value, make_value

# One of these stands within three tokens behind the day of a date in words.
_AFTER_DAYS = frozenset((*MONTHS, "quarter", "of", "de"))
_DAY_GAPS = frozenset((" ", ". ", "  ", "\n", "", "-", "."))
_YEAR_GAPS = frozenset((" ", ", ", ",\n", "\n", ". ", "-", ","))


def read_date(text: str, tokens: Sequence[Token], position: int, language: Language) -> list[Value]:
    """Return the dates that begin at token `position`: none, one, or the two ends of "March 5–7, 2024"."""
    token = tokens[position]
    if token.kind is Kind.DATE:
        return [_numeric(tokens, position)]
    if token.kind is Kind.NUMBER or token.text[:1].islower():
        following = tokens[position + 1 : position + 4]
        if not any(_AFTER_DAYS.issuperset(after.lexeme.keys[:1] or ("",)) for after in following):
            return []
        value = _day_first(text, tokens, position, language)
        return [value] if value else []
    if token.kind is not Kind.WORD:
        return []
    if (value := _quarter(text, tokens, position) or _weekday(text, tokens, position)) is not None:
        return [value]
    return _month_first(text, tokens, position)


def _numeric(tokens: Sequence[Token], position: int) -> Value:
    """Read 2024-03-05, 2024/3/5, 2019-03, 5/3/2024 and 5.3.2024."""
    parts = [int(part) for part in re.findall(r"\d+", tokens[position].text)]
    numbers: tuple[ValueKey, ...] = tuple(("number", part) for part in parts)
    offers = [key for part in parts for key in number_keys(part)]
    claims: list[tuple[ValueKey, ...]] = []
    if len(parts) == 2:
        if 1 <= parts[1] <= 12:
            claims.append((("month_year", parts[0], parts[1]),))
            offers += [("month_year", parts[0], parts[1]), ("month", parts[1])]
    else:
        year, middle, day = parts if parts[0] > 31 else (parts[2], parts[1], parts[0])
        orders = [(middle, day)] if parts[0] > 31 or "." in tokens[position].text else [(middle, day), (day, middle)]
        for month, day_of_month in orders:
            if _is_date(year, month, day_of_month):
                claims.extend(_full_claims(year, month, day_of_month))
                offers.extend(_full_offers(year, month, day_of_month))
    return make_value("date" if claims else "number", tokens, (position, position + 1), claims or [numbers], offers)


def _day_first(text: str, tokens: Sequence[Token], position: int, language: Language) -> Value | None:
    """Read "5 March 2024", "the 5th of March", "5. März 2024", "third quarter of 2023"."""
    numeral = read_numeral(text, tokens, position, language)
    if numeral is None or numeral.last >= len(tokens):
        return None
    day = numeral.readings[0][0]
    at = numeral.last
    if folded(tokens, at) == "quarter" and numeral.ordinal and isinstance(day, int) and 1 <= day <= 4:
        # Only with a year: a game has quarters too.
        return _quarter_value(text, tokens, (position, at + 1), day) if _year_after(text, tokens, at + 1)[0] else None
    if folded(tokens, at) in ("of", "de") and is_near(text, tokens, at):
        at += 1
    elif gap(text, tokens, at) not in _DAY_GAPS:
        return None
    month = _month_at(tokens, at)
    if month is None or not isinstance(day, int) or not _is_date(2000, month, day):
        return None
    if folded(tokens, at) in WORDS_LIKE_MONTHS and tokens[at].text[0].islower():
        return None
    year, last = _year_after(text, tokens, at + 1)
    return _dated(tokens, (position, last), year, month, day)


def _month_first(text: str, tokens: Sequence[Token], position: int) -> list[Value]:
    """Read "March 5th, 2024", "March 5–7, 2024", "March 2024" and "March"."""
    month = _month_at(tokens, position)
    if month is None:
        return []
    at = position + 1
    year, last = _year_after(text, tokens, at)
    if year is not None:
        return [_month_of_year(tokens, (position, last), year, month)]
    day, after = _day_at(text, tokens, at)
    if day is not None and _is_date(2000, month, day):
        until, after_range = _range_end(text, tokens, after)
        year, last = _year_after(text, tokens, after_range)
        first_day = _dated(tokens, (position, after if until else last), year, month, day)
        if until is None or not _is_date(2000, month, until):
            return [first_day]
        return [first_day, _dated(tokens, (after, last), year, month, until)]
    # "May" and "March" begin sentences that are about something else, and "Mar" may be a name.
    vague = len(tokens[position].text) < 4 or (position == 0 and folded(tokens, position) in WORDS_LIKE_MONTHS)
    keys: list[ValueKey] = [("month", month), ("bare_month", month)]
    return [make_value("date", tokens, (position, at), [(keys[0],)], keys, vague)]


def _day_at(text: str, tokens: Sequence[Token], position: int) -> tuple[int | None, int]:
    """Return the day of the month at token `position` and the position after it."""
    if position >= len(tokens) or tokens[position].kind is not Kind.NUMBER:
        return None, position
    if gap(text, tokens, position) not in _DAY_GAPS or not re.fullmatch(r"\d{1,2}", tokens[position].text):
        return None, position
    ordinal = folded(tokens, position + 1) in ("st", "nd", "rd", "th") and gap(text, tokens, position + 1) == ""
    return int(tokens[position].text), position + 1 + ordinal


def _range_end(text: str, tokens: Sequence[Token], position: int) -> tuple[int | None, int]:
    """Return the second day of "March 5–7" and the position after it."""
    if gap(text, tokens, position) not in ("-", "–", " – ", " - "):
        return None, position
    if not re.fullmatch(r"\d{1,2}", tokens[position].text):
        return None, position
    return int(tokens[position].text), position + 1


def _year_after(text: str, tokens: Sequence[Token], position: int) -> tuple[int | None, int]:
    """Return the year of four digits at token `position` ("of" may stand before it) and the position after it."""
    at = position
    if folded(tokens, at) in ("of", "de") and is_near(text, tokens, at):
        at += 1
    if at < len(tokens) and gap(text, tokens, at) in _YEAR_GAPS and re.fullmatch(r"[12]\d{3}", tokens[at].text):
        return int(tokens[at].text), at + 1
    return None, position


def _month_at(tokens: Sequence[Token], position: int) -> int | None:
    if position >= len(tokens) or tokens[position].kind is not Kind.WORD:
        return None
    return MONTHS.get(without_accents(folded(tokens, position).removesuffix("'s")))


def _weekday(text: str, tokens: Sequence[Token], position: int) -> Value | None:
    """Read "Monday", "Mondays", "Mon", and all days of "Monday to Friday"."""
    day = _weekday_at(tokens, position)
    if day is None:
        return None
    keys: list[ValueKey] = [("weekday", day)]
    at = position + 2 if folded(tokens, position + 1) in ("to", "through", "bis") else position + 1
    until = _weekday_at(tokens, at)
    dash = text[tokens[position].end : tokens[at].start].strip() in ("-", "–") if until is not None else False
    if until is not None and (dash or at == position + 2):
        keys += [("weekday", (day + step) % 7) for step in range(1, (until - day) % 7 + 1)]
    vague = folded(tokens, position) in ABBREVIATED_WEEKDAYS
    return make_value("date", tokens, (position, position + 1), [(keys[0],)], keys, vague)


def _weekday_at(tokens: Sequence[Token], position: int) -> int | None:
    if position >= len(tokens) or not tokens[position].text[:1].isupper():
        return None
    word = without_accents(folded(tokens, position).removesuffix("'s"))
    return WEEKDAYS.get(word, WEEKDAYS.get(word.removesuffix("s")))


def _quarter(text: str, tokens: Sequence[Token], position: int) -> Value | None:
    """Read "Q3 2023" and "Q3"."""
    match = re.fullmatch(r"[Qq]([1-4])", tokens[position].text)
    if not match:
        return None
    return _quarter_value(text, tokens, (position, position + 1), int(match[1]))


def _quarter_value(text: str, tokens: Sequence[Token], span: tuple[int, int], quarter: int) -> Value:
    """Return the quarter of the tokens [span[0], span[1]), with the year that follows, if any."""
    year, last = _year_after(text, tokens, span[1])
    if year is None:
        key: ValueKey = ("quarter", quarter)
        return make_value("date", tokens, (span[0], last), [(key,)], [key, ("bare_quarter", quarter)])
    full: ValueKey = ("quarter_year", year, quarter)
    split: tuple[ValueKey, ...] = (("bare_quarter", quarter), ("number", year))
    offers: list[ValueKey] = [full, ("quarter", quarter), *number_keys(year)]
    return make_value("date", tokens, (span[0], last), [(full,), split], offers)


def _dated(tokens: Sequence[Token], span: tuple[int, int], year: int | None, month: int, day: int) -> Value:
    if year is not None and _is_date(year, month, day):
        return make_value("date", tokens, span, _full_claims(year, month, day), _full_offers(year, month, day))
    key: ValueKey = ("month_day", month, day)
    offers: list[ValueKey] = [key, ("yearless", month, day), ("month", month), *number_keys(day)]
    return make_value("date", tokens, span, [(key,)], offers)


def _full_claims(year: int, month: int, day: int) -> list[tuple[ValueKey, ...]]:
    return [(("date", year, month, day),), (("yearless", month, day), ("number", year))]


def _full_offers(year: int, month: int, day: int) -> list[ValueKey]:
    return [
        ("date", year, month, day),
        ("month_day", month, day),
        ("month_year", year, month),
        ("month", month),
        ("weekday", date(year, month, day).weekday()),
        ("quarter_year", year, (month + 2) // 3),
        *number_keys(year),
        *number_keys(day),
    ]


def _month_of_year(tokens: Sequence[Token], span: tuple[int, int], year: int, month: int) -> Value:
    full: ValueKey = ("month_year", year, month)
    split: tuple[ValueKey, ...] = (("bare_month", month), ("number", year))
    return make_value("date", tokens, span, [(full,), split], [full, ("month", month), *number_keys(year)])


def _is_date(year: int, month: int, day: int) -> bool:
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= 31):
        return False
    return day <= (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1] and (
        (month, day) != (2, 29) or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    )
