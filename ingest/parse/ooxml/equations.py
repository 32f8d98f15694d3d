"""Write an equation (OMML) in one line: x^2, (a+b)/2, √(x), ∑_(i=1)^n x_i.

Not covered: the alignment of equation arrays and phantom elements.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from ingest.parse.inline import apart, power, subscript
from ingest.parse.ooxml.names import attribute, child, tag

_SIMPLE = re.compile(r"[\w.,°′]*|\([^()]*\)")


def equation(element: etree._Element) -> str:
    """Return the text of an equation or of a part of one."""
    if (write := _WRITERS.get(tag(element))) is not None:
        return write(element)
    if tag(element) in ("m:t", "w:t", "w:delText"):
        return element.text or ""
    line = ""
    for inner in element:
        if not tag(inner).endswith("Pr"):
            line += apart(line, equation(inner))
    return line


def _part(element: etree._Element, name: str) -> str:
    found = child(element, name)
    return equation(found).strip() if found is not None else ""


def _grouped(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def _fraction(element: etree._Element) -> str:
    return f"{_grouped(_part(element, 'm:num'))}/{_grouped(_part(element, 'm:den'))}"


def _raised(element: etree._Element) -> str:
    base = _part(element, "m:e")
    return base + power(base, _part(element, "m:sup"))


def _lowered(element: etree._Element) -> str:
    base = _part(element, "m:e")
    return base + _sub(base, _part(element, "m:sub"))


def _both(element: etree._Element) -> str:
    base = _part(element, "m:e")
    return base + _sub(base, _part(element, "m:sub")) + _sup(_part(element, "m:sup"))


def _before(element: etree._Element) -> str:
    return _sup(_part(element, "m:sup")) + _sub("x", _part(element, "m:sub")) + _part(element, "m:e")


def _sub(base: str, text: str) -> str:
    return subscript(base, text) if text.isdigit() or not text else f"_{_grouped(text)}"


def _sup(text: str) -> str:
    return f"^{_grouped(text)}" if text else ""


def _root(element: etree._Element) -> str:
    return f"{_sup(_part(element, 'm:deg')).removeprefix('^')}√{_grouped(_part(element, 'm:e'))}"


def _operator(element: etree._Element) -> str:
    """Write a sum, product or integral with its limits; an integral has no m:chr."""
    sign = child(element, "m:naryPr", "m:chr")
    lower, upper = _part(element, "m:sub"), _part(element, "m:sup")
    limits = (f"_{_grouped(lower)}" if lower else "") + _sup(upper)
    return f"{attribute(sign, 'm:val') if sign is not None else '∫'}{limits} {_part(element, 'm:e')}"


def _delimited(element: etree._Element) -> str:
    properties = child(element, "m:dPr")
    parts = [equation(inner).strip() for inner in element if tag(inner) == "m:e"]
    opening, between, closing = (
        attribute(found, "m:val") if (found := child(properties, name)) is not None else default
        for name, default in (("m:begChr", "("), ("m:sepChr", "|"), ("m:endChr", ")"))
    )
    return f"{opening}{between.join(parts)}{closing}"


def _function(element: etree._Element) -> str:
    return f"{_part(element, 'm:fName')} {_part(element, 'm:e')}"


def _limit(element: etree._Element) -> str:
    mark = "_" if tag(element) == "m:limLow" else "^"
    return f"{_part(element, 'm:e')}{mark}{_grouped(_part(element, 'm:lim'))}"


def _matrix(element: etree._Element) -> str:
    rows = [[equation(cell).strip() for cell in row if tag(cell) == "m:e"] for row in element if tag(row) == "m:mr"]
    return "; ".join(" ".join(row) for row in rows)


def _lines(element: etree._Element) -> str:
    return "\n".join(equation(inner).strip() for inner in element if tag(inner) == "m:e")


def _accented(element: etree._Element) -> str:
    """Write the accent as a combining character after the base, as Unicode does; without m:chr it is a circumflex."""
    sign = child(element, "m:accPr", "m:chr")
    return _part(element, "m:e") + (attribute(sign, "m:val") if sign is not None else "\u0302")


_WRITERS: dict[str, Callable[[etree._Element], str]] = {
    "m:f": _fraction,
    "m:sSup": _raised,
    "m:sSub": _lowered,
    "m:sSubSup": _both,
    "m:sPre": _before,
    "m:rad": _root,
    "m:nary": _operator,
    "m:d": _delimited,
    "m:func": _function,
    "m:limLow": _limit,
    "m:limUpp": _limit,
    "m:m": _matrix,
    "m:eqArr": _lines,
    "m:acc": _accented,
}
