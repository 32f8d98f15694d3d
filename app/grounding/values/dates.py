"""Dates: 5 March 2024 = 2024-03-05 = March 5th, 2024; also months, quarters, decades and weekdays on their own.

A full date offers its parts (its month, its weekday, its day and year as numbers), a part does not offer the whole.
5/3/2024 is read both ways round in English, day first elsewhere. Months are read in the language of the text; those of
the other languages only in a full date. Words that are months or weekdays only at times ("May", "Sun") are read where
the place says so. Not covered: relative dates ("next Monday"), other calendars, years of two digits.
"""

from __future__ import annotations

import re
from datetime import date

from app.grounding.lexicon.value_words import MONTHS
from app.grounding.text.keys import ValueKey, number_keys
from app.grounding.text.scan import Kind
from app.grounding.values.numerals import Sentence, read_numeral
from app.grounding.values.values import Value, make_value

_DAY_GAPS = frozenset((" ", ". ", "  ", "\n", "", "-", "."))
_YEAR_GAPS = frozenset((" ", ", ", ",\n", "\n", ". ", "-", ",", " , "))
_RANGE_GAPS = frozenset(("-", "–", " – ", " - "))
# What is between a weekday in short and what shows that it is one: "Mon–Fri", "Sat, 9:00".
_BESIDE = frozenset((" ", ", ", ". ", "., ", "-", "–", " - ", " – ", "/", ".–", ".-"))
_TIMED = frozenset((Kind.NUMBER, Kind.CLOCK, Kind.DATE))


def read_date(sentence: Sentence, position: int) -> list[Value]:
    """Return the dates that begin at a token: none, one, or the two ends of "March 5–7, 2024"."""
    kind = sentence.kind(position)
    if kind is Kind.DATE:
        return [_numeric(sentence, position)]
    value = None
    if kind is Kind.WORD and sentence.tokens[position].text[0].isupper():
        value = _quarter(sentence, position) or _weekday(sentence, position)
        if value is None and (dates := _month_first(sentence, position)):
            return dates
    if value is None and any(_may_follow_day(sentence, at) for at in range(position + 1, position + 4)):
        value = _day_first(sentence, position)
    if value is None and kind is Kind.WORD and sentence.language in ("fr", "es"):
        return _month_first(sentence, position)
    return [value] if value else []


def _may_follow_day(sentence: Sentence, position: int) -> bool:
    word = sentence.word(position)
    return word in MONTHS or word in sentence.words.quarters


def _numeric(sentence: Sentence, position: int) -> Value:
    """Read 2024-03-05, 2024/3/5, 2019-03, 5/3/2024 and 5.3.2024."""
    surface = sentence.tokens[position].text
    parts = [int(part) for part in re.findall(r"\d+", surface)]
    claims: list[tuple[ValueKey, ...]] = []
    offers = [key for part in parts for key in number_keys(part)]
    if len(parts) == 2 and 1 <= parts[1] <= 12:
        claims.append((("month_year", *parts),))
        offers += [("month_year", *parts), ("month", parts[1])]
    elif len(parts) == 3:
        year, month, day = parts if parts[0] > 31 else reversed(parts)
        both_ways = parts[0] <= 31 and "/" in surface and sentence.language == "en"
        for orders in ((month, day), (day, month))[: 1 + both_ways]:
            if _is_date(year, *orders):
                more_claims, more_offers = _keys(year, *orders)
                claims += more_claims
                offers += more_offers
    numbers: tuple[ValueKey, ...] = tuple(("number", part) for part in parts)
    span = (position, position + 1)
    return make_value("date" if claims else "number", sentence.tokens, span, claims or [numbers], offers)


