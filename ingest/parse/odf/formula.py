"""Formulas (MathML) as one line of text: (a+b)/2, x^2, a_(i+1), √(x).

Not covered: accents and bars over characters, which follow them.
"""

from __future__ import annotations

import re

from ingest.parse.odf.names import Node
from ingest.parse.shared.xml_tree import local_name

_WORD_END = re.compile(r"[^\W\d_]{2}$")


def formula(node: Node) -> str:
    """Return the text of a formula, or of a part of one."""
    parts = [inner for inner in node if isinstance(inner.tag, str)]
    match local_name(node), parts:
        case (("annotation" | "annotation-xml" | "mphantom"), _):
            return ""
        case "mfrac", [above, below]:
            return f"{_group(above)}/{_group(below)}"
        case (("msup" | "mover"), [base, raised]):
            return f"{formula(base)}^{_group(raised)}"
        case (("msub" | "munder"), [base, lowered]):
            return f"{formula(base)}_{_group(lowered)}"
        case (("msubsup" | "munderover"), [base, lowered, raised]):
            return f"{formula(base)}_{_group(lowered)}^{_group(raised)}"
        case "msqrt", _:
            return f"√{_bracketed(_all(parts))}"
        case "mroot", [base, degree]:
            return f"{formula(degree)}√{_group(base)}"
        case "mtable", _:
            return "; ".join(formula(row) for row in parts)
        case "mtr", _:
            return " ".join(formula(cell) for cell in parts)
        case _, []:
            return " ".join((node.text or "").split())
    return _all(parts)


def _all(parts: list[Node]) -> str:
    """Return parts beside each other. A word is set apart from letters: "if a", but "2ab"."""
    line = ""
    for text in (formula(part) for part in parts):
        is_word = len(text) > 1 and text.isalpha()
        apart = line[-1:].isalpha() and (is_word or _WORD_END.search(line)) and text[:1].isalpha()
        line += f" {text}" if apart else text
    return line


def _group(node: Node) -> str:
    return _bracketed(formula(node))


def _bracketed(text: str) -> str:
    """Return a part of a formula, in brackets when it has more than one sign or number."""
    return text if len(text) < 2 or text.isalnum() or text.replace(".", "", 1).isdecimal() else f"({text})"
