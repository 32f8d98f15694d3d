"""Characters inside a line: what is only typography, superscripts, subscripts and reference marks.

A raised digit is a power (10^6), part of a unit (m²) or a reference to a note. As plain digits the three would read
"106", "m2" and, after "25", "251": a wrong number that nobody could recognise. A power after a number is written with a
caret, one after a unit or a symbol with Unicode's own superscripts, and a reference as `[^1]`, Markdown's notation
for footnotes, which cannot become part of a number or be taken for a citation.

Not covered: mathematical markup (MathML, OMML beyond its text).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Literal, TypeAlias

Position: TypeAlias = Literal["", "super", "sub"]
"""Where a run is: on the line, raised or lowered."""

# Soft hyphen, zero-width space, word joiner, invisible operators of formulas, byte order mark, object replacement: they
# are not displayed.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\u2062-\u2064\ufeff\ufffc\x00-\x08\x0e-\x1f\x7f]")
# U+2061 stands between a function and its argument, which are displayed apart: sin x.
_BLANKS = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u2061\u3000\x0b\x0c\x85\u2028\u2029]")

_SUPERSCRIPTS = str.maketrans("0123456789+-\u2212\u2013", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
_SUBSCRIPTS = str.maketrans("0123456789+-\u2212\u2013", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋")
_DEGREES = frozenset("°∘")
_TEMPERATURE = re.compile(r"\s?[CF](?![^\W_])")
_TRADE_MARKS = {"tm": "™", "sm": "℠", "r": "®", "®": "®", "™": "™", "©": "©"}

_RAISED = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_CHARGE = re.compile(r"\d?[+\-\u2212\u2013]")
# The beginning of a fraction whose numerator is raised, or all of which is.
_FRACTION = re.compile(r"\d{1,3}[/\u2044]")
_ELEMENT = re.compile(r"[A-Z][a-z]?(?![a-z])")
# An exponent of several parts: -kt, n+1, 1/2.
_TERM = re.compile(
    r"[+\-\u2212\u2013]?\d*[a-z]\w*(?:[+\-\u2212\u2013/]\w+)+|[+\-\u2212\u2013]\d*[a-z]\w*|\d+/\d+", re.IGNORECASE
)
_CENTS = re.compile(r"\d\d")
_PRICE = re.compile(r"[$€£]\d[\d,]*$")
_ROMAN = re.compile(r"[IVXLC]+")
_POWER = re.compile(r"[+\-\u2212\u2013]?\d+|[a-z](?:[+\-\u2212]\d+)?", re.IGNORECASE)
_EXPONENT = re.compile(r"[+\-\u2212\u2013]?[\w.]+")
_REFERENCE = re.compile(
    r"[\[(]?(?:\d{1,3}(?:\s*[,;\u2013-]\s*\d{1,3})*|[a-z]|[ivx]{1,5}|[*†‡§¶#]{1,3})[\]).]?", re.IGNORECASE
)
_UNITS = frozenset(
    "m km dm cm mm µm μm nm pm ft in yd mi s ms µs h min d kg g mg L l mL ml ha Hz kHz MHz GHz V kV A mA W kW MW K C N "
    "kN Pa kPa MPa J kJ mol cd lm lx T Wb F H S Ω rad sr eV px inch inches feet".split()
)
# The end of a line that `power` or `subscript` wrote.
_MARKED = re.compile(r"[^\s_^](?:\^[+\-\u2212\u2013]?|_)[^\W_]+$")
_WORD = re.compile(r"[^\W\d_]+$")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*$")
# A product of one or two symbols after a sign with blanks around it: E = mc.
_OPERAND = re.compile("[=+\u00d7\u00b7\u2212]\\s+[\\d½¼¾]*[^\\W\\d_½¼¾]{1,2}$")
_FORMULA = re.compile("[=^+*/\u00d7\u00b7\u2212<>]")


def clean(text: str) -> str:
    """Return the text with one kind of blank, hyphen and line end, and without characters that are not displayed.

    No-break blanks become blanks, the no-break hyphen becomes "-". Joiners (U+200C, U+200D) stay: they are spelling.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2011", "-")
    return _INVISIBLE.sub("", _BLANKS.sub(" ", text))


def join_runs(runs: Iterable[tuple[str, Position]]) -> str:
    """Return the text of a paragraph from its runs, each with its position."""
    merged = [
        (position, "".join(text for text, _ in group)) for position, group in groupby(runs, key=lambda run: run[1])
    ]
    line = ""
    for index, (position, text) in enumerate(merged):
        after = merged[index + 1][1] if index + 1 < len(merged) else ""
        line += apart(line, _positioned(line, text, position, after))
    return line


def apart(before: str, text: str) -> str:
    """Return text that follows an exponent or an index, with a blank where the two would read as one: 10^6 cells."""
    return f" {text}" if _MARKED.search(before) and text[:1].isalnum() else text


def note_mark(mark: str) -> str:
    """Return the reference to a note."""
    return f"[^{mark.strip()}]"


