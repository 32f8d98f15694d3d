"""A numeral, in digits or in words, becomes the exact numbers that it may stand for.

Digits: grouped (1,500,000; 48 000; in German, French and Spanish 1.500), decimals (2.50; ½; in those languages 3,5),
scales (1.5 million, 11k, 2 dozen), powers (10⁶), fractions (1/3, two thirds, half a million, two and a half), versions
(1.2.3), codes (0815), ordinals (3rd, third). Words: cardinals and ordinals by rule, below a trillion, in English,
German, French and Spanish. Numbers are `int` or `Fraction`, never floats: 0.1 is exactly 1/10. Not covered: numerals of
other scripts, years in words, and Roman numerals outside of "Chapter IV" (see `quantities`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

from app.grounding.lexicon.lexicon import Language, ValueWords, value_words
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
_GROUPED = re.compile(rf"\d{{1,3}}(?:(?:,\d{{3}})+|(?:'\d{{3}})+|(?:{NO_BREAK_SPACE}\d{{3}})+)(?:\.\d+)?")
_CONTINENTAL = re.compile(rf"\d{{1,3}}(?:[.{NO_BREAK_SPACE}]\d{{3}})+(?:,\d+)?|\d+,\d+")
_NEAR = frozenset(("", " ", "  ", "\n", "-", " - ", NO_BREAK_SPACE))


@dataclass(frozen=True)
class Sentence:
    """The tokens of a sentence of `text`, as the readers of values look at them; beyond its ends there are no words."""

    text: str
    tokens: Sequence[Token]
    language: Language

    @cached_property
    def words(self) -> ValueWords:
        """The words for values in the language of the sentence."""
        return value_words(self.language)

    def word(self, position: int) -> str:
        """Return a token in small letters, without accents, possessive and elision; "" where there is none."""
        if not 0 <= position < len(self.tokens):
            return ""
        lexeme = self.tokens[position].lexeme
        return lexeme.keys[0] if lexeme.keys and lexeme.kind is not Kind.CODE else lexeme.folded

    def kind(self, position: int) -> Kind | None:
        """Return the kind of a token, None where there is none."""
        return self.tokens[position].kind if 0 <= position < len(self.tokens) else None

    def gap(self, position: int) -> str:
        """Return the text between the tokens `position - 1` and `position`, "|" where there is no such pair."""
        return gap(self.text, self.tokens, position)

    def is_near(self, position: int) -> bool:
        """Say whether nothing but a space, a hyphen or a wrapped line is before a token."""
        return self.gap(position) in _NEAR

    def is_unit(self, position: int) -> bool:
        """Say whether a token is a unit or a scale ("hour", "million") and near the one before it."""
        if not 0 < position < len(self.tokens) or not self.is_near(position):
            return False
        return self.word(position) in self.words.scales or self.tokens[position].lexeme.aligned in UNIT_SIZES


def gap(text: str, tokens: Sequence[Token], position: int) -> str:
    """Return the text between the tokens `position - 1` and `position`, "|" where there is no such pair."""
    if not 0 < position < len(tokens):
        return "|"
    return text[tokens[position - 1].end : tokens[position].start]


@dataclass(frozen=True, slots=True)
class Numeral:
    """The numbers of the tokens up to `last`: any one of `readings` must be carried in full to carry the numeral.

    `extra` are numbers that it also supports; `ordinal` marks 3rd and third; `vague` marks words that are numbers only
    at times ("second"); `digits` says that it is written in digits; `scale` is that of its scale word.
    """

    last: int
    readings: tuple[tuple[Number, ...], ...]
    extra: tuple[Number, ...] = ()
    ordinal: bool = False
    vague: bool = False
    digits: bool = True
    scale: int = 1


def read_numeral(sentence: Sentence, position: int) -> Numeral | None:
    """Return the numeral that begins at a token, or None where none does."""
    kind = sentence.kind(position)
    if kind is Kind.NUMBER:
        return _in_digits(sentence, position)
    return _in_words(sentence, position) if kind is Kind.WORD or kind is Kind.ACRONYM else None


def _in_digits(sentence: Sentence, position: int) -> Numeral:
    tokens = sentence.tokens
    surface = tokens[position].text
    last = position + 1
    readings, extra = _digit_readings(surface, sentence.language != "en")
    after, gap_after = sentence.word(last), sentence.gap(last)
    if surface.isdecimal() and after and after in VULGAR_FRACTIONS and gap_after == " ":
        return Numeral(last + 1, ((int(surface) + _vulgar(after),),))
    if gap_after == "" and (after in _ORDINAL_SUFFIXES or after == "s"):
        return Numeral(last + 1, readings, extra, ordinal=after != "s")
    if gap_after == "" and after in GLUED_SCALES:
        scaled = _scaled(readings, GLUED_SCALES[after])
        return Numeral(last + 1, scaled + readings if len(after) == 1 else scaled, extra)
    if gap_after == "/" and _is_fraction(surface, tokens[last].text):
        return Numeral(last + 1, ((Fraction(int(surface), int(tokens[last].text)),),))
    if is_version(sentence, position):
        return Numeral(last, ((surface,),), () if surface.endswith("0") else readings[0])
    end = _spaced_groups_end(sentence, position)
    if end > last:
        parts = [token.text for token in tokens[position:end]]
        grouped = _digit_readings("".join(parts), True)[0][-1 if "," in parts[-1] else 0]
        return Numeral(end, (grouped, tuple(number for part in parts for number in _digit_readings(part, True)[0][0])))
    half = _half_after(sentence, last)
    if half > last and isinstance(readings[0][0], int):
        readings, last = ((readings[0][0] + Fraction(1, 2),),), half
    scale, last = _read_scale(sentence, last)
    return Numeral(last, _scaled(readings, scale), extra, scale=scale)


def is_version(sentence: Sentence, position: int) -> bool:
    """Say whether a number is compared as it is written: "v2.0", "version 2.0", "Python 3.10", not "Load 3.10 t"."""
    before, behind, surface = position - 1, position + 1, sentence.tokens[position].text
    if not re.fullmatch(r"\d+\.\d+", surface):
        return False
    if sentence.kind(before) is Kind.VERSION or sentence.word(before) in sentence.words.versions:
        return True
    if sentence.kind(before) is not Kind.WORD or sentence.gap(position) != " " or sentence.is_unit(behind):
        return False
    if sentence.language != "en" and _CONTINENTAL.fullmatch(surface):
        return False
    is_money = sentence.word(before) in CURRENCY_CODES or sentence.word(behind) in sentence.words.currencies
    named = sentence.tokens[before]
    is_measured = is_money or sentence.kind(behind) is Kind.SYMBOL or (sentence.word(behind),) in sentence.words.percent
    return named.text[0].isupper() and named.lexeme.content and not is_measured


def _spaced_groups_end(sentence: Sentence, position: int) -> int:
    """Return the position after the groups of "48 000"; more groups than a trillion has are a row of numbers."""
    end = position + 1
    if not re.fullmatch(r"\d{1,3}", sentence.tokens[position].text):
        return end
    last_group = r"\d{3}" if sentence.language == "en" else r"\d{3}(?:,\d+)?"
    while sentence.gap(end) == " " and re.fullmatch(last_group, sentence.word(end)):
        end += 1
        if end > position + _MOST_GROUPS:
            return position + 1
        if "," in sentence.word(end - 1):
            break
    return end


@lru_cache(maxsize=1 << 12)
def _digit_readings(surface: str, continental: bool) -> tuple[tuple[tuple[Number, ...], ...], tuple[Number, ...]]:
    """Return the readings of one digit token, and the numbers that it supports besides."""
    bare = surface.rstrip(SUPERSCRIPT_DIGITS)
    if bare == "10" != surface:
        return ((10 ** min(int(unicodedata.normalize("NFKC", surface[2:])), _MOST_DIGITS),),), ()
    surface = bare
    if len(surface) > _MOST_DIGITS or (surface.isdecimal() and surface[0] == "0" and len(surface) > 2):
        return ((surface,),), ()  # an area code, a serial number
    if surface.isdecimal():
        return ((int(surface),),), ()
    if surface[-1] in VULGAR_FRACTIONS:
        return ((int(surface[:-1] or 0) + _vulgar(surface[-1]),),), ()
    parts: tuple[Number, ...] = tuple(int(part) for part in _SEPARATORS.split(surface) if part)
    extra = parts if "," in surface else ()
    readings: list[tuple[Number, ...]] = []
    if _CONTINENTAL.fullmatch(surface) and (continental or surface.count(".") * surface.count(",")):
        readings.append((reduced(Fraction(re.sub(rf"[.{NO_BREAK_SPACE}]", "", surface).replace(",", "."))),))
    if _GROUPED.fullmatch(surface):
        readings.append((reduced(Fraction(re.sub(rf"[,'{NO_BREAK_SPACE}]", "", surface))),))
    elif re.fullmatch(r"\d*\.\d+", surface):
        readings.extend([(reduced(Fraction(surface)),), (surface,)])  # a context may have it as a version
    elif surface.count(".") > 1 and "," not in surface:
        readings.append((surface,))
    elif not readings:
        readings.extend(
            [(reduced(Fraction(surface.replace(",", "."))),), parts] if re.fullmatch(r"\d+,\d+", surface) else [parts]
        )
    return tuple(dict.fromkeys(readings)), extra


def _in_words(sentence: Sentence, position: int) -> Numeral | None:
    """Read "seven hundred and fifty", "two thirds", "a dozen", "twenty-second", "half a million"."""
    words, word = sentence.words, sentence.word(position)
    if word in words.alone:
        return Numeral(position + 1, ((reduced(words.alone[word]),),), vague=word in words.vague, digits=False)
    number, last, ordinal = _cardinal(sentence, position)
    after_article = sentence.word(position - 1) in words.articles and sentence.is_near(position)
    denominator = words.denominators.get(sentence.word(last)) if sentence.is_near(last) or last == position else None
    if word in words.halves:
        last = _behind_article(sentence, position + 1)
        if last == position + 1 and sentence.language != "en" and not sentence.is_unit(last):
            return None
        number = Fraction(1, 2)
    elif last == position and after_article and (denominator or word in words.scales):
        number, last = 1 / denominator if denominator else words.scales[word], _behind_article(sentence, position + 1)
    elif last == position:
        return None
    elif denominator and not ordinal and number < denominator:
        number, last = number / denominator, _behind_article(sentence, last + 1)
    elif (half := _half_after(sentence, last)) > last:
        number, last = number + Fraction(1, 2), half
    scale, last = _read_scale(sentence, last)
    vague = last == position + 1 and word in words.vague
    return Numeral(last, ((reduced(number * scale),),), ordinal=ordinal, vague=vague, digits=False)


def _behind_article(sentence: Sentence, position: int) -> int:
    """Return the position of the unit or scale in "half an hour", "a quarter of a million"; `position` without one."""
    at = position + (sentence.word(position) in sentence.words.of)
    at += sentence.word(at) in sentence.words.articles
    return at if at > position and sentence.is_unit(at) else position


def _half_after(sentence: Sentence, position: int) -> int:
    """Return the position after "and a half", "et demi", "y medio"; `position` where there is none."""
    words = sentence.words
    if sentence.word(position) not in words.joiners:
        return position
    at = position + 1 + (sentence.word(position + 1) in words.articles)
    has_half = sentence.word(at) in words.halves and (at > position + 1 or sentence.language != "en")
    return at + 1 if has_half else position


@dataclass(frozen=True, slots=True)
class _NumberWord:
    value: Fraction
    scale: bool = False
    bare: bool = True  # a number without another before it: "cent", "hundred", but not "million"
    ordinal: bool = False


def _cardinal(sentence: Sentence, position: int) -> tuple[Fraction, int, bool]:
    """Return the value of a run of number words, the token after it, and whether its last word is an ordinal."""
    total = current = Fraction(0)
    last, words = position, sentence.words
    while last == position or sentence.is_near(last):
        at = last
        if at > position and sentence.word(at) in words.joiners and current and current % words.joined_after == 0:
            at += sentence.is_near(at + 1)
        word = sentence.word(at)
        read = (
            _number_word(word, sentence.language)
            if at == position or word not in words.parts
            else _NumberWord(words.parts[word])
        )
        summed = _plus(total, current, read, words) if read else None
        if read is None or summed is None:
            break
        (total, current), last = summed, at + 1
        if read.ordinal:
            return total + current, last, True
    return total + current, last, False


@lru_cache(maxsize=1 << 12)
def _number_word(word: str, language: Language) -> _NumberWord | None:
    """Return what a number word is worth: "twenty", "million", "fünfundzwanzigste"; None for other words."""
    words = value_words(language)
    if word in words.scales:
        return _NumberWord(words.scales[word], True, word in words.cardinals)
    if word in words.cardinals:
        return _NumberWord(words.cardinals[word])
    if word in words.ordinals:
        return _NumberWord(words.ordinals[word], ordinal=True)
    if len(word) > _LONGEST_WORD:
        return None
    if (value := _compound(word, language)) is not None:
        return _NumberWord(value)
    for ending in words.ordinal_endings:
        stem = word.removesuffix(ending)
        if stem != word:
            for base in (stem, f"{stem}e"):
                number = _number_word(base, language)
                if number and not number.ordinal:
                    return _NumberWord(number.value, ordinal=True)
    return None


def _compound(word: str, language: Language) -> Fraction | None:
    """Return the value of a number written as one word: "fünfundzwanzig", "zweieinhalb", "doscientos"."""
    words = value_words(language)
    parts = {**words.cardinals, **words.scales, **words.parts}
    if not words.parts or not word.startswith(tuple(parts)):
        return None
    pieces = re.findall("|".join(sorted((*parts, *words.ones_first), key=len, reverse=True)), word)
    if "".join(pieces) != word:
        return None
    for at in range(1, len(pieces) - 1):
        if pieces[at] in words.ones_first and parts.get(pieces[at + 1], 0) < 100:
            pieces[at - 1], pieces[at + 1] = pieces[at + 1], pieces[at - 1]
    total = current = Fraction(0)
    for piece in pieces:
        if piece in words.ones_first:
            continue
        is_scale = piece in words.scales or (piece in words.parts and parts[piece] == 100)
        summed = _plus(total, current, _NumberWord(parts[piece], is_scale), words)
        if summed is None:
            return None
        total, current = summed
    return total + current


def _plus(total: Fraction, current: Fraction, read: _NumberWord, words: ValueWords) -> tuple[Fraction, Fraction] | None:
    """Add a number word to the thousands and millions before it and to what follows them.

    None where it begins another number: "twenty five" is one number, "five twenty" are two.
    """
    value = read.value
    if read.scale and value >= 1000:
        if current:
            return (total + current * value, Fraction(0)) if total % (value * 1000) == 0 else None
        return (max(total, Fraction(1)) * value, Fraction(0)) if total < value and (total or read.bare) else None
    if read.scale and 1 <= current < 100:
        return total, current * value
    if read.scale and not read.bare:
        return None
    if value == 20 and words.scores and current % 100 == 4:
        return total, current + 76
    after = current % 100
    if words.scores and ((after in (60, 80) and 10 <= value < 20) or (after == 10 and 7 <= value < 10)):
        return total, current + value  # soixante-dix, dix-sept
    return (total, current + value) if value < _room(current) and (value or not total + current) else None


def _room(number: Fraction) -> float:
    """Return below which value a number word may be added to a number: 10 for twenty, 100 for three hundred."""
    if not number:
        return float("inf")
    if number % 100 == 10 or number.denominator > 1:
        return 1
    digits = str(number.numerator)
    return float(10 ** (len(digits) - len(digits.rstrip("0"))))


def _read_scale(sentence: Sentence, position: int) -> tuple[int, int]:
    """Return the product of the scale words from a token on ("hundred thousand"), and the token after."""
    scale = 1
    scales = sentence.words.scales
    while sentence.word(position) in scales and sentence.is_near(position) and scale <= 10**15:
        scale *= int(scales[sentence.word(position)])
        position += 1
    return scale, position


def _scaled(readings: tuple[tuple[Number, ...], ...], scale: int) -> tuple[tuple[Number, ...], ...]:
    """Multiply the last number of each reading: "3,5 million" is 3 and 5,000,000 if it is a list."""
    if scale == 1:
        return readings
    numbers = [(reading[:-1], reading[-1]) for reading in readings if not isinstance(reading[-1], str)]
    return tuple((*before, reduced(Fraction(last) * scale)) for before, last in numbers) or readings


def reduced(fraction: Fraction) -> int | Fraction:
    """Return an integer where a fraction is one."""
    return fraction.numerator if fraction.denominator == 1 else fraction


def _vulgar(char: str) -> Fraction:
    """Return the value of a one-character fraction."""
    return Fraction(unicodedata.normalize("NFKC", char).replace("⁄", "/"))


def _is_fraction(numerator: str, denominator: str) -> bool:
    """Say whether "/" makes a fraction: 1/3 is one, 23/24 and 24/7 are two numbers."""
    if not (numerator.isdecimal() and denominator.isdecimal() and len(numerator) + len(denominator) <= 3):
        return False
    return 0 < int(numerator) < int(denominator) <= 10
