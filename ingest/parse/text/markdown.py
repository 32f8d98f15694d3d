"""Markdown: the text as the author wrote it; HTML, character references and escapes in it read as displayed.

Outside code and formulas: tags of HTML are removed (line breaks stay), superscripts and subscripts keep their meaning;
tables, lists, headings and preformatted text become those of a page (html/); character references become characters;
comments vanish, deleted text (<del>) is left out and reported, and a backslash that only escapes a sign vanishes.
Markdown's own marks stay, so that a citation shows what the author wrote.

What could be a name in angle brackets (`cp <source> <target>`) stays: only tags that pages of Markdown use are tags.
A backslash before a backslash or a bracket of a formula stays, and one before # at the beginning of a line.
Not covered: components of MDX; HTML tags over several lines within a line of text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import TypeAlias

from core.domain import Parsing
from ingest.blocks import front_matter, main_heading, split_blocks
from ingest.parse.elements import ParsedElements
from ingest.parse.inline import apart, subscript, superscript
from ingest.parse.parsed import ParsedText
from ingest.parse.render import render
from ingest.parse.shared.encoding import decode_text
from ingest.parse.shared.left_out import counted

_INLINE_TAGS = (
    "abbr|b|big|cite|code|dfn|em|font|i|ins|kbd|mark|nobr|s|samp|small|span|strike|strong|tt|u|var|wbr|a|q|picture|"
    "input|img|br|hr"
)
_BLOCK_TAGS = (
    "address|article|aside|blockquote|center|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6]|header|iframe|li|main|"
    "ol|p|section|summary|table|tbody|td|tfoot|th|thead|tr|ul|video|audio|source"
)
_FLAGS = "checked|disabled|hidden|open|controls|nowrap|noshade|reversed|autoplay|loop|muted"
_ATTRIBUTES = rf"""(?:\s+(?:[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+)|(?:{_FLAGS})(?=[\s/>])))"""
_OPENINGS = re.compile(
    rf"""(?P<fence>^[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)?(?P<ticks>`{{3,}}(?=[^`\n]*$)|~{{3,}}))
    |(?P<code>`+)
    |(?P<formula>\$\$|\$(?=[^\s$][^\n$]{{0,300}}(?<=\S)\$(?!\d)))
    |(?P<comment><!--)
    |(?P<link><(?:[a-z][a-z0-9+.-]+:|[^\s<>@]+@)[^\s<>]*>)
    |(?P<part><(?P<name>table|pre|ul|ol|dl|h[1-6]|script|style|del)(?:{_ATTRIBUTES})*\s*>)
    |(?P<shifted><(?P<shift>sup|sub)(?:{_ATTRIBUTES})*\s*>(?P<inner>[^<\n]{{0,60}})</(?P=shift)>)
    |(?P<tag></?(?P<element>{_INLINE_TAGS}|{_BLOCK_TAGS}|sup|sub)(?P<attributes>(?:{_ATTRIBUTES})*)\s*/?>)
    |(?P<reference>&(?:\#\d{{1,7}}|\#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});)
    |(?P<escape>\\[*_~&<>|!+\-.\[\]`\#"'])""",
    re.MULTILINE | re.VERBOSE | re.IGNORECASE,
)
_BLOCKS = re.compile(f"(?:{_BLOCK_TAGS})$", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_NEEDS_ATTRIBUTES = frozenset("a input source img iframe video audio".split())
_DROPPED = frozenset({"script", "style"})
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_LONGEST_FORMULA = 20_000
_MOST_UNCLOSED = 100
"""Elements without an end, after which none of that name is looked for."""

_Result: TypeAlias = tuple[str, int]
"""What is written, and where the text goes on."""


def parse_markdown(content: bytes, _: Parsing) -> ParsedText:
    """Return the text; its title is that of the front matter, or else its first heading of level 1."""
    decoded = decode_text(content)
    parsed = read_markdown(decoded.text)
    return replace(parsed, left_out=(*parsed.left_out, *decoded.left_out))


def read_markdown(source: str) -> ParsedText:
    """Return the text of Markdown with its blocks and its title."""
    matter = front_matter(source)
    head = source.index(matter) + len(matter) if matter else 0
    reader = _Reader(source, head)
    text = source[:head] + reader.read()
    named = re.search(r"^title:[ \t]*(\S.*)$", matter, re.MULTILINE)
    title = named.group(1).strip().strip("\"'") if named else main_heading(text)
    return ParsedText(text, tuple(split_blocks(text, markdown=True)), title, (), reader.left_out, "markdown")


class _Reader:
    """Reads the source from one opening (a tag, a reference, code) to the next."""

    def __init__(self, source: str, start: int) -> None:
        self._source = source
        self._position = start
        self._written: list[str] = []
        self._deletions = 0
        self._unclosed: Counter[str] = Counter()
        self._shifted = False
        self._paragraph = -1

    def read(self) -> str:
        """Return the text as it is displayed."""
        handlers: dict[str, Callable[[re.Match[str]], _Result]] = {
            "fence": self._fence, "code": self._code, "formula": self._formula, "comment": self._comment,
            "link": self._unchanged, "part": self._part, "shifted": self._shift, "tag": self._tag,
            "reference": self._reference, "escape": self._escape,
        }  # fmt: skip
        while found := _OPENINGS.search(self._source, self._position):
            self._write(self._source[self._position : found.start()])
            kind = next(name for name in handlers if found.group(name) is not None)
            text, self._position = handlers[kind](found)
            self._write(text)
            self._shifted = kind == "shifted"
        self._write(self._source[self._position :])
        return "".join(self._written)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Return what was left out, for the report."""
        return (counted(self._deletions, "deletion"),) if self._deletions else ()

    def _write(self, text: str) -> None:
        if text:
            self._written.append(apart(self._line, text) if self._shifted else text)

    @property
    def _line(self) -> str:
        """Return the end of the line that is being written."""
        return "".join(self._written[-4:])[-200:].rsplit("\n", 1)[-1]

    def _end(self, closing: str, start: int, limit: int | None = None) -> int | None:
        """Return the offset after the next `closing`; None when there is none, which is searched for only once."""
        if self._unclosed[closing]:
            return None
        found = self._source.find(closing, start, None if limit is None else start + limit)
        if found < 0:
            self._unclosed[closing] += limit is None
            return None
        return found + len(closing)

    def _unchanged(self, found: re.Match[str]) -> _Result:
        return found.group(), found.end()

    def _fence(self, found: re.Match[str]) -> _Result:
        ticks = found.group("ticks")
        closing = re.compile(rf"^[ \t>]*{re.escape(ticks)}{re.escape(ticks[0])}*[ \t]*$", re.MULTILINE)
        end = closing.search(self._source, found.end())
        stop = end.end() if end else len(self._source)
        return self._source[found.start() : stop], stop

    def _code(self, found: re.Match[str]) -> _Result:
        """Return a code span unchanged. Backticks that nothing closes in the paragraph are text."""
        ticks = found.group("code")
        if found.end() > self._paragraph:
            end = self._source.find("\n\n", found.end())
            self._paragraph = len(self._source) if end < 0 else end
        key = f"{len(ticks)} ticks before {self._paragraph}"
        if self._unclosed[key]:
            return self._unchanged(found)
        closing = re.compile(rf"(?<!`){ticks}(?!`)").search(self._source, found.end(), self._paragraph)
        if closing is None:
            self._unclosed[key] += 1
            return self._unchanged(found)
        return self._source[found.start() : closing.end()], closing.end()

    def _formula(self, found: re.Match[str]) -> _Result:
        end = self._end(found.group("formula"), found.end(), _LONGEST_FORMULA) or found.end()
        return self._source[found.start() : end], end

    def _comment(self, found: re.Match[str]) -> _Result:
        end = self._end("-->", found.end())
        return ("", end) if end else self._unchanged(found)

    def _part(self, found: re.Match[str]) -> _Result:
        """A part of a page with its content: a table, a list, deleted text."""
        name = found.group("name").casefold()
        end = self._end_of_part(name, found.end())
        if end is None:
            return "", found.end()
        if name == "del":
            self._deletions += 1
        if name == "del" or name in _DROPPED:
            return "", end
        return self._page(self._source[found.start() : end]), end

    def _end_of_part(self, name: str, start: int) -> int | None:
        """Return the offset after the element's end; elements of the same name inside it are counted."""
        depth = 1
        if self._unclosed[name] > _MOST_UNCLOSED:
            return None
        for tag in re.compile(rf"<(/?){name}\b[^>]*>", re.IGNORECASE).finditer(self._source, start):
            depth += -1 if tag.group(1) else 1
            if not depth:
                return tag.end()
        self._unclosed[name] += 1
        return None

    def _page(self, html: str) -> str:
        from ingest.parse.markup.html import html_elements

        read = html_elements(html)
        text = render(ParsedElements(read.elements)).text
        within = self._line.strip(" \t>")
        return " ".join(text.split()) if within else f"\n{text}\n"

    def _shift(self, found: re.Match[str]) -> _Result:
        inner, following = unescape(found.group("inner")), self._source[found.end() : found.end() + 40]
        if found.group("shift").casefold() == "sub":
            return subscript(self._line, inner), found.end()
        return superscript(self._line, inner, following.split("\n", 1)[0]), found.end()

    def _tag(self, found: re.Match[str]) -> _Result:
        name, attributes = found.group("element").casefold(), found.group("attributes")
        closes = found.group().startswith("</")
        if name in _NEEDS_ATTRIBUTES and not closes and not attributes:
            return self._unchanged(found)
        if name == "br":
            return self._break(found)
        if name == "img":
            alt = _ALT.search(attributes)
            text = unescape((alt.group(1) or alt.group(2) or "").strip()) if alt else ""
            return f"[{text}]" if any(char.isalpha() for char in text) else text, found.end()
        if name == "input" and re.search(r"checkbox|radio", attributes, re.IGNORECASE):
            return "[x]" if re.search(r"\bchecked\b", attributes, re.IGNORECASE) else "[ ]", found.end()
        if name == "q":
            return "”" if closes else "“", found.end()
        touches = self._line[-1:].isalnum() and self._source[found.end() : found.end() + 1].isalnum()
        return "\n" if _BLOCKS.fullmatch(name) and touches and "|" not in self._line else "", found.end()

    def _break(self, found: re.Match[str]) -> _Result:
        """A line break is one in the text too, but in a row of a table and in a heading a blank."""
        line = self._line.lstrip()
        if line.startswith(("|", "#")) or "|" in line:
            return " ", found.end()
        following = re.compile(r"[ \t]*\n?").match(self._source, found.end())
        return "\n", following.end() if following else found.end()

    def _reference(self, found: re.Match[str]) -> _Result:
        text = unescape(found.group())
        return "\\|" if text == "|" and self._in_row(found) else text, found.end()

    def _escape(self, found: re.Match[str]) -> _Result:
        sign = found.group()[1]
        if (sign == "#" and not self._line.strip()) or (sign == "|" and self._in_row(found)):
            return self._unchanged(found)
        return sign, found.end()

    def _in_row(self, found: re.Match[str]) -> bool:
        """Say whether the line may be a row of a table, where a bare `|` would begin another cell."""
        start = self._source.rfind("\n", 0, found.start()) + 1
        end = self._source.find("\n", found.end())
        return bool(_CELL_BORDER.search(self._source, start, end if end >= 0 else len(self._source)))
