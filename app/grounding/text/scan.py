"""A piece of normalised text becomes tokens: words, numerals, dates, codes, addresses, runs without spaces.

One regular expression reads from left to right; each alternative is bounded or possessive, so that the time is linear.
Underscores around words are Markdown's emphasis and no letters: "_not_" denies, and "_5 EUR_" is a price. Those inside
of a word, an address or a path remain.
"""

from __future__ import annotations

import re
from enum import Enum

from app.grounding.text.normalise import NO_BREAK_SPACE, SUPERSCRIPT_DIGITS, VULGAR_FRACTIONS


class Kind(Enum):
    """What a token looks like, before anything is known of its neighbours."""

    WORD = "word"
    ACRONYM = "acronym"  # letters with dots: U.S., Ph.D., p.m.
    CODE = "code"  # digits and letters in one: 2FA, 1920x1080
    DOTTED = "dotted"  # node.js, docs.example.org/start
    PATH = "path"  # /items, ~/notes.txt
    OPTION = "option"  # --dry-run
    URL = "url"
    EMAIL = "email"
    NUMBER = "number"
    CLOCK = "clock"  # 14:00, 17:30:00, 14h30
    DATE = "date"  # 2024-03-05, 2019-03, 5/3/2024, 5.3.2024
    SYMBOL = "symbol"  # currency, percent, #14
    VERSION = "version"  # the v of v2.1
    IDEOGRAPHS = "ideographs"  # Han and kana
    SPACELESS = "spaceless"  # Thai, Lao, Khmer, Burmese, Tibetan

    # Members are single objects. The hash of Enum, which is written in Python, shows in every look-up.
    __hash__ = object.__hash__


# Addresses: compared as a whole.
LINKS = frozenset((Kind.URL, Kind.EMAIL, Kind.PATH, Kind.DOTTED, Kind.OPTION))

_IDEOGRAPHS = r"\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_SPACELESS = r"\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff"
# Marks are not alphanumeric, yet belong to their word: combining, Hebrew, Arabic, and the scripts of India.
_MARKS = (
    r"\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0970-\u0dff"
)
_LETTER = rf"(?:[^\W\d{_IDEOGRAPHS}{_SPACELESS}{VULGAR_FRACTIONS}{SUPERSCRIPT_DIGITS}]|[{_MARKS}])"
_LETTER_OR_DIGIT = rf"(?:[^\W{_IDEOGRAPHS}{_SPACELESS}{VULGAR_FRACTIONS}]|[{_MARKS}])"
# Digits in superscript behind three letters are the mark of a note, and no part of the word; "m²" is a unit.
_NOTE_BEGINS = rf"(?!(?<=[^\W\d_]{{3}})[{SUPERSCRIPT_DIGITS}])"
# What may follow a numeral without a space and leave it a numeral: 3pm, 1st, 40kg, 1.2m, 3x, 1990s.
_GLUED = (
    "st|nd|rd|th|am|pm|a|p|k|m|b|bn|mn|mio|x|s|kg|g|mg|t|lb|lbs|oz|km|cm|mm|mi|ft|in|yd|l|ml|h|hr|hrs|min|mins|sec|"
    "secs|ms|d|w|wk|wks|mo|y|yr|yrs|kb|mb|gb|tb|kib|mib|gib|mph|kmh|kw|kwh|w|v|mhz|ghz|hz|c|f|eur|usd|gbp|px|pt|pct|er|e|ère|ème|eme|ième"
)

_TOKEN = re.compile(
    rf"""
    (?P<url>(?:https?|ftp)://[^\s\x00<>"'`|()\[\]{{}}\\^]+|www\.[^\s\x00<>"'`|()\[\]{{}}\\^]+)
  | (?P<email>[\w.+\-]{{1,64}}@[\w\-]{{1,63}}(?:\.[\w\-]{{1,63}})+)
  | (?P<option>(?<![\w\-])--[a-zA-Z][\w\-]*+)
  | (?P<path>(?<![\w.)/<*~])~?(?:/[\w.{{}}\-]*[\w}}])+)
  | (?P<date>(?<![\w.])(?:\d{{4}}-\d{{2}}(?:-\d{{2}})?(?![\d\-]|T\d)|\d{{4}}-\d{{2}}-\d{{2}}T(?=\d)
        |\d{{4}}/\d{{1,2}}/\d{{1,2}}(?!\d)|\d{{1,2}}/\d{{1,2}}/\d{{4}}(?!\d)|\d{{1,2}}\.\d{{1,2}}\.\d{{4}}(?!\d)))
  | (?P<clock>(?:(?<![\w:])|(?<=\dT))\d{{1,2}}(?::\d{{2}}(?::\d{{2}}(?:\.\d+)?)?(?![\d:])(?:Z\b)?|h\d{{2}}(?!\w)))
  | (?P<code>\d++(?!(?i:{_GLUED})(?!\w)|[{SUPERSCRIPT_DIGITS}]){_LETTER}(?:{_NOTE_BEGINS}{_LETTER_OR_DIGIT})*+)
  | (?P<number>\d*+[{VULGAR_FRACTIONS}]|\d++(?:[.,'{NO_BREAK_SPACE}]\d++)*+[{SUPERSCRIPT_DIGITS}]*+|(?<![\w.])\.\d++)
  | (?P<version>(?<!\w)[vV](?=\d++(?:\.\d++)*+(?!\w)))
  | (?P<acronym>(?:{_LETTER}{{1,2}}\.){{2,}}{_LETTER}?(?!\w))
  | (?P<dotted>{_LETTER}{_LETTER_OR_DIGIT}*+(?:\.{_LETTER_OR_DIGIT}++)++(?:/[\w./%\-]*[\w/])?)
  | (?P<word>{_LETTER}(?:{_NOTE_BEGINS}{_LETTER_OR_DIGIT}|'(?=\w))*+)
  | (?P<ideographs>[{_IDEOGRAPHS}]++)
  | (?P<spaceless>[{_SPACELESS}]++)
  | (?P<symbol>[$€£¥₹₩₽%‰°&≥≤<>]|\#(?=\d))
    """,
    re.VERBOSE,
)


_KINDS = {kind.value: kind for kind in Kind}
# What an underscore that is a part of an address, a path, an option or a name with dots has beside it.
_JOINED = r"\w/.@:=~$&?%+#\-"
_EMPHASIS = re.compile(rf"(?<![{_JOINED}])_++|(?<!_)_++(?:(?![{_JOINED}])|(?=[.:?]++(?!\w)))")
# Authors also write an underscore for each blank: "_does_not_". Other words joined so may be a name: "_my_option_".
_EMPHASISED_DENIAL = re.compile(rf"(?<![{_JOINED}])_[a-z]+_not(?:_[a-z]+)*+_(?![\w/])")


def scan(piece: str) -> list[tuple[Kind, int, int]]:
    """Return the tokens of a text as their kinds and half-open ranges, in order."""
    tokens = []
    for match in _TOKEN.finditer(_without_emphasis(piece) if "_" in piece else piece):
        kind = _KINDS[match.lastgroup or ""]
        end = match.end()
        if kind is Kind.URL:
            end = match.start() + len(match.group().rstrip(".,;:!?*_~"))
        tokens.append((kind, match.start(), end))
    return tokens


def _without_emphasis(piece: str) -> str:
    """Return the text with a blank for each underscore that marks emphasis, of the same length."""
    words = _EMPHASISED_DENIAL.sub(lambda match: match[0].replace("_", " "), piece)
    return _EMPHASIS.sub(lambda match: " " * len(match[0]), words)
