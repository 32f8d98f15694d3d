"""Dates: 5 March 2024 = 2024-03-05 = March 5th, 2024; also months, quarters and weekdays on their own.

A full date offers its parts (its month, its weekday, its day and year as numbers), a part does not offer the whole.
5/3/2024 is read both ways round in English, day first elsewhere. Months are read in the language of the text; those of
the other languages only with a year. Words that are months or weekdays only at times ("May", "Sun") claim no more than
a word, if the place does not say so. Not covered: relative dates ("next Monday"), ranges of days ("5–7 March"), other
calendars, years of two digits.
"""

from __future__ import annotations

import re
from datetime import date

from app.grounding.lexicon.lexicon import ValueWords
from app.grounding.lexicon.value_words import MONTHS
from app.grounding.text.keys import ValueKey, number_keys
from app.grounding.text.scan import Kind
from app.grounding.values.numerals import Sentence, read_numeral
from app.grounding.values.values import Value, make_value

_DAY_GAPS = frozenset((" ", ". ", "  ", "\n", "", "-", "."))
_YEAR_GAPS = frozenset((" ", ", ", ",\n", "\n", ". ", "-", ",", " , "))
_ENGLISH_ORDINALS = frozenset(("st", "nd", "rd", "th"))
_YEAR = re.compile(r"[12]\d{3}")
_QUARTERS = {f"q{number}": number for number in range(1, 5)}


def read_date(sentence: Sentence, position: int) -> Value | None:
    """Return the date that begins at a token, or None."""
    kind, words = sentence.kinds[position], sentence.words
    if kind is Kind.DATE:
        return _numeric(sentence, position)
    if kind is Kind.WORD:
        if words[position] in MONTHS:
            return _month_first(sentence, position)
        if words[position] in _QUARTERS:
            return _quarter(sentence, position, position + 1, _QUARTERS[words[position]])
        if sentence.tokens[position].text[0].isupper() and (found := _weekday(sentence, position)):
            return found
    quarters = sentence.listed.quarters
    if any(word in MONTHS or word in quarters for word in words[position + 1 : position + 4]):
        return _day_first(sentence, position)
    return None


def _numeric(sentence: Sentence, position: int) -> Value:
    """Read 2024-03-05, 2024/3/5, 2019-03, 5/3/2024 and 5.3.2024; what is no date is its numbers."""
    surface = sentence.tokens[position].text
    parts = [int(part) for part in re.findall(r"\d+", surface)]
    first, *rest = parts if parts[0] > 31 else parts[::-1]
    orders = [rest, rest[::-1]] if "/" in surface and parts[0] <= 31 and sentence.language == "en" else [rest]
    claims: list[tuple[ValueKey, ...]] = []
    offers = [key for part in parts for key in number_keys(part)]
    for order in orders:
        if _day(first, *order, *[1] * (2 - len(order))):
            more_claims, more_offers = _keys(first, *order)
            claims += more_claims
            offers += more_offers
    numbers: tuple[ValueKey, ...] = tuple(("number", part) for part in parts)
    span = (position, position + 1)
    return make_value("date" if claims else "number", sentence.tokens, span, claims or [numbers], offers)


def _day_first(sentence: Sentence, position: int) -> Value | None:
    """Read "5 March 2024", "the 5th of March", "5. März 2024", "31 de marzo de 2025", "third quarter of 2023"."""
    numeral = read_numeral(sentence, position)
    if numeral is None or not isinstance(day := numeral.readings[0][0], int):
        return None
    at, words, listed = numeral.last, sentence.words, sentence.listed
    if words[at] in listed.quarters and numeral.ordinal and 1 <= day <= 4:
        # Without a year it is vague: a game has quarters too.
        return _quarter(sentence, position, at + 1, day)._replace(vague=not _year_after(sentence, at + 1)[0])
    if words[at] in listed.of and sentence.is_near(at):
        at += 1
    elif sentence.gap(at) not in _DAY_GAPS:
        return None
    month = MONTHS.get(words[at])
    year, last = _year_after(sentence, at + 1)
    if month is None or not _day(2000, month, day) or not (year or _is_own(sentence, at)):
        return None
    is_a_word = words[at] in listed.months_like_words and sentence.tokens[at].text[0].islower()
    return None if is_a_word else _dated(sentence, (position, last), year, month, day)