def _day_first(sentence: Sentence, position: int) -> Value | None:
    """Read "5 March 2024", "the 5th of March", "5. März 2024", "31 de marzo de 2025", "third quarter of 2023"."""
    numeral = read_numeral(sentence, position)
    if numeral is None or numeral.last >= len(sentence.tokens):
        return None
    day, at = numeral.readings[0][0], numeral.last
    if not isinstance(day, int):
        return None
    if sentence.word(at) in sentence.words.quarters and numeral.ordinal and 1 <= day <= 4:
        # Only with a year: a game has quarters too.
        return _quarter_value(sentence, (position, at + 1), day) if _year_after(sentence, at + 1)[0] else None
    if sentence.word(at) in sentence.words.of and sentence.is_near(at):
        at += 1
    elif sentence.gap(at) not in _DAY_GAPS:
        return None
    month = MONTHS.get(sentence.word(at))
    if month is None or not _is_date(2000, month, day):
        return None
    year, last = _year_after(sentence, at + 1)
    is_own = _own_month(sentence, at) is not None
    if is_own and sentence.word(at) in sentence.words.months_like_words and sentence.tokens[at].text[0].islower():
        return None
    return _dated(sentence, (position, last), year, month, day) if is_own or year else None


def _month_first(sentence: Sentence, position: int) -> list[Value]:
    """Read "March 5th, 2024", "March 5–7, 2024", "March 2024" and "March"."""
    month, own = MONTHS.get(sentence.word(position)), _own_month(sentence, position)
    at = position + 1
    year, last = _year_after(sentence, at)
    if month is None or (own is None and (year is None or sentence.word(position) in sentence.words.months_like_words)):
        return []
    if year is not None:
        return [_dated(sentence, (position, last), year, month)]
    day, after = _day_at(sentence, at)
    if day is not None and _is_date(2000, month, day):
        until = None
        if sentence.gap(after) in _RANGE_GAPS and re.fullmatch(r"\d{1,2}", sentence.word(after)):
            until = int(sentence.word(after))
        year, last = _year_after(sentence, after + (until is not None))
        if until is None or not _is_date(2000, month, until):
            return [_dated(sentence, (position, last if until is None else after), year, month, day)]
        first_day = _dated(sentence, (position, after), year, month, day)
        return [first_day, _dated(sentence, (after, last), year, month, until)]
    if not _is_month_by_place(sentence, position):
        return []
    return [_dated(sentence, (position, at), None, month)]


def _is_month_by_place(sentence: Sentence, position: int) -> bool:
    """Say whether a word is a month without a day or a year: "May" and abbreviations only after "in" and the like."""
    word, words = sentence.word(position), sentence.words
    if word not in words.months_like_words and any(word == names[0] for names in words.months):
        return True
    beside = [sentence.word(position - 1)] if sentence.gap(position) in _BESIDE else []
    beside += [sentence.word(position + 1)] if sentence.gap(position + 1) in _BESIDE else []
    return sentence.word(position - 1) in words.month_places or not MONTHS.keys().isdisjoint(beside)


def _day_at(sentence: Sentence, position: int) -> tuple[int | None, int]:
    """Return the day of the month at a token and the position after it."""
    if sentence.gap(position) not in _DAY_GAPS or not re.fullmatch(r"\d{1,2}", sentence.word(position)):
        return None, position
    ordinal = sentence.word(position + 1) in ("st", "nd", "rd", "th") and sentence.gap(position + 1) == ""
    return int(sentence.word(position)), position + 1 + ordinal


def _year_after(sentence: Sentence, position: int) -> tuple[int | None, int]:
    """Return the year of four digits at a token ("of" may be before it) and the position after it."""
    at = position + (sentence.word(position) in sentence.words.of and sentence.is_near(position))
    if sentence.gap(at) in _YEAR_GAPS and re.fullmatch(r"[12]\d{3}", sentence.word(at)):
        return int(sentence.word(at)), at + 1
    return None, position


def _own_month(sentence: Sentence, position: int) -> int | None:
    """Return the month that a word is in the language of the text; in one without word lists, in any."""
    word, months = sentence.word(position), sentence.words.months
    return MONTHS.get(word) if not months or any(word in names for names in months) else None


