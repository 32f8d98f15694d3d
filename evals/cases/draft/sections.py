"""Questions that a document asks itself: headings that end with a question mark, in any language."""

from __future__ import annotations

from collections.abc import Iterator

from core.text import Span
from evals.cases.draft.parts import Parts, Section, clean
from evals.cases.draft.proposal import Proposal

_FEWEST_WORDS = 4
_SHORTEST, _LONGEST = 30, 900
"""Characters of a gold quote below a heading. Chosen: a sentence at least, and no more than a chunk has."""

_SHORT = 100
"""Characters of a first paragraph that is likely to need the second one."""


def question_headings(parts: Parts) -> Iterator[Proposal]:
    """Yield the headings that are questions, with the beginning of their sections as gold."""
    for section in parts.sections:
        heading = clean(section.heading)
        gold = beginning(section, parts.source.text)
        if gold is not None and heading.endswith("?") and len(heading.split()) >= _FEWEST_WORDS:
            yield Proposal(heading, "question heading", (gold,))


def beginning(section: Section, text: str) -> Span | None:
    """Return the first paragraph below a heading, two if it is short, or the list with the sentence that introduces it.

    None where the section begins with something else, or what it begins with is too short or too long for a quote.
    """
    first = section.blocks[0]
    if first.kind not in ("paragraph", "item"):
        return None
    end = first.end
    if first.kind == "item" or text[first.start : first.end].rstrip().endswith(":"):
        for block in section.blocks[1:]:
            if block.kind != "item" or block.end - first.start > _LONGEST:
                break
            end = block.end
        if first.kind == "paragraph" and end == first.end:
            return None
    elif end - first.start < _SHORT and section.blocks[1:] and section.blocks[1].kind == "paragraph":
        end = section.blocks[1].end
    quote = text[first.start : end]
    return (first.start, end) if _SHORTEST <= len(quote) <= _LONGEST and not set("{}<>|") & set(quote) else None
