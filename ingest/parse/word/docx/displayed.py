"""Reduce the tree of a part to what Word displays: accepted changes, one of two alternatives, results of fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from ingest.parse.ooxml.names import attribute, child, descendants, is_on, qualified, tag
from ingest.parse.shared.compose import PAGE_NUMBER
from ingest.parse.shared.left_out import Tally
from ingest.parse.word.fields import CONTENTS, PAGE_FIELDS

_MARKS = frozenset({"w:rPr", "w:trPr", "w:tcPr", "w:numPr", "m:ctrlPr"})
_TEXT = ("w:t", "a:t", "m:t")


@dataclass(slots=True)
class _Field:
    """A field between its begin and end: indexes among the children of runs."""

    begin: int
    separate: int | None = None
    instruction: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return _field_name("".join(self.instruction))


def reduce(root: etree._Element, tally: Tally, *, running: bool = False) -> None:
    """Remove from a tree what is not displayed. `running`: it is a header or footer, whose page numbers are marked."""
    _choose_alternatives(root)
    _accept_changes(root)
    _remove_contents_controls(root, tally)
    _reduce_fields(root, tally, running)
    _reduce_simple_fields(root, tally, running)


def is_deleted(properties: etree._Element | None) -> bool:
    """Say whether the mark of a paragraph or row with these properties is deleted or moved away."""
    return child(properties, "w:del") is not None or child(properties, "w:moveFrom") is not None


def _choose_alternatives(root: etree._Element) -> None:
    for alternatives in list(descendants(root, "mc:AlternateContent")):
        choices = [element for element in alternatives if tag(element) == "mc:Choice"]
        fallbacks = [element for element in alternatives if tag(element) == "mc:Fallback"]
        ranked = [*choices, *fallbacks]
        shown = next((element for element in ranked if _has_text(element)), ranked[0] if ranked else None)
        for element in ranked:
            if element is not shown:
                alternatives.remove(element)


def _has_text(element: etree._Element) -> bool:
    return any(text.text and text.text.strip() for text in descendants(element, *_TEXT))


def _accept_changes(root: etree._Element) -> None:
    for element in list(descendants(root, "w:del", "w:moveFrom")):
        parent = element.getparent()
        if parent is not None and tag(parent) not in _MARKS:
            parent.remove(element)
    for row in list(descendants(root, "w:tr")):
        if is_deleted(child(row, "w:trPr")):
            _remove(row)
    for cell in list(descendants(root, "w:tc")):
        if child(cell, "w:tcPr", "w:cellDel") is not None:
            _remove(cell)


def _remove_contents_controls(root: etree._Element, tally: Tally) -> None:
    """Remove the content controls that hold a table of contents with its heading."""
    for control in list(descendants(root, "w:sdt")):
        gallery = attribute(child(control, "w:sdtPr", "w:docPartObj", "w:docPartGallery"))
        if gallery == "Table of Contents":
            tally[CONTENTS["TOC"]] += 1
            _remove(control)


def _reduce_fields(root: etree._Element, tally: Tally, running: bool) -> None:
    if next(descendants(root, "w:fldChar"), None) is None:
        return
    leaves = [leaf for run in descendants(root, "w:r") for leaf in run]
    # Text boxes have runs within a run: the order of the document counts.
    order = {element: index for index, element in enumerate(root.iter())}
    leaves.sort(key=order.__getitem__)
    for begin, separate, end, name in _complete_fields(leaves):
        hidden = range(begin, end + 1) if separate is None or name in CONTENTS else range(begin, separate + 1)
        if name in CONTENTS:
            tally[CONTENTS[name]] += 1
        elif running and name in PAGE_FIELDS:
            _mark(leaves[begin])
            hidden = range(begin + 1, end + 1)
        elif shown := _form_value(leaves[begin]):
            _write(leaves[begin], shown)
            hidden = range(begin + 1, end + 1)
        for index in hidden:
            _remove(leaves[index])


def _complete_fields(leaves: list[etree._Element]) -> Iterator[tuple[int, int | None, int, str]]:
    """Return begin, separator, end and name of each field that has an end, inner fields first."""
    open_fields: list[_Field] = []
    for index, leaf in enumerate(leaves):
        match tag(leaf), attribute(leaf, "w:fldCharType"):
            case "w:fldChar", "begin":
                open_fields.append(_Field(index))
            case "w:fldChar", "separate" if open_fields:
                open_fields[-1].separate = index
            case "w:fldChar", "end" if open_fields:
                closed = open_fields.pop()
                yield closed.begin, closed.separate, index, closed.name
            case "w:instrText", _ if open_fields and open_fields[-1].separate is None:
                open_fields[-1].instruction.append(leaf.text or "")


def _reduce_simple_fields(root: etree._Element, tally: Tally, running: bool) -> None:
    for simple in list(descendants(root, "w:fldSimple")):
        name = _field_name(attribute(simple, "w:instr"))
        if name in CONTENTS:
            tally[CONTENTS[name]] += 1
            _remove(simple)
        elif running and name in PAGE_FIELDS:
            _replace_content(simple, PAGE_NUMBER)
    for page_number in list(descendants(root, "w:pgNum")):
        _mark(page_number)


def _field_name(instruction: str) -> str:
    words = instruction.split(None, 1)
    return words[0].upper() if words else ""


def _form_value(begin: etree._Element) -> str:
    """Return what the old form fields display that have no result: a box, or the chosen entry of a list."""
    data = child(begin, "w:ffData")
    if (box := child(data, "w:checkBox")) is not None:
        state = child(box, "w:checked")
        return "☒" if is_on(state if state is not None else child(box, "w:default")) else "☐"
    if (entries := child(data, "w:ddList")) is not None:
        chosen = attribute(child(entries, "w:result")) or attribute(child(entries, "w:default")) or "0"
        values = [attribute(entry) for entry in descendants(entries, "w:listEntry")]
        return values[int(chosen)] if chosen.isdigit() and int(chosen) < len(values) else ""
    return ""


def _mark(element: etree._Element) -> None:
    _write(element, PAGE_NUMBER)


def _write(element: etree._Element, text: str) -> None:
    """Turn a child of a run into text."""
    for inner in list(element):
        element.remove(inner)
    element.tag, element.text = qualified("w:t"), text


def _replace_content(simple: etree._Element, text: str) -> None:
    for inner in list(simple):
        simple.remove(inner)
    run = etree.SubElement(simple, qualified("w:r"))
    etree.SubElement(run, qualified("w:t")).text = text


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def remove_all(elements: Iterable[etree._Element]) -> None:
    """Remove elements from their tree."""
    for element in elements:
        _remove(element)
