"""Numbers, percentages and money: 1,500,000 = 1.5 million, 50% = 50 percent = half, €50 = 50 euros = EUR 50.

A bare number in a context may be anything (a table names its unit in the head of the column), so that it carries
money and percentages of the same value as well; but 50 euros do not carry $50, nor do they carry 50%.
Not covered: arithmetic, unit conversion, approximate equality. "Pounds" are a weight as well as money: the number is
compared as a bare number and the word as a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from app.grounding.lexicon.value_words import CURRENCY_CODES, CURRENCY_SYMBOLS, CURRENCY_WORDS, ROMAN
from app.grounding.text.keys import Number, ValueKey, number_keys
from app.grounding.text.language import Language
from app.grounding.text.normalise import NO_BREAK_SPACE
from app.grounding.text.scan import Kind
from app.grounding.text.tokens import Token
from app.grounding.values.numerals import Numeral, folded, gap, is_near, read_numeral
from app.grounding.values.times import read_clock, read_time_after, read_time_in_words
from app.grounding.values.values import Value, make_value

_PERCENT = frozenset(("percent", "percentage", "pct", "prozent", "%"))
_ROMAN_HEADS = frozenset(
    """
    chapter part phase volume section class type war article appendix level tier grade stage act annex title book
    schedule category group step version
    """.split()
)
_LONGEST_ROMAN = 8
_RANGE_GAPS = frozenset(("-", "–", "—", " - ", " – ", " — ", "/"))


def read_quantity(text: str, tokens: Sequence[Token], position: int, language: Language) -> Value | None:
    """Return the time, money, percentage or number that begins at token `position`, or None."""
    token = tokens[position]
    if token.kind is Kind.CLOCK:
        return read_clock(text, tokens, position)
    if token.kind is Kind.WORD and (value := read_time_in_words(text, tokens, position)):
        return value
    currency, at = _currency_before(text, tokens, position)
    at, negative = _sign(text, tokens, at)
    if at >= len(tokens) or (at > position and tokens[at].kind is not Kind.NUMBER):
        return _roman(text, tokens, position)
    numeral = read_numeral(text, tokens, at, language)
    if numeral is None:
        return _roman(text, tokens, position)
    if numeral.digits and (value := read_time_after(text, tokens, position, numeral)):
        return value
    if negative:
        below_zero = tuple(tuple(_negated(number) for number in reading) for reading in numeral.readings)
        size = tuple(number for reading in numeral.readings for number in reading)
        numeral = replace(numeral, readings=below_zero, extra=size)  # "4 degrees below zero"
    last = numeral.last
    if currency is None:
        currency, last = _currency_after(text, tokens, last)
    if currency:
        return _money(tokens, (position, last), numeral, currency)
    percent_end = _percent_after(text, tokens, last)
    if percent_end > last:
        return _percent(tokens, (position, percent_end), numeral)
    return _number(tokens, (position, last), numeral)


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


def _number(tokens: Sequence[Token], span: tuple[int, int], numeral: Numeral) -> Value:
    claims: list[tuple[ValueKey, ...]] = [tuple(("number", n) for n in reading) for reading in numeral.readings]
    offers = [key for reading in numeral.readings for n in reading for key in number_keys(n)]
    offers += [key for n in numeral.extra for key in number_keys(n)]
    for reading in numeral.readings:
        if isinstance(reading[-1], Fraction) and 0 < reading[-1] < 1:
            share: ValueKey = ("percent", _times_hundred(reading[-1]))
            claims.append((share,))
            offers.append(share)
    return make_value(
        "number", tokens, span, claims, offers, numeral.vague, numeral.readings[0][-1], numeral.scale, numeral.digits
    )


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
    return make_value("money", tokens, span, claims, offers, False, numeral.readings[0][-1], numeral.scale)


def _amounts(currency: str, number: Number) -> list[tuple[str, Number]]:
    """Return the amounts in whole units: "75 cents" is 0.75 of dollars or of euros."""
    if isinstance(number, str) or currency not in ("cent", "pence"):
        return [(currency, number)]
    hundredth = Fraction(number) / 100
    return [(code, hundredth) for code in (("USD", "EUR") if currency == "cent" else ("GBP",))]


def _currency_before(text: str, tokens: Sequence[Token], position: int) -> tuple[str | None, int]:
    """Return the currency that stands before a number ($, US$, EUR) and the position of what follows it."""
    word = folded(tokens, position)
    if word in ("us", "u.s.") and folded(tokens, position + 1) == "$" and gap(text, tokens, position + 1) == "":
        return "USD", position + 2
    if word in CURRENCY_SYMBOLS and gap(text, tokens, position + 1) in ("", " ", NO_BREAK_SPACE, "-", " -"):
        return CURRENCY_SYMBOLS[word], position + 1
    if word in CURRENCY_CODES and gap(text, tokens, position + 1) in ("", " ", NO_BREAK_SPACE, " -"):
        return word.upper(), position + 1
    return None, position


def _currency_after(text: str, tokens: Sequence[Token], position: int) -> tuple[str | None, int]:
    """Return the currency that stands after a number (€, euros, US dollars) and the position of what follows it."""
    if not is_near(text, tokens, position):
        return None, position
    word = folded(tokens, position)
    if word in ("us", "u.s.") and folded(tokens, position + 1) in ("dollar", "dollars"):
        return "USD", position + 2
    is_next_price = gap(text, tokens, position + 1) == "" and tokens[position + 1].kind is Kind.NUMBER
    if word in CURRENCY_SYMBOLS and not is_next_price:
        return CURRENCY_SYMBOLS[word], position + 1
    if word in CURRENCY_CODES and word != "try":
        return word.upper(), position + 1
    if word in CURRENCY_WORDS:
        return CURRENCY_WORDS[word], position + 1
    return None, position


def _sign(text: str, tokens: Sequence[Token], position: int) -> tuple[int, bool]:
    """Return the position of the numeral and whether a minus stands before it: "-4", "minus 4", not "3-4"."""
    if folded(tokens, position) == "minus" and is_near(text, tokens, position + 1):
        return position + 1, True
    if position >= len(tokens) or tokens[position].kind is not Kind.NUMBER:
        return position, False
    start = tokens[position].start
    return position, text[start - 1 : start] == "-" and (start < 2 or text[start - 2] in " (\n:=,[|\t$€£")


def _percent_after(text: str, tokens: Sequence[Token], position: int) -> int:
    if not is_near(text, tokens, position):
        return position
    word = folded(tokens, position)
    if word in _PERCENT:
        follows = folded(tokens, position + 1) in ("point", "points") and is_near(text, tokens, position + 1)
        return position + 1 + (word == "percentage" and follows)
    if word in ("per", "pour", "por") and folded(tokens, position + 1) in ("cent", "ciento"):
        return position + 2
    return position


def _roman(text: str, tokens: Sequence[Token], position: int) -> Value | None:
    """Read the numeral of "Chapter IV"; elsewhere a run of such letters is a word."""
    if tokens[position].kind is not Kind.WORD or folded(tokens, position - 1) not in _ROMAN_HEADS:
        return None
    surface = tokens[position].text
    if (
        not set(surface) <= ROMAN.keys()
        or gap(text, tokens, position) not in (" ", NO_BREAK_SPACE)
        or len(surface) > _LONGEST_ROMAN
    ):
        return None
    digits = [ROMAN[char] for char in surface]
    number = sum(-d if d < after else d for d, after in zip(digits, [*digits[1:], 0], strict=True))
    return make_value("number", tokens, (position, position + 1), [(("number", number),)], number_keys(number))


def _negated(number: Number) -> Number:
    return number if isinstance(number, str) else -number


def _times_hundred(share: Fraction) -> int | Fraction:
    hundred = share * 100
    return hundred.numerator if hundred.denominator == 1 else hundred
