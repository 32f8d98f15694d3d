"""Comparisons: a question about two passages, whose answer has a statement of each."""

from __future__ import annotations

import random
from dataclasses import replace

from evals.distill.data.corpus import Corpus
from evals.distill.data.group import Group, Said
from evals.distill.data.questions.asked import Asked
from evals.distill.data.questions.english import things_in

_FORMS = (
    "what is the difference between {a} and {b}", "how do {a} and {b} differ", "compare {a} and {b}", "{a} or {b}",
    "what about {a} and what about {b}", "what is said about {a} and {b}", "what are the rules for {a} and for {b}",
    "{a} vs {b}", "how is it with {a}, and how with {b}", "what do I need to know about {a} and {b}",
)  # fmt: skip
_LONGEST = 260
"""Characters of both statements: a comparison is two short sentences."""


def comparison(group: Group, corpus: Corpus, draw: random.Random) -> tuple[Asked, list[Said]] | None:
    """Return a comparison of two statements of different passages of a document; None where there are none.

    Each names a thing, which the question is about.
    """
    short = [
        replace(said, statement=replace(said.statement, lines=(said.statement.asked,)))
        for said in group.said
        if said.statement.kind in ("sentence", "item") and said.statement.asked == said.statement.lines[0]
    ]
    for _ in range(10):
        if len(short) < 2:
            return None
        both = draw.sample(short, 2)
        documents = {one.passage.chunk.document_id for one in both}
        if (
            both[0].passage.index == both[1].passage.index
            or len(documents) > 1
            or sum(len(one.statement.text) for one in both) > _LONGEST
        ):
            continue
        things = [things_in(one.statement, corpus) for one in both]
        if not all(things):
            continue
        a, b = (one[0] for one in things)
        if a.casefold() == b.casefold():
            continue
        question = draw.choice(_FORMS).format(a=a, b=b)
        return Asked(f"{question[:1].upper()}{question[1:]}?", "comparison", "two statements"), both
    return None
