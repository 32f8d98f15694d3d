"""All values of a sentence; numbers, percentages and money: 1,500,000 = 1.5 million, 50% = half, €50 = 50 euros.

A bare number in a context may be anything (a table names its unit in the head of the column), so that it states
money and percentages of the same value as well; but 50 euros do not state $50, nor do they state 50%. A
telephone number is one value however it is grouped. Not covered: arithmetic, approximate equality, countries of
telephone numbers. "Pounds" are a weight as well as money: the number is compared as a bare number, the word as a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from app.grounding.lexicon.lexicon import Language
from app.grounding.lexicon.value_words import CURRENCY_CODES, CURRENCY_SYMBOLS, ROMAN
from app.grounding.text.keys import Number, ValueKey, number_keys
from app.grounding.text.normalise import NO_BREAK_SPACE
from app.grounding.text.scan import Kind
from app.grounding.text.tokens import Token
from app.grounding.values.dates import read_date
from app.grounding.values.numerals import Numeral, Sentence, read_numeral, reduced
from app.grounding.values.times import read_clock, read_time_after, read_time_in_words
from app.grounding.values.values import Value, ValueKind, make_value

_LONGEST_ROMAN = 8
_SYMBOL_GAPS = frozenset(("", " ", NO_BREAK_SPACE, "-", " -"))
_BEFORE_MINUS = frozenset(" (\n:=,[|\t$€£")
_LARGEST_COUNT = 12
# Digits of a telephone number (ITU-T E.164 has at most 15), and those that are written in every country.
_PHONE_GAPS = frozenset((" ", "-", "/", ".", " (", ") ", ")", " - ", " / ", NO_BREAK_SPACE))
_PHONE_DIGITS = range(7, 16)
_COMPARED_DIGITS = 8
# In which currencies a hundredth counts.
_HUNDREDTHS = {"CENT": ("USD", "EUR"), "PENCE": ("GBP",)}


def read_values(text: str, tokens: Sequence[Token], language: Language) -> list[Value]:
    """Return the values of the tokens of one sentence of `text`, in order, none overlapping another."""
    positions = [position for position, token in enumerate(tokens) if token.lexeme.begins_value]
    if not positions:
        return []
    sentence = Sentence(text, tokens, language)
    values: list[Value] = []
    last = 0
    for position in positions:
        value = None if position < last else read_date(sentence, position) or _read_quantity(sentence, position)
        if value:
            values.append(value)
            last = value.last
    return values


def _read_quantity(sentence: Sentence, position: int) -> Value | None:
    """Return the time, money, percentage or number that begins at a token, or None."""
    kind = sentence.kinds[position]
    if kind is Kind.CLOCK:
        return read_clock(sentence, position)
    currency, at, negative = None, position, False
    if kind is Kind.NUMBER:
        if phone := _phone(sentence, position):
            return phone
        start, text = sentence.tokens[at].start, sentence.text
        negative = text[start - 1 : start] == "-" and (start < 2 or text[start - 2] in _BEFORE_MINUS)
    else:
        if value := read_time_in_words(sentence, position):
            return value
        currency, at = _currency_before(sentence, position)
        if sentence.words[at] in sentence.listed.minus and sentence.is_near(at + 1):
            at, negative = at + 1, True
    numeral = read_numeral(sentence, at) if at == position or sentence.kinds[at] is Kind.NUMBER else None
    if numeral is None:
        return _roman(sentence, position)
    if numeral.digits and (value := read_time_after(sentence, position, numeral)):
        return value
    if negative:
        below_zero = tuple(tuple(n if isinstance(n, str) else -n for n in reading) for reading in numeral.readings)
        size = tuple(number for reading in numeral.readings for number in reading)
        numeral = numeral._replace(readings=below_zero, extra=size)  # "4 degrees below zero"
    last = numeral.last
    if sentence.is_near(last):
        if currency is None:
            currency, last = _currency_after(sentence, last)
        if currency is None and (last := _percent_after(sentence, last)) > numeral.last:
            return _measured("percent", sentence, (position, last), numeral, "")
    if currency:
        return _measured("money", sentence, (position, last), numeral, currency)
    return _number(sentence, (position, last), numeral)


def _number(sentence: Sentence, span: tuple[int, int], numeral: Numeral) -> Value:
    claims: list[tuple[ValueKey, ...]] = [tuple([("number", n) for n in reading]) for reading in numeral.readings]
    offers = [key for reading in (*numeral.readings, numeral.extra) for n in reading for key in number_keys(n)]
    number = numeral.readings[0][-1]
    if isinstance(number, Fraction) and 0 < number < 1:
        share: ValueKey = ("percent", reduced(number * 100))
        claims.append((share,))
        offers.append(share)
    is_relative = sentence.words[span[0] - 1] in sentence.listed.relative
    is_small = isinstance(number, int) and 0 <= number <= _LARGEST_COUNT and numeral.scale == 1
    is_count = is_small and (not numeral.digits or is_relative)
    return make_value("number", sentence.tokens, span, claims, offers, numeral.vague, number, is_count)


def _measured(kind: ValueKind, sentence: Sentence, span: tuple[int, int], numeral: Numeral, currency: str) -> Value:
    """Return a percentage, or an amount of money in whole units of the currency: "75 cents" are 0.75 dollars."""
    claims: list[tuple[ValueKey, ...]] = []
    offers: list[ValueKey] = []
    for reading in numeral.readings:
        number = reading[-1]
        share: Number = number if isinstance(number, str) else reduced(Fraction(number) / 100)
        keys: list[ValueKey] = [("percent", number)] if not currency else [("money", currency, number)]
        if currency in _HUNDREDTHS:
            keys = [("money", code, share) for code in _HUNDREDTHS[currency]]
        offers += [*keys, *[("number", n) for n in reading]]
        claims += [*[(key,) for key in keys], (("unmarked", number),)]
        if not currency:
            claims.append((("unmarked", share),))
            offers.append(("number", share))
    return make_value(kind, sentence.tokens, span, claims, offers, number=numeral.readings[0][-1])


def _currency_before(sentence: Sentence, position: int) -> tuple[str | None, int]:
    """Return the currency before a number ($, US$, EUR) and the position of what follows it."""
    word = sentence.words[position]
    if word == "us" and sentence.words[position + 1] == "$" and sentence.gap(position + 1) == "":
        return "USD", position + 2
    currency = CURRENCY_SYMBOLS.get(word, word.upper() if word in CURRENCY_CODES else None)
    return (currency, position + 1) if currency and sentence.gap(position + 1) in _SYMBOL_GAPS else (None, position)


def _currency_after(sentence: Sentence, position: int) -> tuple[str | None, int]:
    """Return the currency after a number (€, euros, US dollars) and the position of what follows it."""
    word, currencies = sentence.words[position], sentence.listed.currencies
    if word == "us" and currencies.get(sentence.words[position + 1]) == "USD":
        return "USD", position + 2
    if word in CURRENCY_SYMBOLS:
        is_next_price = sentence.kinds[position + 1] is Kind.NUMBER and sentence.gap(position + 1) == ""
        return (None, position) if is_next_price else (CURRENCY_SYMBOLS[word], position + 1)
    currency = word.upper() if word in CURRENCY_CODES and word != "try" else currencies.get(word)
    return currency, position + (currency is not None)


def _percent_after(sentence: Sentence, position: int) -> int:
    """Return the position after "%", "percent", "percentage points", "pour cent"; `position` where there is none."""
    first, second = sentence.words[position : position + 2]
    if first == "%":
        return position + 1
    percent = sentence.listed.percent
    return position + (2 if (first, second) in percent else (first,) in percent)


def _phone(sentence: Sentence, position: int) -> Value | None:
    """Read "+49 30 1234567" and "030 123 45 67", which are compared by their last digits."""
    start, last = sentence.tokens[position].start, position + 1
    if sentence.words[position][0] != "0" and sentence.text[start - 1 : start] != "+":
        return None
    while sentence.kinds[last] is Kind.NUMBER and sentence.gap(last) in _PHONE_GAPS:
        last += 1
    digits = "".join(filter(str.isdecimal, sentence.text[start : sentence.tokens[last - 1].end]))
    if len(digits) not in _PHONE_DIGITS or (last == position + 1 and not sentence.words[position].isdecimal()):
        return None
    key: ValueKey = ("phone", digits[-_COMPARED_DIGITS:])
    return make_value("number", sentence.tokens, (position, last), [(key,)], [key], number=digits)


def _roman(sentence: Sentence, position: int) -> Value | None:
    """Read the numeral of "Chapter IV"; elsewhere a run of such letters is a word."""
    surface = sentence.tokens[position].text
    if sentence.words[position - 1] not in sentence.listed.roman_heads or len(surface) > _LONGEST_ROMAN:
        return None
    if not set(surface) <= ROMAN.keys() or sentence.gap(position) not in (" ", NO_BREAK_SPACE):
        return None
    digits = [ROMAN[char] for char in surface]
    number = sum(-d if d < after else d for d, after in zip(digits, [*digits[1:], 0], strict=True))
    claims: list[tuple[ValueKey, ...]] = [(("number", number),)]
    return make_value("number", sentence.tokens, (position, position + 1), claims, number_keys(number))
