"""Numbers, percentages and money: 1,500,000 = 1.5 million, 50% = 50 percent = half, €50 = 50 euros = EUR 50.

A bare number in a context may be anything (a table names its unit in the head of the column), so that it carries
money and percentages of the same value as well; but 50 euros do not carry $50, nor do they carry 50%. A telephone
number is one value however it is grouped, with or without its country. Not covered: arithmetic, unit conversion,
approximate equality. "Pounds" are a weight as well as money: the number is compared as a bare number and the word as
a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from app.grounding.lexicon.value_words import CURRENCY_CODES, CURRENCY_SYMBOLS, ROMAN
from app.grounding.text.keys import Number, ValueKey, number_keys
from app.grounding.text.normalise import NO_BREAK_SPACE
from app.grounding.text.scan import Kind
from app.grounding.text.tokens import Token
from app.grounding.values.numerals import Numeral, Sentence, read_numeral, reduced
from app.grounding.values.times import read_clock, read_time_after, read_time_in_words
from app.grounding.values.values import Value, make_value

_LONGEST_ROMAN = 8
_RANGE_GAPS = frozenset(("-", "–", "—", " - ", " – ", " — ", "/"))
_SYMBOL_GAPS = frozenset(("", " ", NO_BREAK_SPACE, "-", " -"))
_PHONE_GAPS = frozenset((" ", "-", "/", ".", " (", ") ", ")", " - ", " / ", NO_BREAK_SPACE))
# Digits of a telephone number (ITU-T E.164 has at most 15), of a country's code, and of the largest mere count.
_PHONE_DIGITS = range(7, 16)
_COUNTRY_DIGITS = range(1, 4)
_LARGEST_COUNT = 12


def read_quantity(sentence: Sentence, position: int) -> Value | None:
    """Return the time, money, percentage, telephone number or number that begins at a token, or None."""
    kind = sentence.kind(position)
    if kind is Kind.CLOCK:
        return read_clock(sentence, position)
    if kind is Kind.NUMBER and (value := _phone(sentence, position)):
        return value
    if kind is Kind.WORD and (value := read_time_in_words(sentence, position)):
        return value
    currency, at = _currency_before(sentence, position)
    at, negative = _sign(sentence, at)
    if at > position and sentence.kind(at) is not Kind.NUMBER:
        return _roman(sentence, position)
    numeral = read_numeral(sentence, at)
    if numeral is None:
        return _roman(sentence, position)
    if numeral.digits and (value := read_time_after(sentence, position, numeral)):
        return value
    if negative:
        below_zero = tuple(tuple(n if isinstance(n, str) else -n for n in reading) for reading in numeral.readings)
        size = tuple(number for reading in numeral.readings for number in reading)
        numeral = replace(numeral, readings=below_zero, extra=size)  # "4 degrees below zero"
    last = numeral.last
    if currency is None:
        currency, last = _currency_after(sentence, last)
    if currency:
        return _money(sentence.tokens, (position, last), numeral, currency)
    percent_end = _percent_after(sentence, last)
    if percent_end > last:
        return _percent(sentence.tokens, (position, percent_end), numeral)
    return _number(sentence, (position, last), numeral)


def spread_over_range(text: str, earlier: Value, later: Value) -> Value:
    """Return `earlier`, which gets the kind of `later` where both make a range: "5–10%", "9–11 am", "5–7 March"."""
    if earlier.kind != "number" or later.kind == "number":
        return earlier
    between = text[earlier.end : later.start]
    if between not in _RANGE_GAPS and between.strip().casefold() not in ("to", "and", "or", "bis", "à", "a"):
        return earlier
    numbers = [key[1] for key in earlier.offers if key[0] == "number"]
    also: list[ValueKey] = []
    for number in numbers:
        for key in later.offers:
            if key[0] in ("percent", "money"):
                also.append((*key[:-1], number))
            elif key[0] == "time" and isinstance(number, int) and number <= 24:
                also.extend((("time", number * 60, 0), ("time", number % 12 * 60 + 720, 0)))
            elif key[0] in ("date", "month_day", "yearless"):
                also.append((*key[:-1], number))
    claims = tuple(dict.fromkeys((*earlier.claims, *((key,) for key in also))))
    return earlier._replace(claims=claims, offers=tuple(dict.fromkeys((*earlier.offers, *also))))


def _number(sentence: Sentence, span: tuple[int, int], numeral: Numeral) -> Value:
    claims: list[tuple[ValueKey, ...]] = [tuple(("number", n) for n in reading) for reading in numeral.readings]
    offers = [key for reading in (*numeral.readings, numeral.extra) for n in reading for key in number_keys(n)]
    for reading in numeral.readings:
        if isinstance(reading[-1], Fraction) and 0 < reading[-1] < 1:
            share: ValueKey = ("percent", reduced(reading[-1] * 100))
            claims.append((share,))
            offers.append(share)
    number = numeral.readings[0][-1]
    is_relative = sentence.word(span[0] - 1) in sentence.words.relative
    is_count = numeral.scale == 1 and number in range(_LARGEST_COUNT + 1) and (not numeral.digits or is_relative)
    return make_value("number", sentence.tokens, span, claims, offers, numeral.vague, number, is_count)


def _percent(tokens: Sequence[Token], span: tuple[int, int], numeral: Numeral) -> Value:
    claims: list[tuple[ValueKey, ...]] = []
    offers: list[ValueKey] = []
    for reading in numeral.readings:
        number = reading[-1]
        offers += [("percent", number), *(("number", n) for n in reading)]
        claims += [(("percent", number),), (("unmarked", number),)]
        if not isinstance(number, str):
            share = Fraction(number) / 100
            claims.append((("unmarked", share),))
            offers.append(("number", share))
    return make_value("percent", tokens, span, claims, offers, number=numeral.readings[0][-1])


def _money(tokens: Sequence[Token], span: tuple[int, int], numeral: Numeral, currency: str) -> Value:
    claims: list[tuple[ValueKey, ...]] = []
    offers: list[ValueKey] = []
    for reading in numeral.readings:
        number = reading[-1]
        offers += [("number", n) for n in reading]
        for code, amount in _amounts(currency, number):
            offers.append(("money", code, amount))
            claims.append((("money", code, amount),))
        claims.append((("unmarked", number),))
    return make_value("money", tokens, span, claims, offers, number=numeral.readings[0][-1])


def _amounts(currency: str, number: Number) -> list[tuple[str, Number]]:
    """Return the amounts in whole units: "75 cents" is 0.75 of dollars or of euros."""
    if isinstance(number, str) or currency not in ("CENT", "PENCE"):
        return [(currency, number)]
    hundredth = Fraction(number) / 100
    return [(code, hundredth) for code in (("USD", "EUR") if currency == "CENT" else ("GBP",))]


def _currency_before(sentence: Sentence, position: int) -> tuple[str | None, int]:
    """Return the currency before a number ($, US$, EUR) and the position of what follows it."""
    word = sentence.word(position)
    if word == "us" and sentence.word(position + 1) == "$" and sentence.gap(position + 1) == "":
        return "USD", position + 2
    currency = CURRENCY_SYMBOLS.get(word, word.upper() if word in CURRENCY_CODES else None)
    return (currency, position + 1) if currency and sentence.gap(position + 1) in _SYMBOL_GAPS else (None, position)


def _currency_after(sentence: Sentence, position: int) -> tuple[str | None, int]:
    """Return the currency after a number (€, euros, US dollars) and the position of what follows it."""
    if not sentence.is_near(position):
        return None, position
    word = sentence.word(position)
    if word == "us" and sentence.words.currencies.get(sentence.word(position + 1)) == "USD":
        return "USD", position + 2
    is_next_price = sentence.gap(position + 1) == "" and sentence.kind(position + 1) is Kind.NUMBER
    if word in CURRENCY_SYMBOLS and not is_next_price:
        return CURRENCY_SYMBOLS[word], position + 1
    if word in CURRENCY_CODES and word != "try":
        return word.upper(), position + 1
    currency = sentence.words.currencies.get(word)
    return currency, position + (currency is not None)


def _sign(sentence: Sentence, position: int) -> tuple[int, bool]:
    """Return the position of the numeral and whether a minus is before it: "-4", "minus 4", not "3-4"."""
    if sentence.word(position) in sentence.words.minus and sentence.is_near(position + 1):
        return position + 1, True
    if sentence.kind(position) is not Kind.NUMBER:
        return position, False
    start, text = sentence.tokens[position].start, sentence.text
    return position, text[start - 1 : start] == "-" and (start < 2 or text[start - 2] in " (\n:=,[|\t$€£")


def _percent_after(sentence: Sentence, position: int) -> int:
    """Return the position after "%", "percent", "percentage points", "pour cent"; `position` where there is none."""
    if not sentence.is_near(position):
        return position
    if sentence.word(position) == "%":
        return position + 1
    words = tuple(sentence.word(at) for at in (position, position + 1))
    return position + max(
        (len(phrase) for phrase in sentence.words.percent if words[: len(phrase)] == phrase), default=0
    )


def _phone(sentence: Sentence, position: int) -> Value | None:
    """Read "+49 30 1234567", "030 123 45 67": what begins with a plus or a zero and has enough digits."""
    start = sentence.tokens[position].start
    is_international = sentence.text[start - 1 : start] == "+"
    if not is_international and not sentence.word(position).startswith("0"):
        return None
    groups, last = [], position
    while sentence.kind(last) is Kind.NUMBER and (last == position or sentence.gap(last) in _PHONE_GAPS):
        if not re.fullmatch(r"[\d.]+", sentence.word(last)):
            break
        groups.append(sentence.word(last).replace(".", ""))
        last += 1
    if is_international:
        groups = [group for group in groups if group != "0"]  # +49 (0) 30
    digits = "".join(groups)
    if len(digits) not in _PHONE_DIGITS or (len(groups) == 1 and "." in sentence.word(position)):
        return None
    parts = [key for group in groups if group[0] != "0" for key in number_keys(int(group))]
    if is_international:
        local: list[ValueKey] = [("local_phone", digits[country:]) for country in _COUNTRY_DIGITS]
        national: list[ValueKey] = [("national_phone", digits[country:]) for country in _COUNTRY_DIGITS]
        own: ValueKey = ("phone", digits)
        claims, offers = [(own,), *((key,) for key in local)], [own, *national]
    else:
        digits = digits.lstrip("0")
        claims = [(("local_phone", digits),), (("national_phone", digits),)]
        offers = [("local_phone", digits)]
    return make_value("number", sentence.tokens, (position, last), claims, [*offers, *parts], number=digits)


def _roman(sentence: Sentence, position: int) -> Value | None:
    """Read the numeral of "Chapter IV"; elsewhere a run of such letters is a word."""
    if sentence.kind(position) is not Kind.WORD or sentence.word(position - 1) not in sentence.words.roman_heads:
        return None
    surface = sentence.tokens[position].text
    is_apart = sentence.gap(position) in (" ", NO_BREAK_SPACE)
    if not set(surface) <= ROMAN.keys() or not is_apart or len(surface) > _LONGEST_ROMAN:
        return None
    digits = [ROMAN[char] for char in surface]
    number = sum(-d if d < after else d for d, after in zip(digits, [*digits[1:], 0], strict=True))
    claims: list[tuple[ValueKey, ...]] = [(("number", number),)]
    return make_value("number", sentence.tokens, (position, position + 1), claims, number_keys(number))
