"""Choose among proposals: spread over documents and templates, in the kinds that an evaluation needs."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.grounding.text.language import Language
from core.text import Span
from evals.cases.case import Kind
from evals.cases.draft.parts import SourceText
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.screen import stems

_SHARES: tuple[tuple[Kind, float], ...] = (("unanswerable", 0.2), ("follow_up", 0.1))
"""Of the drafts; the rest are answerable. Chosen: refusals need enough questions for an interval of their own."""
_ALIKE = 0.7
"""Of the content words of two questions, the share that both have, from which they count as one."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal about a document."""

    source: SourceText
    proposal: Proposal
    words: frozenset[str]
    """The stems of the question's content words."""

    @classmethod
    def of(cls, source: SourceText, language: Language, proposal: Proposal) -> Offer:
        """Return the offer of a proposal about a document in a language."""
        return cls(source, proposal, stems(proposal.question, language))


def choose(offers: Sequence[Offer], number: int, seed: int, known: Iterable[str] = ()) -> list[Offer]:
    """Return at most `number` offers in the order of their documents, the same ones for the same seed.

    Each time one is taken of the document, and in it of the template, that has the fewest. A question that resembles
    one that is taken already, one of `known`, or one about another document is left out.
    """
    draw = random.Random(seed)  # noqa: S311  # not for a secret
    pool = _without_ambiguous(offers)
    draw.shuffle(pool)
    taken = _Taken([stems(question, "en") for question in known])
    for kind, share in _SHARES:
        taken.take([offer for offer in pool if offer.proposal.kind == kind], round(share * number))
    taken.take([offer for offer in pool if offer.proposal.kind == "answerable"], number - len(taken.offers))
    return sorted(taken.offers, key=lambda offer: (offer.source.id, _place(offer.proposal)))


class _Taken:
    """The offers that are taken, and how many of each document and template they are."""

    def __init__(self, known: Iterable[frozenset[str]]) -> None:
        self.offers: list[Offer] = []
        self._questions = list(known)
        self._documents: Counter[str] = Counter()
        self._templates: Counter[str] = Counter()
        self._quotes: set[tuple[str, tuple[Span, ...]]] = set()

    def take(self, pool: Sequence[Offer], number: int) -> None:
        """Take at most so many more offers of a pool."""
        left = list(pool)
        for _ in range(number):
            left = [offer for offer in left if not self._resembles(offer)]
            if not left:
                return
            best = min(left, key=self._count)
            left.remove(best)
            self.offers.append(best)
            self._documents[best.source.id] += 1
            self._templates[best.proposal.template] += 1
            self._questions.append(best.words)
            self._quotes.add((best.source.id, best.proposal.gold))

    def _count(self, offer: Offer) -> tuple[int, int]:
        return self._documents[offer.source.id], self._templates[offer.proposal.template]

    def _resembles(self, offer: Offer) -> bool:
        if offer.proposal.gold and (offer.source.id, offer.proposal.gold) in self._quotes:
            return True
        if offer.proposal.history:
            return False
        words = offer.words
        return any(words and len(words & other) >= _ALIKE * len(words | other) for other in self._questions)


def _without_ambiguous(offers: Sequence[Offer]) -> list[Offer]:
    """Return the offers without questions that several documents answer, each question once."""
    asked: defaultdict[tuple[str, ...], list[Offer]] = defaultdict(list)
    for offer in offers:
        turns = (*(turn.content for turn in offer.proposal.history), offer.proposal.question)
        asked[tuple(turn.casefold() for turn in turns)].append(offer)
    return [group[0] for group in asked.values() if len({offer.source.id for offer in group}) == 1]


def _place(proposal: Proposal) -> Span:
    return proposal.gold[0] if proposal.gold else (0, 0)
