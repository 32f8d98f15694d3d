"""Word lists of values: numerals, months and weekdays, currencies, times of day. Data only.

English in full; German, French and Spanish up to twenty, the tens, the calendar and the currencies.
"""

from __future__ import annotations

from functools import lru_cache

from app.grounding.text.normalise import without_accents

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES: dict[str, int] = {
    "dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "millions": 10**6, "billions": 10**9, "trillions": 10**12, "mio": 10**6, "mn": 10**6, "bn": 10**9,
    "tausend": 1000, "millionen": 10**6, "milliarden": 10**9, "milliarde": 10**9, "mille": 1000,
    "milliard": 10**9, "milliards": 10**9, "mil": 1000, "millon": 10**6, "millones": 10**6,
}  # fmt: skip
GLUED_SCALES = {"k": 1000, "m": 10**6, "b": 10**9, "bn": 10**9, "mn": 10**6, "mio": 10**6}
CARDINALS: dict[str, int] = (
    {word: value for value, word in enumerate(_UNITS)}
    | {word: 20 + 10 * place for place, word in enumerate(_TENS)}
    | {
        word: value
        for language in (
            "- - zwei drei vier fünf sechs sieben acht neun zehn - zwölf dreizehn vierzehn fünfzehn sechzehn "
            "siebzehn achtzehn neunzehn zwanzig",
            "zéro - deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
            "cero - dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince",
        )
        for value, word in enumerate(language.split())
        if word not in ("-", "once")
    }
    | {"dreißig": 30, "vierzig": 40, "fünfzig": 50, "trente": 30, "treinta": 30, "twice": 2, "thrice": 3}
)
ORDINALS: dict[str, int] = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fortieth": 40,
    "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80, "ninetieth": 90, "hundredth": 100,
}  # fmt: skip
DENOMINATORS = {"half": 2, "halves": 2, "quarter": 4, "quarters": 4} | {
    word + plural: value for word, value in ORDINALS.items() if 3 <= value <= 10 or value == 100 for plural in ("", "s")
}
# These words are numbers only at times: what they claim is as soft as a word.
VAGUE_NUMERALS: dict[str, int] = {
    "one": 1,
    "once": 1,
    "first": 1,
    "second": 2,
    "single": 1,
    "no": 0,
    "none": 0,
    "eins": 1,
}
# After "a" or "an" these make a number: a quarter, a dozen.
AFTER_ARTICLES = frozenset(("quarter", "third", "fifth", *SCALES))
# Every word that a numeral in words may begin with.
NUMERAL_WORDS = frozenset(("a", "an", "half", "hundred", "dozen", *CARDINALS, *ORDINALS, *VAGUE_NUMERALS))

_MONTH_NAMES = (
    "january jan januar janvier enero", "february feb februar fevrier febrero", "march mar marz mars marzo",
    "april apr avril abril", "may mai mayo", "june jun juni juin junio", "july jul juli juillet julio",
    "august aug aout agosto", "september sep sept septembre septiembre", "october oct oktober okt octobre octubre",
    "november nov novembre noviembre", "december dec dezember dez decembre diciembre",
)  # fmt: skip
MONTHS = {name: month for month, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
WORDS_LIKE_MONTHS = frozenset(("may", "march", "mar"))
_WEEKDAY_NAMES = (
    "monday mon montag lundi lunes", "tuesday tue tues dienstag mardi martes",
    "wednesday wed mittwoch mercredi miercoles", "thursday thu thur thurs donnerstag jeudi jueves",
    "friday fri freitag vendredi viernes", "saturday sat samstag samedi sabado", "sunday sun sonntag dimanche domingo",
)  # fmt: skip
WEEKDAYS = {name: day for day, names in enumerate(_WEEKDAY_NAMES) for name in names.split()}
# Every word that a date in words may begin with, without accents; besides numerals.
CALENDAR_WORDS = frozenset((*MONTHS, *WEEKDAYS, *(f"{day}s" for day in WEEKDAYS), "q1", "q2", "q3", "q4"))
ABBREVIATED_WEEKDAYS = frozenset(["mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun"])

CURRENCY_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB"}
CURRENCY_CODES = frozenset(
    """
    usd eur gbp jpy chf cad aud nzd cny inr krw rub sek nok dkk pln czk huf brl mxn sgd hkd zar try
    """.split()
)
CURRENCY_WORDS = {
    "dollar": "USD", "dollars": "USD", "buck": "USD", "bucks": "USD", "euro": "EUR", "euros": "EUR", "yen": "JPY",
    "yuan": "CNY", "rupee": "INR", "rupees": "INR", "franken": "CHF", "dólares": "USD", "pence": "pence",
    "cent": "cent", "cents": "cent",
}  # fmt: skip
# Every word that money or a number may begin with, besides numerals.
QUANTITY_WORDS = CURRENCY_CODES | {"us", "u.s.", "minus", "quarter"}

# The letters of the Roman numerals that are read, with their values.
ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}

# Words that are a time on their own, in minutes of the day.
CLOCK_WORDS = {"noon": 720, "midday": 720, "midnight": 0}

VALUE_WORDS = NUMERAL_WORDS | CALENDAR_WORDS | QUANTITY_WORDS | CLOCK_WORDS.keys()


@lru_cache(maxsize=1 << 16)
def may_begin_value(word: str) -> bool:
    """Say whether a value may begin with this word; nearly all words are passed over."""
    plain = without_accents(word.casefold()).removesuffix("'s")
    return plain in VALUE_WORDS or word.casefold() in VALUE_WORDS or ROMAN.keys() >= set(word)
