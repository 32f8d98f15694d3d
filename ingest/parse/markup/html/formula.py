"""Formulas of MathML as one line of text: x^2, (a+b)/2, √(x).

Not covered: accents and bars over signs, and the alignment of matrices (their rows follow each other, divided by ";").
"""

from __future__ import annotations

from selectolax.lexbor import LexborNode

_DEEPEST = 60
_ANNOTATIONS = frozenset({"annotation", "annotation-xml"})


def formula(node: LexborNode, depth: int = 0) -> str:
    """Return the text of a formula, or of a part of one. Below 60 levels it is plain text."""
    if not node.is_element_node:
        return " ".join((node.text_content or "").split()) if node.tag == "-text" else ""
    if depth > _DEEPEST:
        return " ".join(node.text(separator=" ").split())
    parts = [formula(child, depth + 1) for child in node.iter(include_text=True) if child.tag not in _ANNOTATIONS]
    parts = [part for part in parts if part]
    match node.tag, len(parts):
        case (("msup" | "mover"), 2):
            return f"{parts[0]}^{_group(parts[1])}"
        case (("msub" | "munder"), 2):
            return f"{parts[0]}_{_group(parts[1])}"
        case (("msubsup" | "munderover"), 3):
            return f"{parts[0]}_{_group(parts[1])}^{_group(parts[2])}"
        case "mfrac", 2:
            return f"{_group(parts[0])}/{_group(parts[1])}"
        case "mroot", 2:
            return f"{parts[1]}√{_group(parts[0])}"
        case "msqrt", _:
            return f"√{_group(''.join(parts))}"
        case "mtable", _:
            return "; ".join(parts)
        case "mtr", _:
            return " ".join(parts)
        case "mo", 1 if len(parts[0]) > 1 and parts[0].isalpha():
            return f" {parts[0]} "
    return "".join(parts)


def _group(text: str) -> str:
    """Return a part in brackets when it has more than one sign."""
    return text if len(text) < 2 or text.isalnum() or text.replace(".", "", 1).isdecimal() else f"({text})"
