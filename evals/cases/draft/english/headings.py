"""Questions about the sections of an English document: its heading asks, or names what the section says how to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evals.cases.draft.english.words import GERUNDS, HOW_TO_VERBS, IMPERATIVES, as_reader, refers
from evals.cases.draft.parts import Section
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.sections import beginning
from evals.cases.draft.vocabulary import Vocabulary

_NUMBERING = re.compile(r"^(?:Step )?\d+(?:\.\d+)*[.):]?\s+")
_ATTRIBUTES = re.compile(r"\s*\{\s*[#.].*$")
_MARKS = re.compile(r"[{}<>|\\\[\]]")
_SEVERAL = re.compile(r"[,:;&/(]| and | or ")
_QUESTION_WORDS = frozenset(
    "how what who when where why which can do does is are may should will am must what’s what's".split()
)
_TO_READER = re.compile(r"\byou\b", re.IGNORECASE)
_SETS_OUT = re.compile(r"(?:Let['’]s|Let us|Imagine|Suppose)\b")
"""How a section begins that has a story first."""
_SAYS_HOW = re.compile(
    rf"(?:^|[.!:]\s+|\n\s*(?:[-*+]|\d+[.)])\s+)"
    rf"(?:[*_]*(?:please |then |first,? )?(?:{'|'.join(sorted(IMPERATIVES))})\b|"
    r"you (?:can|must|need|should|have to|will|may)\b)",
    re.IGNORECASE,
)


def ask_about_heading(section: Section, text: str, vocabulary: Vocabulary) -> Iterator[Proposal]:
    """Yield the question that a heading makes, with the beginning of its section as gold."""
    heading = _ATTRIBUTES.sub("", _NUMBERING.sub("", section.heading)).strip("*_: ").replace("`", "")
    gold = beginning(section, text)
    if gold is None or len(heading.split()) < 2 or _MARKS.search(heading) or not vocabulary.knows_all(heading):
        return
    quote = text[slice(*gold)]
    first, _, rest = heading.partition(" ")
    first = first.casefold()
    if heading.endswith("?"):
        asks = len(heading.split()) >= 4 and first in _QUESTION_WORDS and not _TO_READER.search(heading)
        if asks and not refers(" ".join(heading.split()[1:])):
            yield Proposal(heading, "question heading", (gold,))
        return
    what = as_reader(vocabulary.lowered(rest))
    if (
        refers(what)
        or _SETS_OUT.match(quote)
        or re.search(r"\b(?:when|if)\b", what)
        or not _SAYS_HOW.search(_bare(quote))
    ):
        return
    if first == "how" and what.startswith("to ") and not what.startswith("to be ") and len(what.split()) >= 3:
        yield Proposal(f"How do I {what.removeprefix('to ')}?", "how-to heading", (gold,))
    elif first in GERUNDS and not _SEVERAL.search(heading):
        yield Proposal(f"How do I {GERUNDS[first]} {what}?", "gerund heading", (gold,))
    elif first in HOW_TO_VERBS and re.match(r"(?:an?|the|your|my)\b", rest) and not _SEVERAL.search(heading):
        yield Proposal(f"How do I {first} {what}?", "imperative heading", (gold,))


def _bare(quote: str) -> str:
    return re.sub(r"^\s*(?:[-*+]|\d+[.)])\s+", "", quote)
