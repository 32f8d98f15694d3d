"""Texts and numbers as the parts of an Excel workbook write them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from ingest.parse.inline import Position, join_runs
from ingest.parse.shared.xml_tree import local_name

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SHIFTS: Mapping[str, Position] = {"superscript": "super", "subscript": "sub"}


def string_of(item: etree._Element) -> str:
    """Return the text of a shared or inline string, without the phonetic reading of East Asian words."""
    runs: list[tuple[str, Position]] = []
    for child in item:
        match local_name(child):
            case "t":
                runs.append((child.text or "", ""))
            case "r":
                align = next((one.get("val", "") for one in child.iterfind("{*}rPr/{*}vertAlign")), "")
                runs.append(("".join(one.text or "" for one in child.iterfind("{*}t")), _SHIFTS.get(align, "")))
    return unescaped(join_runs(runs))


def unescaped(text: str) -> str:
    """Return the text with the characters that XML cannot contain (22.9.2.19, ST_Xstring): _x000D_ is a line end."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def number_of(value: str | None) -> int:
    """Return a whole number that is written in an attribute; a number that no index reaches if it is none."""
    return int(value) if value and value.isdecimal() and len(value) < 10 else 10**9
