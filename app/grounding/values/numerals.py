"""A numeral, in digits or in words, becomes the exact numbers that it may stand for.

Digits: grouped (1,500,000; 48 000; in German, French and Spanish 1.500), decimals (2.50; ½; in those languages 3,5),
scales (1.5 million, 11k), fractions (1/3, two thirds, half a million, two and a half), versions (1.2.3), codes (0815),
ordinals (3rd, third). Words: cardinals and ordinals by rule, below a trillion, in the language of the text. Numbers are
`int` or `Fraction`, never floats: 0.1 is exactly 1/10. Not covered: numerals of other scripts, powers (10⁶), years in
words, and Roman numerals outside of "Chapter IV" (see `quantities`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from app.grounding.lexicon.lexicon import Language, ValueWords, lexicon_of
from app.grounding.lexicon.opposites import UNIT_SIZES
from app.grounding.lexicon.value_words import CURRENCY_CODES, GLUED_SCALES
from app.grounding.text.keys import Number
from app.grounding.text.normalise import NO_BREAK_SPACE, SUPERSCRIPT_DIGITS, VULGAR_FRACTIONS
from app.grounding.text.scan import Kind
from app.grounding.text.tokens import Token

# Beyond this a digit string is an identifier: it is compared digit by digit, which keeps the time linear.
_MOST_DIGITS = 40
_MOST_GROUPS = 5
_LONGEST_WORD = 80
_ORDINAL_SUFFIXES = frozenset("st nd rd th er re e eme ieme".split())
_SEPARATORS = re.compile(rf"[.,'{NO_BREAK_SPACE}]")
_ENGLISH = re.compile(rf"\d{{1,3}}(?:([,'{NO_BREAK_SPACE}])\d{{3}}(?:\1\d{{3}})*)(?:\.\d+)?|\d*\.\d+")
_CONTINENTAL = re.compile(rf"\d{{1,3}}(?:[.{NO_BREAK_SPACE}]\d{{3}})+(?:,\d+)?|\d+,\d+")
_POINTED = re.compile(r"\d+\.\d+")
_GROUP = re.compile(r"\d{3}(?:,\d+)?")
_NEAR = frozenset(("", " ", "  ", "\n", "-", " - ", NO_BREAK_SPACE))

Reading = tuple[Number, ...]
Amount = int | Fraction


class Sentence:
    """The tokens of a sentence of `text`, as the readers of values look at them.

    `words` are the tokens in small letters, without accents, possessive and elision; `kinds` what they look like. Both
    have entries for nothing at their ends, so that positions just outside of the sentence can be looked at.
    """

    def __init__(self, text: str, tokens: Sequence[Token], language: Language) -> None:
        self.text, self.tokens, self.language = text, tokens, language
        self.listed: ValueWords = lexicon_of(language).values
        self.words = [*[token.lexeme.plain for token in tokens], "", "", "", "", ""]
        self.kinds: list[Kind | None] = [*[token.kind for token in tokens], None, None, None, None, None]

    def gap(self, position: int) -> str:
        """Return the text between the tokens `position - 1` and `position`, "|" where there is no such pair."""
        return gap(self.text, self.tokens, position)

    def is_near(self, position: int) -> bool:
        """Say whether nothing but a space, a hyphen or a wrapped line is before a token."""
        return gap(self.text, self.tokens, position) in _NEAR

    def is_unit(self, position: int) -> bool:
        """Say whether a token is a unit or a scale ("hour", "million") and near the one before it."""
        if not 0 < position < len(self.tokens) or not self.is_near(position):
            return False
        return self.words[position] in self.listed.scales or self.tokens[position].lexeme.aligned in UNIT_SIZES


def gap(text: str, tokens: Sequence[Token], position: int) -> str:
    """Return the text between the tokens `position - 1` and `position`, "|" where there is no such pair."""
    if not 0 < position < len(tokens):
        return "|"
    return text[tokens[position - 1].end : tokens[position].start]


class Numeral(NamedTuple):
    """The numbers of the tokens up to `last`: any one of `readings` must be stated in full to state the numeral.

    `extra` are numbers that it also supports; `ordinal` marks 3rd and third; `vague` marks words that are numbers only
    at times ("second"); `digits` says that it is written in digits; `scale` is that of its scale word.
    """

    last: int
    readings: tuple[Reading, ...]
    extra: Reading = ()
    ordinal: bool = False
    vague: bool = False
    digits: bool = True
    scale: int = 1


def read_numeral(sentence: Sentence, position: int) -> Numeral | None:
    """Return the numeral that begins at a token, or None where none does."""
    kind = sentence.kinds[position]
    if kind is Kind.NUMBER:
        return _in_digits(sentence, position)
    return _in_words(sentence, position) if kind is Kind.WORD or kind is Kind.ACRONYM else None


def _in_digits(sentence: Sentence, position: int) -> Numeral:
    surface, last = sentence.tokens[position].text, position + 1
    readings, extra = _digit_readings(surface, sentence.language != "en")
    between, after = sentence.gap(last), sentence.words[last]
    if between == "":
        if after in _ORDINAL_SUFFIXES or after == "s":
            return Numeral(last + 1, readings, extra, ordinal=after != "s")
        if after in GLUED_SCALES:
            scaled = _scaled(readings, GLUED_SCALES[after])
            return Numeral(last + 1, scaled + readings if len(after) == 1 else scaled, extra)
    if between == "/" and surface.isdecimal() and after.isdecimal() and 0 < int(surface) < int(after) <= 10:
        return Numeral(last + 1, ((Fraction(int(surface), int(after)),),))
    if is_version(sentence, position):
        return Numeral(last, ((surface,),), () if surface.endswith("0") else readings[0])
    if between == " " and len(surface) <= 3 and (end := _groups_end(sentence, last)) > last and surface.isdecimal():
        parts = [token.text for token in sentence.tokens[position:end]]
        grouped = _digit_readings("".join(parts), True)[0][0]
        return Numeral(end, (grouped, tuple(number for part in parts for number in _digit_readings(part, True)[0][0])))
    half = _half_after(sentence, last)
    if half > last and isinstance(readings[0][0], int):
        readings, last = ((readings[0][0] + Fraction(1, 2),),), half
    scale, last = _read_scale(sentence, last)
    return Numeral(last, _scaled(readings, scale), extra, scale=scale)


def is_version(sentence: Sentence, position: int) -> bool:
    """Say whether a number is compared as it is written: "v2.0", "version 2.0", "Python 3.10", not "Load 3.10 t"."""
    words, listed, before, behind = sentence.words, sentence.listed, position - 1, position + 1
    if not _POINTED.fullmatch(words[position]):
        return False
    if sentence.kinds[before] is Kind.VERSION or words[before] in listed.versions:
        return True
    if sentence.language != "en" or sentence.kinds[before] is not Kind.WORD or sentence.gap(position) != " ":
        return False
    is_measured = (
        sentence.kinds[behind] is Kind.SYMBOL or (words[behind],) in listed.percent or sentence.is_unit(behind)
    )
    is_money = words[before] in CURRENCY_CODES or words[behind] in listed.currencies
    named = sentence.tokens[before]
    return named.text[0].isupper() and named.lexeme.content and not is_measured and not is_money


def _groups_end(sentence: Sentence, position: int) -> int:
    """Return the position after the groups of "48 000"; more groups than a trillion has are a row of numbers."""
    end = position
    while end < position + _MOST_GROUPS and sentence.gap(end) == " " and _GROUP.fullmatch(sentence.words[end]):
        end += 1
        if "," in sentence.words[end - 1]:
            return position if sentence.language == "en" else end
    return end if end < position + _MOST_GROUPS else position


@lru_cache(maxsize=1 << 12)
def _digit_readings(surface: str, continental: bool) -> tuple[tuple[Reading, ...], Reading]:
    """Return the readings of one digit token, and the numbers that it supports besides."""
    written, surface = surface, surface.rstrip(SUPERSCRIPT_DIGITS)
    if surface == "10" != written:
        return ((written,),), ()
    if len(surface) > _MOST_DIGITS or (surface.isdecimal() and surface[0] == "0" and len(surface) > 2):
        return ((surface,),), ()  # an area code, a serial number
    if surface.isdecimal():
        return ((int(surface),),), ()
    if surface[-1] in VULGAR_FRACTIONS:
        part = Fraction(unicodedata.normalize("NFKC", surface[-1]).replace("⁄", "/"))
        return ((int(surface[:-1] or 0) + part,),), ()
    parts: Reading = tuple(int(part) for part in _SEPARATORS.split(surface) if part)
    readings: list[Reading] = []
    if _CONTINENTAL.fullmatch(surface) and (continental or surface.count(".") * surface.count(",")):
        readings.append((reduced(Fraction(re.sub(rf"[.{NO_BREAK_SPACE}]", "", surface).replace(",", "."))),))
    if _ENGLISH.fullmatch(surface):
        readings.append((reduced(Fraction(re.sub(rf"[,'{NO_BREAK_SPACE}]", "", surface))),))
    if "." in surface and "," not in surface:
        readings.append((surface,))  # a context may have it as a version
    return tuple(dict.fromkeys(readings or [parts])), parts if "," in surface else ()


def _in_words(sentence: Sentence, position: int) -> Numeral | None:
    """Read "seven hundred and fifty", "two thirds", "a dozen", "twenty-second", "half a million"."""
    listed, word = sentence.listed, sentence.words[position]
    number, last, ordinal = _run_of_words(sentence, position)
    denominator = listed.denominators.get(sentence.words[last]) if last == position or sentence.is_near(last) else None
    if word in listed.halves:
        number, last = Fraction(1, 2), position + 1
        last += sentence.words[last] in listed.articles and sentence.is_unit(last + 1)
        if sentence.language != "en" and not sentence.is_unit(last):
            return None
    elif last > position:
        if denominator and not ordinal and number < denominator:
            number, last = Fraction(number) / denominator, last + 1
        elif (half := _half_after(sentence, last)) > last:
            number, last = number + Fraction(1, 2), half
    elif sentence.words[position - 1] in listed.articles and (denominator or word in listed.scales):
        number, last = 1 / Fraction(denominator) if denominator else listed.scales[word], position + 1
    else:
        return None
    scale, last = _read_scale(sentence, last)
    vague = last == position + 1 and word in listed.vague
    return Numeral(last, ((reduced(number * scale),),), ordinal=ordinal, vague=vague, digits=False)


def _half_after(sentence: Sentence, position: int) -> int:
    """Return the position after "and a half", "et demi", "y medio"; `position` where there is none."""
    words, listed = sentence.words, sentence.listed
    at = position + 1 + (words[position + 1] in listed.articles)
    is_half = words[position] in listed.joiners and words[at] in listed.halves
    return at + 1 if is_half and (at > position + 1 or sentence.language != "en") else position


def _run_of_words(sentence: Sentence, position: int) -> tuple[Amount, int, bool]:
    """Return the value of a run of number words, the token after it, and whether its last word is an ordinal."""
    total: Amount = 0
    current: Amount = 0
    last, listed, words = position, sentence.listed, sentence.words
    while last == position or sentence.is_near(last):
        at = last
        if current and words[at] in listed.joiners and current % listed.joined_after == 0 and sentence.is_near(at + 1):
            at += 1
        word = words[at]
        number = _number_word(word, sentence.language)
        if number is None and at > position and word in listed.parts:
            number = listed.parts[word], False
        is_scale = word in listed.scales
        if number is None or (is_scale and not current and word not in listed.cardinals):
            break
        value, is_ordinal = number
        summed = _plus(total, current, value, is_scale, listed)
        if summed is None:
            break
        (total, current), last = summed, at + 1
        if is_ordinal:
            return total + current, last, True
    return total + current, last, False


@lru_cache(maxsize=1 << 12)
def _number_word(word: str, language: Language) -> tuple[Amount, bool] | None:
    """Return what a number word is worth and whether it is an ordinal: "twenty", "million", "fünfundzwanzigste"."""
    listed = lexicon_of(language).values
    if word in listed.scales:
        return listed.scales[word], False
    if word in listed.ordinals and word not in listed.cardinals:
        return listed.ordinals[word], True
    if word in listed.parts or len(word) > _LONGEST_WORD:
        return None
    number = _compound(word, listed)
    if number is not None:
        return number, False
    for ending in filter(word.endswith, listed.ordinal_endings):
        stem = word.removesuffix(ending)
        number = next((n for n in (_compound(stem, listed), _compound(f"{stem}e", listed)) if n is not None), None)
        if stem and number is not None:
            return number, True
    return None


def _compound(word: str, listed: ValueWords) -> Amount | None:
    """Return the value of a number that is written as one word: "fünf", "zweihundertfünfundzwanzig"."""
    number = listed.cardinals.get(word, listed.parts.get(word))
    if number is not None:
        return number
    for glue, factor in listed.glues.items():
        head, found, tail = word.partition(glue)
        if found:
            before = _compound(head, listed) if head else factor > 1
            after = _compound(tail, listed) if tail else 0
            return None if before is None or after is None else before * factor + after
    return None


def _plus(
    total: Amount, current: Amount, value: Amount, is_scale: bool, listed: ValueWords
) -> tuple[Amount, Amount] | None:
    """Add a number word to the thousands and millions before it and to what follows them.

    None where it begins another number: "twenty five" is one number, "five twenty" are two.
    """
    if is_scale and value >= 1000:
        return (total + (current or 1) * value, 0) if total % (value * 1000) == 0 else None
    if is_scale and 0 < current < 100:
        return total, current * value
    if listed.scores and value == 20 and current % 100 == 4:  # quatre-vingt
        return total, current + 76
    fits = current % 100 == 0 and (value < 100 or not current)
    fits = fits or (current % 10 == 0 and value < (20 if listed.scores else 10))  # soixante-dix
    return (total, current + value) if fits and (value or not total + current) else None


def _read_scale(sentence: Sentence, position: int) -> tuple[int, int]:
    """Return the product of the scale words from a token on ("hundred thousand"), and the token after."""
    scale, scales = 1, sentence.listed.scales
    while sentence.words[position] in scales and sentence.is_near(position) and scale <= 10**15:
        scale *= int(scales[sentence.words[position]])
        position += 1
    return scale, position


def _scaled(readings: tuple[Reading, ...], scale: int) -> tuple[Reading, ...]:
    """Multiply the last number of each reading: "3,5 million" is 3 and 5,000,000 if it is a list."""
    if scale == 1:
        return readings
    numbers = [(reading[:-1], reading[-1]) for reading in readings if not isinstance(reading[-1], str)]
    return tuple((*before, reduced(last * scale)) for before, last in numbers) or readings


def reduced(number: Amount) -> Amount:
    """Return an integer where a fraction is one."""
    return number.numerator if number.denominator == 1 else number
