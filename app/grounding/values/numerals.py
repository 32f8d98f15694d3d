"""A numeral, in digits or in words, becomes the exact numbers that it may stand for.

Digits: grouped (1,500,000; 48 000; in German, French and Spanish 1.500), decimals (2.50; ½; in those languages 3,5),
scales (1.5 million, 11k, 2 dozen), fractions (1/3, two thirds, a quarter), versions (1.2.3), ordinals (3rd, third).
Words: English cardinals and ordinals below a trillion; German, French and Spanish up to twenty and the tens.
Numbers are `int` or `Fraction`, never floats: 0.1 is exactly 1/10. Not covered: numerals of other scripts and
Roman numerals outside of "Chapter IV" (see `quantities`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from app.grounding.lexicon.value_words import CARDINALS, DENOMINATORS, GLUED_SCALES, ORDINALS, SCALES, VAGUE_NUMERALS
from app.grounding.text.keys import Number
from app.grounding.text.language import Language
from app.grounding.text.normalise import NO_BREAK_SPACE, VULGAR_FRACTIONS, without_accents
from app.grounding.text.scan import Kind
from app.grounding.text.tokens import Token

# Beyond this a digit string is an identifier: it is compared digit by digit, which keeps the time linear.
_MOST_DIGITS = 40
_MOST_GROUPS = 5

_ORDINAL_SUFFIXES = frozenset(("st", "nd", "rd", "th"))
_GROUPED = re.compile(rf"\d{{1,3}}(?:(?:,\d{{3}})+|(?:'\d{{3}})+|(?:{NO_BREAK_SPACE}\d{{3}})+)(?:\.\d+)?")
_CONTINENTAL = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+,\d+")
_NEAR = frozenset(("", " ", "  ", "\n", "-", NO_BREAK_SPACE))
_VULGAR_FRACTIONS = frozenset(VULGAR_FRACTIONS)
_SEPARATORS = re.compile(rf"[.,'{NO_BREAK_SPACE}]")


@dataclass(frozen=True, slots=True)
class Numeral:
    """The numbers of the tokens [first, last): any one of `readings` must be carried in full to carry the numeral.

    `extra` are numbers that it also supports; `ordinal` marks 3rd and third; `vague` marks words like "one" or
    "second" that are numbers only at times; `digits` says that it is written in digits; `scale` is that of its scale
    word.
    """

    last: int
    readings: tuple[tuple[Number, ...], ...]
    extra: tuple[Number, ...] = ()
    ordinal: bool = False
    vague: bool = False
    digits: bool = True
    scale: int = 1


def gap(text: str, tokens: Sequence[Token], position: int) -> str:
    """Return what stands between the tokens `position - 1` and `position`, "|" where there is no such pair."""
    if not 0 < position < len(tokens):
        return "|"
    return text[tokens[position - 1].end : tokens[position].start]


def is_near(text: str, tokens: Sequence[Token], position: int) -> bool:
    """Say whether only a space, a hyphen, a wrapped line or nothing stands before token `position`."""
    return gap(text, tokens, position) in _NEAR


def folded(tokens: Sequence[Token], position: int) -> str:
    """Return the case-folded text of a token, "" beyond the last one."""
    return tokens[position].lexeme.folded if 0 <= position < len(tokens) else ""


def read_numeral(text: str, tokens: Sequence[Token], position: int, language: Language) -> Numeral | None:
    """Return the numeral that begins at token `position`, or None where none does."""
    token = tokens[position]
    if token.kind is Kind.NUMBER:
        return _in_digits(text, tokens, position, language)
    if token.kind is Kind.WORD:
        return _in_words(text, tokens, position)
    return None


def _in_digits(text: str, tokens: Sequence[Token], position: int, language: Language) -> Numeral:
    surface = tokens[position].text
    last = position + 1
    readings, extra = _digit_readings(surface, language)
    after = folded(tokens, last)
    if surface.isdecimal() and after in _VULGAR_FRACTIONS and gap(text, tokens, last) == " ":
        return Numeral(last + 1, ((_vulgar(after) + int(surface),),))
    if after in _ORDINAL_SUFFIXES and gap(text, tokens, last) == "":
        return Numeral(last + 1, readings, extra, ordinal=True)
    if after in ("s", "er") and gap(text, tokens, last) == "":
        return Numeral(last + 1, readings, extra)
    if after in GLUED_SCALES and gap(text, tokens, last) == "":
        scaled = _scaled(readings, GLUED_SCALES[after])
        return Numeral(last + 1, scaled + readings if after in ("m", "b", "k") else scaled, extra)
    if _is_slash_fraction(text, tokens, last):
        return Numeral(last + 1, ((Fraction(int(surface), int(tokens[last].text)),),))
    end = _spaced_groups_end(text, tokens, position)
    if end > last:
        parts = [int(tokens[place].text) for place in range(position, end)]
        grouped = int("".join(tokens[place].text for place in range(position, end)))
        return Numeral(end, ((grouped,), tuple(parts)))
    scale, last = _read_scale(text, tokens, last)
    return Numeral(last, _scaled(readings, scale), extra, scale=scale)


def _spaced_groups_end(text: str, tokens: Sequence[Token], position: int) -> int:
    """Return the position after the groups of "48 000"; more groups than a trillion has are a row of numbers."""
    end = position + 1
    if not re.fullmatch(r"\d{1,3}", tokens[position].text):
        return end
    while re.fullmatch(r"\d{3}", folded(tokens, end)) and gap(text, tokens, end) == " ":
        end += 1
        if end > position + _MOST_GROUPS:
            return position + 1
    return end


@lru_cache(maxsize=1 << 12)
def _digit_readings(surface: str, language: Language) -> tuple[tuple[tuple[Number, ...], ...], tuple[Number, ...]]:
    """Return the readings of one digit token, and the numbers that it supports besides."""
    if len(surface) > _MOST_DIGITS:
        return ((surface,),), ()
    if surface.isdecimal():
        return ((int(surface),),), ()
    if surface[-1] in VULGAR_FRACTIONS:
        whole = surface[:-1].strip()
        return ((_vulgar(surface[-1]) + (int(whole) if whole else 0),),), ()
    parts: tuple[Number, ...] = tuple(int(part) for part in _SEPARATORS.split(surface) if part)
    readings: list[tuple[Number, ...]] = []
    if _GROUPED.fullmatch(surface):
        readings.append((_exact(re.sub(rf"[,'{NO_BREAK_SPACE}]", "", surface)),))
    elif re.fullmatch(r"\d*\.\d+", surface):
        readings.append((_exact(surface),))
    elif surface.count(".") > 1 and "," not in surface:
        readings.append((surface,))
    elif re.fullmatch(r"\d+,\d+", surface):
        readings.extend([(_exact(surface.replace(",", ".")),), parts])
    else:
        readings.append(parts)
    if language != "en" and _CONTINENTAL.fullmatch(surface):
        readings.append((_exact(surface.replace(".", "").replace(",", ".")),))
    return tuple(readings), parts if "," in surface else ()


def _in_words(text: str, tokens: Sequence[Token], position: int) -> Numeral | None:
    """Read "seven hundred and fifty", "two thirds", "a dozen", "twenty-second", "half"."""
    word = folded(tokens, position)
    if word in ("a", "an"):
        if folded(tokens, position + 1) in ("quarter", "third", "fifth") and is_near(text, tokens, position + 1):
            return Numeral(position + 2, ((Fraction(1, DENOMINATORS[folded(tokens, position + 1)]),),), digits=False)
        scale, last = _read_scale(text, tokens, position + 1)
        return Numeral(last, ((scale,),), digits=False) if scale > 1 else None
    if word == "half":
        return Numeral(position + 1, ((Fraction(1, 2),),), digits=False)
    if word in ORDINALS and word not in VAGUE_NUMERALS:
        return Numeral(position + 1, ((ORDINALS[word],),), ordinal=True, digits=False)
    if word in ("hundred", "dozen"):
        return Numeral(position + 1, ((SCALES[word],),), digits=False)
    total, last, ordinal = _cardinal(text, tokens, position)
    if last == position:
        if word in VAGUE_NUMERALS:
            return Numeral(position + 1, ((VAGUE_NUMERALS[word],),), vague=True, digits=False)
        return None
    denominator = DENOMINATORS.get(folded(tokens, last))
    if denominator and not ordinal and total < denominator and is_near(text, tokens, last):
        return Numeral(last + 1, ((Fraction(total, denominator),),), digits=False)
    vague = last == position + 1 and word in VAGUE_NUMERALS
    return Numeral(last, ((total,),), ordinal=ordinal, vague=vague, digits=False)


def _cardinal(text: str, tokens: Sequence[Token], position: int) -> tuple[int, int, bool]:
    """Return the value of a run of number words, the token after it, and whether its last word is an ordinal."""
    total = current = 0
    last = position
    below = 10**15  # what may be added next: "twenty five" is 25, "five twenty" is two numbers
    while last < len(tokens) and (last == position or is_near(text, tokens, last)):
        word = without_accents(folded(tokens, last)) if not tokens[last].text.isascii() else folded(tokens, last)
        if word == "and" and current % 100 == 0 and current and _adds(text, tokens, last + 1):
            last += 1
            continue
        value = CARDINALS.get(folded(tokens, last))
        if value is not None and value < below and (value or last == position):
            current += value
            below = 10 if value >= 20 and value % 10 == 0 else 0
        elif word in ORDINALS and last > position and ORDINALS[word] < below:
            return total + current + ORDINALS[word], last + 1, True
        elif word in SCALES and current and (word not in ("hundred", "dozen") or current < 100):
            if SCALES[word] <= 100:
                current *= SCALES[word]
                below = 100
            else:
                total, current = total + current * SCALES[word], 0
                below = 1000
        else:
            break
        last += 1
    return total + current, last, False


def _adds(text: str, tokens: Sequence[Token], position: int) -> bool:
    return folded(tokens, position) in CARDINALS and is_near(text, tokens, position)


def _read_scale(text: str, tokens: Sequence[Token], position: int) -> tuple[int, int]:
    """Return the product of the scale words from token `position` on ("hundred thousand"), and the token after."""
    scale = 1
    while without_accents(folded(tokens, position)) in SCALES and is_near(text, tokens, position):
        scale *= SCALES[without_accents(folded(tokens, position))]
        position += 1
        if scale > 10**15:
            break
    return scale, position


def _scaled(readings: tuple[tuple[Number, ...], ...], scale: int) -> tuple[tuple[Number, ...], ...]:
    """Multiply the last number of each reading: "3,5 million" is 3 and 5,000,000 if it is a list."""
    if scale == 1:
        return readings
    return tuple((*reading[:-1], _times(reading[-1], scale)) for reading in readings)


def _times(number: Number, scale: int) -> Number:
    return number if isinstance(number, str) else _reduced(Fraction(number) * scale)


def _exact(decimal: str) -> Number:
    return _reduced(Fraction(decimal))


def _reduced(fraction: Fraction) -> Number:
    return fraction.numerator if fraction.denominator == 1 else fraction


def _vulgar(char: str) -> Fraction:
    """Return the value of a one-character fraction."""
    ninths = {"⅐": Fraction(1, 7), "⅑": Fraction(1, 9), "⅒": Fraction(1, 10), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3)}
    fifths = {char: Fraction(place + 1, 5) for place, char in enumerate("⅕⅖⅗⅘")}
    sixths = {"⅙": Fraction(1, 6), "⅚": Fraction(5, 6), "½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}
    eighths = {char: Fraction(place * 2 + 1, 8) for place, char in enumerate("⅛⅜⅝⅞")}
    return (ninths | fifths | sixths | eighths)[char]


def _is_slash_fraction(text: str, tokens: Sequence[Token], position: int) -> bool:
    """Say whether "/" and a denominator up to ten follow: 1/3 is a fraction, 23/24 and 24/7 are two numbers."""
    if position >= len(tokens) or gap(text, tokens, position) != "/":
        return False
    numerator, denominator = tokens[position - 1].text, tokens[position].text
    if not (numerator.isdecimal() and denominator.isdecimal() and len(numerator) + len(denominator) <= 3):
        return False
    return 0 < int(numerator) < int(denominator) <= 10
