"""What of a PDF is left out, as the report names it, and comments where a setting asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingest.parse.elements import Element, PageStart, Paragraph
from ingest.parse.pdf.geometry import Page

_FEW = 0.01
"""The part of a page's characters without meaning that are ornaments: bullets, arrows."""


def what_is_left_out(pages: Sequence[Page], attached: int, *, comments: bool) -> list[str]:
    """Return what the pages have and the text has not. `comments`: whether comments are left out."""
    named: list[str] = []
    if count := sum(len(page.comments) for page in pages) * comments:
        named.append(f"{count} {'comment' if count == 1 else 'comments'}")
    if attached:
        named.append(f"{attached} attached {'file' if attached == 1 else 'files'}")
    for attribute, what in (("outside", "text outside"), ("invisible", "invisible text on")):
        if numbers := [page.number for page in pages if getattr(page, attribute)]:
            named.append(f"{what} {pages_named(numbers)}")
    if numbers := [page.number for page in pages if page.unreadable > _FEW * sum(len(w.text) for w in page.words)]:
        named.append(f"characters on {pages_named(numbers)}, whose fonts do not say what they are")
    if numbers := [page.number for page in pages if page.damaged]:
        named.append(f"{pages_named(numbers)}, because the file is damaged there")
    return named


def pages_named(numbers: Sequence[int]) -> str:
    """Return "page 3" or "pages 1, 3-5"."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1] = [ranges[-1][0], number]
        else:
            ranges.append([number])
    listed = ", ".join("-".join(str(number) for number in one) for one in ranges)
    return f"{'page' if len(numbers) == 1 else 'pages'} {listed}"


def with_comments(elements: Iterable[Element], pages: Sequence[Page]) -> list[Element]:
    """Return the elements with the comments of each page after its text."""
    comments = {page.number: page.comments for page in pages}
    result: list[Element] = []
    current: tuple[str, ...] = ()
    for element in elements:
        if isinstance(element, PageStart):
            result += [Paragraph(f"Comment: {text}") for text in current]
            current = comments.get(element.number, ())
        result.append(element)
    return [*result, *(Paragraph(f"Comment: {text}") for text in current)]