def superscript(before: str, raised: str, after: str = "") -> str:
    """Return how to write raised text between `before` and `after`, the text of the same line on its two sides.

    Where a raised digit could be a power or a reference mark, it is a power after 10, 2, e, a unit, a single letter or
    a bracket, within a formula, and with a sign; otherwise it is a reference. A raised 1 is a reference except in a
    formula.
    """
    raised = raised.strip()
    if not raised:
        return ""
    word = (_WORD.search(before) or [""])[0]
    number = (_NUMBER.search(before) or [""])[0]
    token = before.rsplit(None, 1)[-1] if before and not before[-1].isspace() else ""
    if (sign := _sign(before, raised, word, number, after)) is not None:
        return sign
    if _is_ending(raised, word, number):
        return raised
    if (number or len(word) == 1 or token.endswith(")")) and _TERM.fullmatch(raised):
        return power(before, raised)
    if _POWER.fullmatch(raised) and _is_power(before, token, word, number, raised, after):
        return f"^{raised}" if number or not _is_digits(raised) else raised.translate(_SUPERSCRIPTS)
    if _REFERENCE.fullmatch(raised):
        return note_mark(raised.strip("()[].")) or raised
    # Raised words: a remark.
    return raised if not token or not token[-1].isalnum() else f" {raised}"


def power(before: str, raised: str) -> str:
    """Return how to write text that is known to be an exponent of `before`: x², 10^6, e^(−kt)."""
    if _is_digits(raised) and before and not before[-1].isdigit():
        return raised.translate(_SUPERSCRIPTS)
    if not raised:
        return ""
    if raised in _DEGREES:
        return "°"
    return f"^{raised}" if _EXPONENT.fullmatch(raised) else f"^({raised})"


def subscript(before: str, lowered: str) -> str:
    """Return how to write lowered text after `before`: H₂O, x_max."""
    lowered = lowered.strip()
    if _is_digits(lowered):
        return lowered.translate(_SUBSCRIPTS)
    return f"_{lowered}" if lowered and before and before[-1].isalnum() else lowered


def _positioned(before: str, text: str, position: Position, after: str) -> str:
    """Return a run as it is written after `before`; blanks at its ends stay where they are."""
    written = text.strip()
    if not position or not written:
        return text
    start = text.index(written)
    lead, trail = text[:start], text[start + len(written) :]
    raised = subscript(before + lead, written) if position == "sub" else superscript(before + lead, written, after)
    return f"{lead}{raised}{trail}"


def _sign(before: str, raised: str, word: str, number: str, after: str) -> str | None:
    """Return what is no power and no reference; else None.

    A degree, a trade mark, the charge of an ion, a fraction, the mass of an isotope, cents.
    """
    if raised in _DEGREES or (raised in ("o", "0") and _TEMPERATURE.match(after) and _NUMBER.search(before.rstrip())):
        return "°"
    if (word or number) and raised.casefold() in _TRADE_MARKS:
        return _TRADE_MARKS[raised.casefold()]
    if word and _CHARGE.fullmatch(raised):
        return raised.translate(_SUPERSCRIPTS)
    if not word and raised[0].isdigit() and _FRACTION.match(raised + after):
        return (" " if number else "") + (raised if "/" in raised else raised.translate(_SUPERSCRIPTS))
    if not word and not number and raised.isdigit() and len(raised) > 1 and _ELEMENT.match(after):
        return raised.translate(_SUPERSCRIPTS)
    if number and _CENTS.fullmatch(raised) and _PRICE.search(before):
        return f".{raised}"
    return None


def _is_ending(raised: str, word: str, number: str) -> bool:
    """Say whether raised letters end a number or an abbreviation: 21st, 1er, XIXe, Mme."""
    if number and raised.isalpha():
        return len(raised) > 1 or raised.casefold() in "eoaºª"
    if len(word) > 1 and _ROMAN.fullmatch(word):
        return raised in ("e", "er", "ème", "o", "a")
    if word in ("n", "N") and raised == "o":
        return True
    return len(word) == 1 and len(raised) > 1 and raised.isalpha()


def _is_power(before: str, token: str, word: str, number: str, raised: str, after: str) -> bool:
    if not token:
        return False
    signed = not raised[0].isalnum()
    follows = after.lstrip()[:1]
    in_formula = signed or bool(_FORMULA.search(token)) or bool(follows and _FORMULA.match(follows))
    if number:
        base = re.split(r"[.,]", number)[-1]
        return in_formula or (base in ("10", "2") and raised != "1")
    if word:
        in_formula = signed or bool(_FORMULA.search(token)) or any(char in _RAISED for char in token)
        if raised.isdigit():
            is_symbol = word in _UNITS or len(word) == 1 or bool(_OPERAND.search(before))
            return in_formula or (raised != "1" and is_symbol)
        return in_formula or (len(word) == 1 and word not in "aAI")
    return token[-1] in ")]|"


def _is_digits(text: str) -> bool:
    return bool(re.fullmatch("[+\\-\u2212\u2013]?\\d+[+\\-\u2212]?", text))
