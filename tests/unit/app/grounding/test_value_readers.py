"""A number or a date that is written in any supported way is read as what it is."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grounding.text.language import Language
from app.grounding.text.tokens import tokenise
from app.grounding.values.quantities import read_values
from app.grounding.values.values import Value
from testing.properties import tried

examples = tried(200)
LANGUAGES: list[Language] = ["en", "de", "fr", "es"]
NUMBERS = st.one_of(st.integers(2, 120), st.integers(2, 999_999))

ONES = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
    "dix-huit dix-neuf",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis "
    "veintisiete veintiocho veintinueve",
}
TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "fr": "vingt trente quarante cinquante soixante soixante quatre-vingt quatre-vingt",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
}
SPANISH_HUNDREDS = (
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
).split()
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}


def below_hundred(number: int, language: Language) -> str:
    ones, tens = ONES[language].split(), TENS[language].split()
    if number < len(ones):
        return ones[number]
    ten, rest = tens[number // 10 - 2], number % 10
    if language == "fr" and number // 10 in (7, 9):
        rest += 10
    if not rest:
        return ten + "s" * (language == "fr" and number == 80)
    if language == "de":
        return f"{'ein' if rest == 1 else ones[rest]}und{ten}"
    if language == "es":
        return f"{ten} y {ones[rest]}"
    return f"{ten} et {ones[rest]}" if language == "fr" and rest in (1, 11) and number < 80 else f"{ten}-{ones[rest]}"


def in_words(number: int, language: Language) -> str:
    """Write a number below a million in words."""
    if number >= 1000:
        thousands, rest = divmod(number, 1000)
        before = "" if thousands == 1 and language in ("fr", "es") else in_words(thousands, language)
        if language == "de":
            before = before.removesuffix("s") if thousands % 100 == 1 else before
            return f"{before}tausend{in_words(rest, language) if rest else ''}"
        before = before.removesuffix("s") if language == "fr" and thousands % 100 in (0, 80) else before
        thousand = {"en": "thousand", "fr": "mille", "es": "mil"}[language]
        return " ".join(filter(None, (before, thousand, in_words(rest, language) if rest else "")))
    if number < 100:
        return below_hundred(number, language)
    hundreds, rest = divmod(number, 100)
    after = below_hundred(rest, language) if rest else ""
    if language == "en":
        return f"{ONES['en'].split()[hundreds]} hundred{' and ' if rest else ''}{after}"
    if language == "de":
        return f"{'ein' if hundreds == 1 else ONES['de'].split()[hundreds]}hundert{after}"
    if language == "es":
        return f"{SPANISH_HUNDREDS[hundreds - 1]} {after}" if rest or hundreds > 1 else "cien"
    before = "" if hundreds == 1 else f"{ONES['fr'].split()[hundreds]} "
    return f"{before}cent{'s' if hundreds > 1 and not rest else ''} {after}".rstrip()


def values_in(text: str, language: Language) -> list[Value]:
    return read_values(text, tokenise(text, 0, len(text), language), language)


def grouped(number: Fraction, language: Language) -> str:
    """Write a number with two decimals in the manner of a language."""
    whole, cents = divmod(int(number * 100), 100)
    written = f"{whole:,}"
    separator = {"en": ",", "de": ".", "fr": " ", "es": "."}[language]
    return f"{written.replace(',', separator)}{'.' if language == 'en' else ','}{cents:02}"


@pytest.mark.parametrize("language", LANGUAGES)
@examples
@given(number=NUMBERS)
def test_a_number_in_words_is_read_as_the_number(language: Language, number: int) -> None:
    words = in_words(number, language).rstrip()
    values = values_in(f"x {words} x", language)
    assert [(value.amount, value.start, value.end) for value in values] == [(Fraction(number), 2, 2 + len(words))]


@pytest.mark.parametrize("language", LANGUAGES)
@examples
@given(cents=st.integers(100_000, 99_999_999))
def test_a_grouped_decimal_is_read_as_the_number(language: Language, cents: int) -> None:
    written = grouped(Fraction(cents, 100), language)
    values = values_in(f"x {written} x", language)
    assert len(values) == 1
    assert ("number", values[0].amount) in values[0].offers
    assert any(key[-1] == Fraction(cents, 100) for keys in values[0].claims for key in keys)


@pytest.mark.parametrize("language", LANGUAGES)
@examples
@given(day=st.dates(date(1000, 1, 1), date(2999, 12, 31)))
def test_a_date_is_read_as_the_day_in_each_way_of_writing_it(language: Language, day: date) -> None:
    month = MONTHS[language].split()[day.month - 1]
    ways = [day.isoformat(), f"{day.day}.{day.month}.{day.year}"]
    ways += {
        "en": [f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}", f"{month} {day.day} , {day.year}"],
        "de": [f"{day.day}. {month} {day.year}", f"{day:%d/%m/%Y}"],
        "fr": [f"{'1er' if day.day == 1 else day.day} {month} {day.year}", f"{day:%d/%m/%Y}"],
        "es": [f"{day.day} de {month} de {day.year}", f"{day:%d/%m/%Y}"],
    }[language]
    for way in ways:
        values = values_in(f"x {way} x", language)
        assert [value.kind for value in values] == ["date"], way
        assert values[0].claims[0] == (("date", day.year, day.month, day.day),)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("two and a half days", Fraction(5, 2)),
        ("2 and a half days", Fraction(5, 2)),
        ("half a million people", 500_000),
        ("one and a half million people", 1_500_000),
        ("half an hour", Fraction(1, 2)),
        ("a quarter of an hour", Fraction(1, 4)),
        ("three quarters of the way", Fraction(3, 4)),
        ("twenty - five apples", 25),
    ],
)
def test_fractions(text: str, number: Fraction) -> None:
    assert [value.amount for value in values_in(text, "en")] == [number]


@pytest.mark.parametrize(
    "text",
    [
        "Thus it ends.",
        "He sat on the sun deck.",
        "It may march on.",
        "Mars is red.",
    ],
)
def test_words_that_are_no_dates(text: str) -> None:
    assert values_in(text, "en") == []


@pytest.mark.parametrize("text", ["Theresa May spoke.", "Dec the hall.", "The Sun shines."])
def test_words_that_are_dates_only_at_times_claim_no_more_than_a_word(text: str) -> None:
    assert [value.vague for value in values_in(text, "en")] == [True]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("It opens in May and closes in Dec.", ["date", "date"]),
        ("Open Mon–Fri, 9:00 to 17:00.", ["date", "date", "time", "time"]),
        ("It was on Sat, 5 Mar 2024.", ["date", "date"]),
        ("Jan–Mar figures", ["date", "date"]),
    ],
)
def test_short_words_are_dates_where_the_place_says_so(text: str, kinds: list[str]) -> None:
    assert [value.kind for value in values_in(text, "en")] == kinds
