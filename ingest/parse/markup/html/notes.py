"""Footnotes and endnotes of a page: which links refer to one, and which element is the note.

A reference is a link to an element of the same document whose text is a mark (a number, a letter, a sign), and that is
raised, has the role of a reference, or points to an identifier that such notes have (fn1, cite_note-1, _ftn1,
sdfootnote1sym). The note is the block that is or has the target. What links back to a reference is not read.

Not covered: a block that has several notes (lines apart by line breaks) stays where it is; a number in brackets without
a link is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from selectolax.lexbor import LexborNode

_MARK = re.compile(
    r"[\[(]?\s*(\d{1,4}|[a-z]{1,2}|[ivxlc]{1,6}|[*†‡§¶#]{1,4}|(?:note|nb) \d{1,3})\s*[\])]?", re.IGNORECASE
)
_NOTE_ID = re.compile(r"(?:^|[_\W])(?:s?d?(?:foot|end)?note|fn|ftn|edn|cite_note)s?[-_:.\d]", re.IGNORECASE)
_NOTE_CLASS = re.compile(r"(?:foot|end)?note-?(?:ref|anchor|link|anc)|noteref|\bfn\b", re.IGNORECASE)
_INLINE = frozenset("a abbr b big cite code em font i label s small span strong sub sup u".split())
_NOTE_BLOCKS = frozenset("li p div aside dd tr table section footnote blockquote".split())
_NO_NOTE = "h1, h2, h3, h4, h5, h6, article, main"


@dataclass(frozen=True, slots=True)
class Note:
    """A note: its mark, and the elements that it consists of."""

    mark: str
    body: LexborNode


@dataclass(slots=True)
class Notes:
    """The notes of a document. Keys are identities of nodes (`mem_id`)."""

    references: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    """The links that refer to a note: the mark, and the identity of the note's body if it is moved."""
    bodies: dict[int, Note] = field(default_factory=dict)
    """The notes that are not placed yet."""
    moved: frozenset[int] = frozenset()
    """The bodies that are read at their references, not in their own places."""
    dropped: set[int] = field(default_factory=set)
    """What is not read: links back, and labels of notes."""


def find_notes(pages: Mapping[str, LexborNode]) -> Notes:
    """Return the notes of a document of one or more pages, by their paths."""
    targets = {name: node for path, root in pages.items() for name, node in _targets(path, root)}
    found = [
        (link, mark, target) for path, root in pages.items() for link, mark, target in _candidates(path, root, targets)
    ]
    return _resolve(found)


def _targets(path: str, root: LexborNode) -> Iterator[tuple[str, LexborNode]]:
    for node in root.css("[id], a[name]"):
        attributes = node.attributes
        for name in {attributes.get("id"), attributes.get("name") if node.tag == "a" else None}:
            if name:
                yield f"{path}#{name}", node


def _candidates(
    path: str, root: LexborNode, targets: Mapping[str, LexborNode]
) -> Iterator[tuple[LexborNode, str, LexborNode]]:
    for link in root.css("a[href*='#']"):
        mark = _MARK.fullmatch(link.text().strip())
        target = targets.get(_resolved(path, link.attributes.get("href") or ""))
        if mark and target is not None and _refers(link):
            yield link, mark.group(1), target


def _resolved(path: str, href: str) -> str:
    page, _, fragment = href.strip().partition("#")
    return f"{normpath(join(dirname(path), unquote(page))) if page else path}#{unquote(fragment)}"


def _refers(link: LexborNode) -> bool:
    attributes = link.attributes
    kind = f"{attributes.get('role') or ''} {attributes.get('epub:type') or ''} {attributes.get('type') or ''}"
    if "back" in f"{kind} {attributes.get('class') or ''}":
        return False
    if "noteref" in kind or _NOTE_CLASS.search(attributes.get("class") or ""):
        return True
    fragment = (attributes.get("href") or "").partition("#")[2]
    return bool(_NOTE_ID.search(fragment)) or _is_raised(link)


def _is_raised(link: LexborNode) -> bool:
    if link.css_first("sup") is not None:
        return True
    node = link.parent
    while node is not None and node.tag in _INLINE:
        if node.tag == "sup":
            return True
        node = node.parent
    return False


def _resolve(found: list[tuple[LexborNode, str, LexborNode]]) -> Notes:
    """Decide in document order: of two links to each other, the first is the reference and the second links back."""
    notes = Notes()
    returns: set[int] = set()
    owners: dict[int, int] = {}
    shared: set[int] = set()
    for link, mark, target in found:
        if link.mem_id in returns:
            continue
        body = _body(link, target)
        notes.references[link.mem_id] = (mark, body.mem_id if body else None)
        around = _around(link)
        if body is None:
            continue
        if owners.setdefault(body.mem_id, target.mem_id) != target.mem_id:
            shared.add(body.mem_id)
        notes.bodies.setdefault(body.mem_id, Note(mark, body))
        returns |= {back.mem_id for back in body.css("a[href*='#']") if _names(back) & around}
        labels = _labels(body, target)
        returns |= {back.mem_id for label in labels for back in label.css("a[href*='#']")}
        notes.dropped |= {label.mem_id for label in labels}
    for key in shared:
        del notes.bodies[key]
    notes.dropped |= returns
    notes.moved = frozenset(notes.bodies)
    return notes


def _names(link: LexborNode) -> set[str]:
    return {unquote((link.attributes.get("href") or "").partition("#")[2])}


def _around(link: LexborNode) -> set[str]:
    """Return the identifiers at a reference, to which its note links back."""
    names = {link.attributes.get("id"), link.attributes.get("name")}
    names |= {child.attributes.get("id") for child in link.css("[id]")}
    node: LexborNode | None = link
    for _ in range(4):
        for near in (node, node.prev if node is not None else None):
            if near is not None and near.tag in _INLINE:
                names |= {near.attributes.get("id"), near.attributes.get("name")}
        if node is None or node.tag not in _INLINE:
            break
        node = node.parent
    return {name for name in names if name}


def _body(link: LexborNode, target: LexborNode) -> LexborNode | None:
    """Return the block that is the note, if it can be moved: it has neither the reference nor headings."""
    node: LexborNode | None = target
    while node is not None and node.tag in _INLINE:
        node = node.parent
    if node is not None and node.tag == "td":
        node = node.parent
    if node is not None and node.tag == "dt":
        node = _next_element(node)
    if node is None or node.tag not in _NOTE_BLOCKS or node.css_first(_NO_NOTE) is not None:
        return None
    above: LexborNode | None = link
    while above is not None:
        if above.mem_id == node.mem_id:
            return None
        above = above.parent
    return node


def _next_element(node: LexborNode) -> LexborNode | None:
    following = node.next
    while following is not None and following.tag != "dd":
        if following.is_element_node:
            return None
        following = following.next
    return following


def _labels(body: LexborNode, target: LexborNode) -> list[LexborNode]:
    """Return what repeats the mark of a note or links back as a whole: labels, lists of back-links."""
    labels = body.css(".mw-cite-backlink, .label, .fn-backref, .footnote-backref, .footnote-back, [role=doc-backlink]")
    term: LexborNode | None = target
    while term is not None and term.tag in _INLINE:
        term = term.parent
    if body.tag == "dd" and term is not None and term.tag == "dt":
        labels.append(term)
    return labels