def _weekday(sentence: Sentence, position: int) -> Value | None:
    """Read "Monday", "Mondays", "Mon" beside a time or another weekday, and all days of "Monday to Friday"."""
    day = _weekday_at(sentence, position)
    if day is None:
        return None
    keys: list[ValueKey] = [("weekday", day)]
    at = position + 1 + (sentence.word(position + 1) in sentence.words.to)
    until = _weekday_at(sentence, at)
    is_range = at == position + 2 or sentence.gap(at).strip(". ") in ("-", "–")
    if until is not None and is_range:
        keys += [("weekday", (day + step) % 7) for step in range(1, (until - day) % 7 + 1)]
    return make_value("date", sentence.tokens, (position, position + 1), [(keys[0],)], keys)


def _weekday_at(sentence: Sentence, position: int) -> int | None:
    """Return the weekday that a word is at its place, 0 for Monday."""
    word, words = sentence.word(position), sentence.words
    for day, (names, short) in enumerate(zip(words.weekday_names, words.weekday_abbreviations, strict=False)):
        if word in names or word.removesuffix("s") in names:
            return day
        if word in short and sentence.tokens[position].text[0].isupper() and _is_timed(sentence, position):
            return day
    return None


def _is_timed(sentence: Sentence, position: int) -> bool:
    """Say whether a time, a date or another weekday is beside a token."""
    days = {name for names in (*sentence.words.weekday_names, *sentence.words.weekday_abbreviations) for name in names}
    for other, behind in ((position - 1, position), (position + 1, position + 1), (position + 2, position + 2)):
        if other == position + 2 and sentence.word(position + 1) not in sentence.words.to:
            continue
        if sentence.gap(behind) in _BESIDE and (sentence.kind(other) in _TIMED or sentence.word(other) in days):
            return True
    return False


def _quarter(sentence: Sentence, position: int) -> Value | None:
    """Read "Q3 2023" and "Q3"."""
    match = re.fullmatch(r"q([1-4])", sentence.word(position))
    return _quarter_value(sentence, (position, position + 1), int(match[1])) if match else None


def _quarter_value(sentence: Sentence, span: tuple[int, int], quarter: int) -> Value:
    """Return the quarter of the tokens [span[0], span[1]), with the year that follows, if any."""
    year, last = _year_after(sentence, span[1])
    if year is None:
        key: ValueKey = ("quarter", quarter)
        return make_value("date", sentence.tokens, (span[0], last), [(key,)], [key, ("bare_quarter", quarter)])
    full: ValueKey = ("quarter_year", year, quarter)
    split: tuple[ValueKey, ...] = (("bare_quarter", quarter), ("number", year))
    offers: list[ValueKey] = [full, ("quarter", quarter), *number_keys(year)]
    return make_value("date", sentence.tokens, (span[0], last), [(full,), split], offers)


def _dated(sentence: Sentence, span: tuple[int, int], year: int | None, month: int, day: int | None = None) -> Value:
    """Return the date of the tokens [span[0], span[1]): a day or a month, with its year or without."""
    claims, offers = _keys(year, month, day)
    return make_value("date", sentence.tokens, span, claims, offers)


def _keys(year: int | None, month: int, day: int | None) -> tuple[list[tuple[ValueKey, ...]], list[ValueKey]]:
    """Return what a date claims, as a whole or by its parts, and what it offers."""
    numbers = [key for number in (year, day) if number is not None for key in number_keys(number)]
    whole: ValueKey
    if year is not None and day is not None and _is_date(year, month, day):
        whole = ("date", year, month, day)
        quarter: ValueKey = ("quarter_year", year, (month + 2) // 3)
        weekday: ValueKey = ("weekday", date(year, month, day).weekday())
        also: list[ValueKey] = [("month_day", month, day), ("month_year", year, month), weekday, quarter]
        parts: ValueKey | None = ("yearless", month, day)
    elif day is not None:
        whole, also, parts, year = ("month_day", month, day), [("yearless", month, day)], None, None
    elif year is not None:
        whole, also, parts = ("month_year", year, month), [], ("bare_month", month)
    else:
        whole, also, parts = ("month", month), [("bare_month", month)], None
    claims: list[tuple[ValueKey, ...]] = [(whole,)]
    if parts is not None and year is not None:
        claims.append((parts, ("number", year)))
    return claims, [whole, *also, ("month", month), *numbers]


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
