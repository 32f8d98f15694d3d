"""Characters of symbol fonts, which have no meaning without their font, as Unicode.

Sources: the Symbol encoding of Adobe's PDF Reference (annex D), and Unicode's proposal for Wingdings (L2/11-052).
"""

from __future__ import annotations

import re

_PRIVATE = re.compile("[\uf020-\uf0ff]")
_OFFSET = 0xF000

_SYMBOL_LOW = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
_SYMBOL_HIGH = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
_SYMBOL = dict(enumerate(_SYMBOL_LOW, 0x20)) | dict(enumerate(_SYMBOL_HIGH, 0xA0))
_WINGDINGS = {
    0x21: "✏", 0x22: "✂", 0x28: "☎", 0x29: "✆", 0x2A: "✉", 0x36: "⌛", 0x3F: "✍", 0x41: "✌", 0x43: "👍", 0x44: "👎",
    0x45: "☜", 0x46: "☞", 0x47: "☝", 0x48: "☟", 0x4A: "☺", 0x4B: "😐", 0x4C: "☹", 0x4E: "☠", 0x6C: "●", 0x6E: "■",
    0x6F: "□", 0x71: "❑", 0x72: "❒", 0x73: "⬧", 0x74: "⧫", 0x75: "◆", 0x76: "❖", 0x77: "⬥", 0x78: "⌧", 0x9E: "·",
    0x9F: "•", 0xA1: "○", 0xA7: "▪", 0xA8: "☐", 0xAB: "★", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓",
    0xE7: "⬅", 0xE8: "➔", 0xEF: "⇦", 0xF0: "⇨", 0xF1: "⇧", 0xF2: "⇩", 0xF3: "⬄", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒",
    0xFE: "☑",
}  # fmt: skip
_WINGDINGS |= {0x80 + number: chr(0x2460 + number - 1) for number in range(1, 11)} | {0x80: "⓪"}
_WINGDINGS |= {0x8B + number: chr(0x2776 + number - 1) for number in range(1, 11)} | {0x8B: "⓿"}
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x97: "●", 0xA2: "■", 0xA3: "☐"}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}


def symbol(code: str, font: str) -> str:
    """Return the character that `w:sym` displays; ornaments without a character in Unicode are left out."""
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    known = _FONTS.get(font.casefold())
    if known is not None:
        return known.get(value & 0xFF, "")
    if _PRIVATE.match(chr(value)):
        return chr(value - _OFFSET)
    return chr(value) if value >= 0x20 and not 0xD800 <= value < 0xE000 else ""


def decode_symbols(text: str, font: str) -> str:
    """Return text with the characters of a symbol font as Unicode."""
    known = _FONTS.get(font.casefold())
    if known is not None:
        return "".join(known.get(ord(char) & 0xFF, "") if _is_symbol(char) else char for char in text)
    return _PRIVATE.sub(lambda match: _SYMBOL.get(ord(match[0]) - _OFFSET, ""), text)


def _is_symbol(char: str) -> bool:
    return " " < char <= "\xff" or bool(_PRIVATE.match(char))
