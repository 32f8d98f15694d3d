"""Which words a value may begin with, and the signs for values that all languages share."""

from __future__ import annotations

from app.grounding.lexicon.lexicon import JUDGED, lexicon_of
from app.grounding.text.normalise import without_accents

GLUED_SCALES = {"k": 1000, "m": 10**6, "b": 10**9, "bn": 10**9, "mn": 10**6, "mio": 10**6}
CURRENCY_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB"}
CURRENCY_CODES = frozenset(
    "usd eur gbp jpy chf cad aud nzd cny inr krw rub sek nok dkk pln czk huf brl mxn sgd hkd zar try".split()
)
ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}

_VALUES = [lexicon_of(language).values for language in JUDGED]
MONTHS: dict[str, int] = {
    name: number for words in _VALUES for number, names in enumerate(words.months, 1) for name in names
}
_WEEKDAYS = {
    name for words in _VALUES for names in (*words.weekday_names, *words.weekday_abbreviations) for name in names
}
VALUE_WORDS = frozenset().union(
    CURRENCY_CODES,
    MONTHS,
    _WEEKDAYS,
    (f"{day}s" for day in _WEEKDAYS),
    ("us", "u.s.", "minus", "q1", "q2", "q3", "q4"),
    *(
        (*words.alone, *words.cardinals, *words.scales, *words.ordinals, *words.denominators, *words.halves)
        for words in _VALUES
    ),
    *((*words.clock_words, *words.minus) for words in _VALUES),
)
_PARTS = tuple({part for words in _VALUES if words.parts for part in (*words.cardinals, *words.scales, *words.parts)})
_ENDINGS = tuple({ending for words in _VALUES for ending in words.ordinal_endings})


def may_begin_value(word: str) -> bool:
    """Say whether a value may begin with this word; nearly all words are passed over."""
    folded = word.casefold().rpartition("'")
    plain = without_accents(folded[2] if len(folded[2]) > 1 else folded[0])
    return (
        plain in VALUE_WORDS
        or (plain.startswith(_PARTS) and plain.endswith((*_PARTS, *_ENDINGS)))
        or ROMAN.keys() >= set(word)
    )
