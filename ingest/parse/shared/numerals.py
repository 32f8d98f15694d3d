"""Numbers of list items and notes as Office formats display them: 3, iii, C, ③, third.

The names of formats are those of Office Open XML (ST_NumberFormat). Letters repeat after z, as in Word: aa, bb.

Not covered: the scripts of Hebrew, Thai, Hindi, Korean and Arabic lists (written as decimals); ordinals and words of
other languages than English (also as decimals).
"""

from __future__ import annotations

import re
from collections.abc import Callable

# A custom format is given by its first numbers: "001, 002, 003, ...".
_PADDED = re.compile(r"0+1(?=,|$)")
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщыэюя"
_KATAKANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_CHICAGO = "*†‡§"
_IDEOGRAPHS = "〇一二三四五六七八九"
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_HIGHEST = 32767


def number(value: int, style: str) -> str:
    """Return a number in a format; one that the format does not have, or an unknown format, as a decimal."""
    if padded := _PADDED.match(style):
        return f"{value:0{len(padded[0])}d}"
    written = _STYLES.get(style, str)(value) if 0 < value <= _HIGHEST else ""
    return written or ("" if style == "none" else str(value))


def roman(value: int) -> str:
    """Return a number from 1 to 32,767 in lower-case Roman digits; else nothing."""
    if not 0 < value <= _HIGHEST:
        return ""
    digits = []
    for worth, digit in _ROMAN:
        digits.append(digit * (value // worth))
        value %= worth
    return "".join(digits)


def letters(value: int, alphabet: str = _LATIN) -> str:
    """Return the letter of a number; after the last one, letters are repeated: aa, bb, …"""
    times, index = divmod(value - 1, len(alphabet))
    return alphabet[index] * (times + 1)


def counting_letters(value: int) -> str:
    """Return a number in letters that count on after z: aa, ab, …"""
    written = ""
    while value > 0:
        value, index = divmod(value - 1, len(_LATIN))
        written = _LATIN[index] + written
    return written


def cardinal(value: int) -> str:
    """Return an English number word for a number below 1,000; else nothing."""
    if value < 20:
        return _ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    if value < 1000:
        hundreds, rest = divmod(value, 100)
        return f"{_ONES[hundreds]} hundred" + (f" {cardinal(rest)}" if rest else "")
    return ""


def ordinal_word(value: int) -> str:
    """Return an English ordinal word for a number below 1,000; else nothing."""
    word = cardinal(value)
    head, last = word[: -len(_last(word))] if word else "", _last(word)
    if last in _ORDINALS:
        return head + _ORDINALS[last]
    if last.endswith("y"):
        return f"{head}{last[:-1]}ieth"
    return f"{head}{last.replace('twelve', 'twelf')}th" if word else ""


def ordinal(value: int) -> str:
    """Return an English ordinal: 1st, 12th."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th") if value % 100 not in (11, 12, 13) else "th"
    return f"{value}{ending}"


def ideograph(value: int) -> str:
    """Return a number below 100 in Chinese and Japanese characters; else nothing."""
    tens, ones = divmod(value, 10)
    if tens > 9:
        return ""
    head = "" if not tens else ("十" if tens == 1 else f"{_IDEOGRAPHS[tens]}十")
    return head + (_IDEOGRAPHS[ones] if ones else "")


def _last(word: str) -> str:
    return word.replace("-", " ").split(" ")[-1]


def _enclosed(first: int, highest: int) -> Callable[[int], str]:
    return lambda value: chr(first + value - 1) if value <= highest else ""


def _nothing(_: int) -> str:
    return ""


_STYLES: dict[str, Callable[[int], str]] = {
    "none": _nothing,
    "decimalZero": lambda value: f"{value:02d}",
    "lowerRoman": roman,
    "upperRoman": lambda value: roman(value).upper(),
    "lowerLetter": letters,
    "upperLetter": lambda value: letters(value).upper(),
    "russianLower": lambda value: letters(value, _RUSSIAN),
    "russianUpper": lambda value: letters(value, _RUSSIAN).upper(),
    "aiueoFullWidth": lambda value: letters(value, _KATAKANA),
    "aiueo": lambda value: letters(value, _KATAKANA),
    "ordinal": ordinal,
    "cardinalText": lambda value: cardinal(value).capitalize(),
    "ordinalText": lambda value: ordinal_word(value).capitalize(),
    "chicago": lambda value: letters(value, _CHICAGO),
    "hex": lambda value: f"{value:X}",
    "numberInDash": lambda value: f"- {value} -",
    "decimalEnclosedCircle": _enclosed(0x2460, 20),
    "decimalEnclosedCircleChinese": _enclosed(0x2460, 20),
    "decimalEnclosedParen": _enclosed(0x2474, 20),
    "decimalEnclosedFullstop": _enclosed(0x2488, 20),
    "chineseCounting": ideograph,
    "chineseCountingThousand": ideograph,
    "japaneseCounting": ideograph,
    "ideographDigital": ideograph,
    "taiwaneseCounting": ideograph,
}