def _month_first(sentence: Sentence, position: int) -> Value | None:
    """Read "March 5th, 2024", "March 2024" and "March"."""
    words, listed, at = sentence.words, sentence.listed, position + 1
    month, like_a_word = MONTHS[words[position]], words[position] in listed.months_like_words
    is_capital = sentence.tokens[position].text[0].isupper()
    year, last = _year_after(sentence, at)
    if not is_capital and (like_a_word or sentence.language not in ("fr", "es")):
        return None
    if not _is_own(sentence, position) and (year is None or like_a_word):
        return None
    if year is not None:
        return _dated(sentence, (position, last), year, month)
    if sentence.gap(at) in _DAY_GAPS and words[at].isdecimal() and _day(2000, month, int(words[at][:4])):
        after = at + 1 + (words[at + 1] in _ENGLISH_ORDINALS and sentence.gap(at + 1) == "")
        year, last = _year_after(sentence, after)
        return _dated(sentence, (position, last), year, month, int(words[at]))
    is_vague = (like_a_word or words[position] not in listed.months) and words[position - 1] not in listed.month_places
    if is_vague and not is_capital:  # "sept" is seven as well
        return None
    return _dated(sentence, (position, at), None, month)._replace(vague=is_vague)


def _is_own(sentence: Sentence, position: int) -> bool:
    """Say whether a month is written in the language of the text."""
    return (
        sentence.words[position] in sentence.listed.months or sentence.words[position] in sentence.listed.months_short
    )


def _year_after(sentence: Sentence, position: int) -> tuple[int | None, int]:
    """Return the year of four digits at a token ("of" may be before it) and the position after it."""
    at = position + (sentence.words[position] in sentence.listed.of and sentence.is_near(position))
    if _YEAR.fullmatch(sentence.words[at]) and sentence.gap(at) in _YEAR_GAPS:
        return int(sentence.words[at]), at + 1
    return None, position


def _weekday(sentence: Sentence, position: int) -> Value | None:
    """Read "Monday", "Mondays", "Mon", and all days of "Monday to Friday"."""
    words, listed, at = sentence.words, sentence.listed, position + 1
    day = _weekday_of(words[position], listed)
    if day is None:
        return None
    keys: list[ValueKey] = [("weekday", day)]
    is_range = words[at] in listed.to or sentence.gap(at).strip(". ") in ("-", "–")
    until = _weekday_of(words[at + (words[at] in listed.to)], listed) if is_range else None
    if until is not None:
        keys += [("weekday", (day + step) % 7 + 1) for step in range((until - day) % 7)]
    is_vague = words[position] in listed.weekdays_short
    return make_value("date", sentence.tokens, (position, at), [(keys[0],)], keys, is_vague)


def _weekday_of(word: str, listed: ValueWords) -> int | None:
    return listed.weekdays.get(word.removesuffix("s")) or listed.weekdays.get(word) or listed.weekdays_short.get(word)


def _quarter(sentence: Sentence, first: int, last: int, quarter: int) -> Value:
    """Return the quarter of the tokens [first, last), with the year that follows, if any."""
    year, last = _year_after(sentence, last)
    key: ValueKey = ("quarter_year", year, quarter) if year else ("quarter", quarter)
    offers: list[ValueKey] = [key, ("quarter", quarter), *(number_keys(year) if year else ())]
    return make_value("date", sentence.tokens, (first, last), [(key,)], offers)


def _dated(sentence: Sentence, span: tuple[int, int], year: int | None, month: int, day: int | None = None) -> Value:
    """Return the date of the tokens [span[0], span[1]): a day or a month, with its year or without."""
    claims, offers = _keys(year, month, day)
    return make_value("date", sentence.tokens, span, claims, offers)


def _keys(year: int | None, month: int, day: int | None = None) -> tuple[list[tuple[ValueKey, ...]], list[ValueKey]]:
    """Return what a date claims, as a whole or by its day and its year, and what it offers."""
    offers: list[ValueKey] = [("month", month)]
    exact = _day(year, month, day) if year and day else None
    claims: list[tuple[ValueKey, ...]]
    if exact and year and day:
        claims = [(("date", year, month, day),), (("yearless", month, day), ("number", year))]
        offers += [("month_day", month, day), ("month_year", year, month), ("weekday", exact.isoweekday())]
        offers.append(("quarter_year", year, (month + 2) // 3))
    elif day is not None:
        claims, year = [(("month_day", month, day),)], None
        offers.append(("yearless", month, day))
    else:
        claims = [(("month_year", year, month) if year else ("month", month),)]
    offers += [key for number in (year, day) if number is not None for key in number_keys(number)]
    return claims, [claims[0][0], *offers]


def _day(year: int, month: int, day: int) -> date | None:
    """Return the day, None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):  # the latter beyond 2**31
        return None
