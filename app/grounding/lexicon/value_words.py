"""Which words a value may begin with, and the signs for values that all languages share."""

from __future__ import annotations

from functools import cache

from app.grounding.lexicon.lexicon import JUDGED, Language, lexicon_of

GLUED_SCALES = {"k": 1000, "m": 10**6, "b": 10**9, "bn": 10**9, "mn": 10**6, "mio": 10**6}
CURRENCY_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB"}
CURRENCY_CODES = frozenset(
    "usd eur gbp jpy chf cad aud nzd cny inr krw rub sek nok dkk pln czk huf brl mxn sgd hkd zar".split()
)
ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
MONTHS: dict[str, int] = {
    name: number
    for language in JUDGED
    for months in (lexicon_of(language).values.months, lexicon_of(language).values.months_short)
    for name, number in months.items()
}
_ALWAYS = ("us", "u.s.", "q1", "q2", "q3", "q4")


@cache
def _beginnings(language: Language) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Return the words that a value may begin with, and the beginnings and ends of those that are written in one."""
    listed = lexicon_of(language).values
    numbers = (*listed.cardinals, *listed.scales)
    days = (*listed.weekdays, *(f"{day}s" for day in listed.weekdays), *listed.weekdays_short)
    others = (*listed.ordinals, *listed.denominators, *listed.halves, *listed.clock_words, *listed.minus)
    in_one = (*numbers, *listed.parts) if listed.ordinal_endings or listed.glues else ()
    ends = (*listed.cardinals, *listed.glues, *listed.ordinal_endings) if in_one else ()
    return frozenset((*CURRENCY_CODES, *MONTHS, *days, *_ALWAYS, *numbers, *others)), in_one, ends


def may_begin_value(word: str, plain: str, language: Language) -> bool:
    """Say whether a value may begin with this word, `plain` without accents; nearly all words are passed over."""
    words, beginnings, ends = _beginnings(language)
    if plain in words or (beginnings and plain.startswith(beginnings) and plain.endswith(ends)):
        return True
    return word[0] in ROMAN and ROMAN.keys() >= set(word)
