"""Equations of Office (OMML) as one line of text: (a+b)/2, x^2, a_(i+1), √(x).

Not covered: matrices and stacks (their rows follow each other, divided by ";"), accents and bars over characters.
"""

from __future__ import annotations

from typing import Any, TypeAlias

Node: TypeAlias = Any
"""An element of lxml."""

_PROPERTIES = frozenset("rPr ctrlPr fPr sSupPr sSubPr sSubSupPr sPrePr radPr naryPr dPr mPr eqArrPr funcPr".split())


def equation(node: Node) -> str:
    """Return the text of an equation, or of a part of one."""
    match _name(node):
        case "t":
            return node.text or ""
        case "f":
            return f"{_group(node, 'num')}/{_group(node, 'den')}"
        case "sSup":
            return f"{_part(node, 'e')}^{_group(node, 'sup')}"
        case "sSub":
            return f"{_part(node, 'e')}_{_group(node, 'sub')}"
        case "sSubSup":
            return f"{_part(node, 'e')}_{_group(node, 'sub')}^{_group(node, 'sup')}"
        case "rad":
            return f"{_part(node, 'deg')}√{_group(node, 'e')}"
        case "nary":
            return _nary(node)
        case "d":
            return _delimited(node)
        case "m" | "eqArr" if _parts(node, "mr") or _name(node) == "eqArr":
            return "; ".join(equation(row) for row in _parts(node, "mr") or _parts(node, "e"))
        case "mr":
            return " ".join(equation(cell) for cell in _parts(node, "e"))
        case "func":
            return f"{_part(node, 'fName')} {_part(node, 'e')}"
        case name if name in _PROPERTIES or not name:
            return ""
    return _all(node)


def _nary(node: Node) -> str:
    lower, upper = (_group(node, name) for name in ("sub", "sup"))
    sign = _property(node, "naryPr", "chr", "∫")
    return sign + (f"_{lower}" if lower else "") + (f"^{upper}" if upper else "") + f" {_part(node, 'e')}"


def _delimited(node: Node) -> str:
    separator = _property(node, "dPr", "sepChr", "|")
    inner = separator.join(equation(part) for part in _parts(node, "e"))
    return f"{_property(node, 'dPr', 'begChr', '(')}{inner}{_property(node, 'dPr', 'endChr', ')')}"


def _group(node: Node, name: str) -> str:
    """Return a part of an equation, in brackets when it has more than one sign."""
    text = _part(node, name)
    return text if len(text) < 2 or text.isalnum() or text.replace(".", "", 1).isdecimal() else f"({text})"


def _part(node: Node, name: str) -> str:
    return "".join(equation(part) for part in _parts(node, name)).strip()


def _parts(node: Node, name: str) -> list[Node]:
    return [child for child in node if _name(child) == name]


def _all(node: Node) -> str:
    return "".join(equation(child) for child in node)


def _property(node: Node, properties: str, name: str, default: str) -> str:
    for found in node.iterfind(f"{{*}}{properties}/{{*}}{name}"):
        return next((str(value) for key, value in found.items() if key.rsplit("}", 1)[-1] == "val"), default)
    return default


def _name(node: Node) -> str:
    return node.tag.rsplit("}", 1)[-1] if isinstance(node.tag, str) else ""
