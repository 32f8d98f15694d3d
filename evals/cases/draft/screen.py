"""Which proposals are worth a person's time: their question can be read alone, and does not have its answer in it.

Not covered: whether a question is natural, and whether the quote answers it. A person decides on that.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.answer.question.rewrite import content_words
from app.grounding.text.language import Language
from app.grounding.text.words import name_keys
from evals.cases.draft.parts import Parts
from evals.cases.draft.proposal import Proposal
from evals.cases.leak import has_leak
from ingest.blocks import Block

_MOST_PLACES = 5
"""Sections with all the content words of a question, at most; with more it is not clear which one is meant."""
_FEWEST_WORDS = 3
"""Content words of a question whose topic is not in the title or the headings of its document."""
_SHORTEST_QUOTE, _LONGEST_QUOTE = 15, 1000
"""Characters of a gold quote. Chosen: a row of a table at least; a chunk has about as many at most."""
_FRAME = frozenset(
    """
    happens need mean means stand stands long often soon far ahead many much cost costs time takes take person people
    call ask contact email write deadline way get getting make use using thing
    """.split()
)
"""Words of questions that name no topic."""
_OPEN_NOUN = re.compile(
    r"\b(?:the|my|your) (account|app|change|changes|client|document|event|file|form|group|issue|list|machine|meeting|"
    r"message|page|process|program|project|request|role|section|session|site|space|system|table|team|tool|user)\b"
    r"(?! of)",
    re.IGNORECASE,
)
"""Nouns that leave open which one is meant."""
_NAME = re.compile(r"(?<=\s)(?:[A-Z][\w.&-]*|\w*\d\w*|\w+_\w+|\w+\.\w+)(?=\W|$)")


def stems(text: str, language: Language) -> frozenset[str]:
    """Return the stems of the content words of a text."""
    return frozenset(name_keys(word, language)[-1] for word in content_words(text))


@dataclass(frozen=True, slots=True)
class Places:
    """For each stem the sections of all documents that have it, by number."""

    sections: dict[str, frozenset[int]]

    def of(self, wanted: Iterable[str]) -> frozenset[int]:
        """Return the sections that have all of the stems; none for no stems."""
        found = [self.sections.get(stem, frozenset()) for stem in wanted]
        return frozenset.intersection(*found) if found else frozenset()


def read_places(texts: Iterable[tuple[str, Language]]) -> Places:
    """Return the places of all stems, given the text and the language of each section, in order."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for number, (text, language) in enumerate(texts):
        for stem in stems(text, language):
            found[stem].add(number)
    return Places({stem: frozenset(numbers) for stem, numbers in found.items()})


def is_worth_asking(proposal: Proposal, parts: Parts, places: Places) -> bool:
    """Say whether a proposal passes every screen: the quote's length, no leak, a topic, and not too many places."""
    quotes = [parts.source.text[slice(*span)] for span in proposal.gold]
    if not all(_SHORTEST_QUOTE <= len(quote) <= _LONGEST_QUOTE for quote in quotes):
        return False
    if quotes and has_leak(proposal.question, proposal.answer, quotes):
        return False
    language = parts.source.language
    if not has_topic(proposal.question, _topic(parts, proposal), language):
        return False
    return bool(proposal.history) or len(places.of(stems(proposal.question, language) - _FRAME)) <= _MOST_PLACES


def has_topic(question: str, topic: Sequence[str], language: Language) -> bool:
    """Say whether a question names what it is about: a name, a word of its document's headings, or enough words."""
    words = stems(question, language) - _FRAME
    is_named = _NAME.search(question.rstrip("?")) is not None
    open_nouns = stems(" ".join(_OPEN_NOUN.findall(question)), language)
    if len(words) >= _FEWEST_WORDS and not open_nouns:
        return True
    if len(words) < 2 or is_named:
        return is_named
    return bool((words - open_nouns) & stems(" ".join(topic), language))


def _topic(parts: Parts, proposal: Proposal) -> Sequence[str]:
    """Return the document's name and the headings above the gold quote."""
    start = proposal.gold[0][0] if proposal.gold else 0
    above = next((section.path for section in parts.sections if _has(section.blocks, start)), ())
    # A heading that became the question names no topic of its own.
    return (parts.source.name, *(above[:-1] if proposal.template.endswith("heading") else above))


def _has(blocks: Sequence[Block], position: int) -> bool:
    return any(block.start <= position < block.end for block in blocks)
