"""A unit's text as it is shown: without markup that needs the rest of its document."""

from __future__ import annotations

import re

from app.grounding.text.citation_marker import NUMBERS
from core.text import without_note_marks

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|\A[^<]*?-->", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?")
_LINK = re.compile(r"\[([^\]\[]+)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+[\"'][^\"']*[\"'])?\s*\)(?:\{[^}]*\})?")
_REFERENCE = re.compile(r"\[([^\]\[]+)\]\[[^\]\[]*\]")
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|button|center|code|dd|del|details|div|dl|dt|em|figcaption|figure|font|h[1-6]|hr|i|iframe|img|"
    r"input|ins|kbd|li|mark|nobr|ol|p|picture|pre|q|s|section|small|source|span|strike|strong|sub|summary|sup|svg|table|"
    r"tbody|td|th|thead|tr|u|ul|video|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
"""Of HTML. Other names in angle brackets are the author's words: "replace <name> by yours"."""
_BREAK = re.compile(r"</?(?:br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|section|table|td|th|tr|ul)\b", re.IGNORECASE)
"""A tag that separates words."""
_ATTRIBUTES = re.compile(r"\{[#.:][^{}]*\}|\{\*.*?\*\}|\{\{.*?\}\}")
_TEMPLATE = re.compile(r"\{%[^\"'%]*(?:[\"']([^\"']*)[\"'])?.*?%\}")
"""A tag of a site generator. What it would show is not known; its argument is nearest: {% channel "help" %}."""
_DIRECTIVE = re.compile(r"\A(?:/{3,}|:{3,}|!{3}|\?{3}\+?)(?:[ \t]*\w*(?:[ \t]*\|.*)?)?\s*\Z")
_ADMONITION = re.compile(r"\A(?:>\s*)?\[!\w+\]\s*")
_QUOTED = re.compile(r"^\s*>+\s?", re.MULTILINE)
_CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_CODE_PLACE = "\ue000"
"""Around the number of a code span while the text around it is cleaned: a character that has no meaning of its own."""
_CODE_NUMBER = re.compile(rf"{_CODE_PLACE}(\d+){_CODE_PLACE}")
_FOOTNOTE = re.compile(rf"\[({NUMBERS})\]")
"""A document's own [2] would read as a citation of passage 2; it is written as (2)."""
_ITEM_MARK = re.compile(r"\A\s*(?:[-*+•·]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?")
_NUMBER_MARK = re.compile(r"\A\s*(\d{1,9})[.)]\s")
_STRONG = re.compile(r"\*\*|__(?=\w)|(?<=\w)__")
_WORD = re.compile(r"\w")
_SENTENCE_END = re.compile(r"[.!?…。！？:;][\"'”’»)\]*_`]*\Z")
_LONGEST_HEADING = 9
"""Words of a line that a reader takes for a heading when it has no stop at its end."""


def plain(text: str) -> str:
    """Return a sentence, item or cell on one line, without the marks of items, links, images, tags and comments.

    White space counts as one blank, a link is its text, `[2]` is written as (2), and emphasis that begins or ends
    elsewhere is left out. Code in backticks stays as it is. "" for nothing but markup.
    """
    if _DIRECTIVE.match(text.strip()):
        return ""
    text = _ADMONITION.sub("", _QUOTED.sub("", _COMMENT.sub("", text)))
    line = " ".join(_outside_code(_ITEM_MARK.sub("", text, count=1)).split())
    line = _balanced(line).strip()
    return line if _WORD.search(line) else ""


def row(text: str) -> str:
    """Return a table row as it is shown; see `plain`."""
    return " ".join(_outside_code(_COMMENT.sub("", text)).split())


def compared(text: str) -> str:
    """Return the text as it is compared with others: without letter case, and white space as one blank."""
    return " ".join(text.casefold().split())


def item_number(text: str) -> str:
    """Return the number of a list item, "" for one without."""
    found = _NUMBER_MARK.match(text)
    return found.group(1) if found else ""


def is_question(text: str) -> bool:
    """Say whether a unit asks something, as the headings of an FAQ do."""
    return text.rstrip("*_ \"'”’)").endswith("?")


def is_heading_like(text: str) -> bool:
    """Say whether a reader takes a line for a heading: a question, a bold line, or a few words without a stop."""
    line = plain(text)
    if is_question(line):
        return True
    bare = text.strip()
    if bare.startswith(("**", "__")) and bare.rstrip(":").endswith(("**", "__")) and bare.count("**") <= 2:
        return len(line.split()) <= _LONGEST_HEADING
    return len(line.split()) <= _LONGEST_HEADING and not _SENTENCE_END.search(line)


def _outside_code(text: str) -> str:
    """Clean the parts of a text that are not code in backticks, which may be the text of a link."""
    codes: list[str] = []

    def kept(code: re.Match[str]) -> str:
        codes.append(code.group())
        return f"{_CODE_PLACE}{len(codes) - 1}{_CODE_PLACE}"

    cleaned = _links(_cleaned(_CODE_SPAN.sub(kept, text.replace(_CODE_PLACE, ""))))
    return _CODE_NUMBER.sub(lambda place: codes[int(place.group(1))], cleaned)


def _cleaned(text: str) -> str:
    text = _ATTRIBUTES.sub("", _TEMPLATE.sub(lambda tag: tag.group(1) or "", text))
    text = _TAG.sub(lambda tag: " " if _BREAK.match(tag.group()) else "", text)
    return _FOOTNOTE.sub(r"(\1)", without_note_marks(text))


def _links(text: str) -> str:
    """Replace links by their texts."""
    return _REFERENCE.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub("", text)))


def _balanced(text: str) -> str:
    """Leave out the marks of strong emphasis where one has no partner."""
    outside = _CODE_SPAN.sub("", text)
    return _STRONG.sub("", text) if len(_STRONG.findall(outside)) % 2 else text
