"""Follow-ups: what a reader asks next, which makes sense after the question before it only.

    a table    "What is the limit for breakfast?" - "12 EUR" - "And for lunch?"
    a subject  "Where is the form kept?" - "…" - "And when is it reviewed?"

English only: in other languages the form of a pronoun depends on the noun.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from core.types import Message
from evals.cases.draft.proposal import Proposal

_CELL = re.compile(r"(?P<asked>.+ for )(?P<row>.+)\?$")
_PERSON = re.compile(
    r"\b(?:manager|lead|head|director|supervisor|officer|coordinator|employee|colleague|owner|specialist|leads|managers|"
    r"supervisors|employees|colleagues|members|staff|people|leaders|contractors|administrators|parents)\b",
    re.IGNORECASE,
)


def propose_follow_ups(proposals: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield the follow-ups among the proposals of one document."""
    yield from _next_rows([one for one in proposals if one.template == "cell"])
    by_subject: defaultdict[str, list[Proposal]] = defaultdict(list)
    for one in proposals:
        if one.subject and one.template in ("state", "definition", "amount") and not _PERSON.search(one.subject):
            by_subject[one.subject].append(one)
    for group in by_subject.values():
        for first, second in pairwise(group):
            if first.gold != second.gold and (question := _with_pronoun(second)) and first.template != second.template:
                yield _after(first, second, question)


def _next_rows(cells: Sequence[Proposal]) -> Iterator[Proposal]:
    for first, second in pairwise(cells):
        one, two = _CELL.match(first.question), _CELL.match(second.question)
        if one and two and one["asked"] == two["asked"] and first.answer != second.answer:
            yield _after(first, second, f"And for {two['row']}?")


def _after(first: Proposal, second: Proposal, question: str) -> Proposal:
    history = (Message("user", first.question), Message("assistant", first.answer))
    template = f"follow-up of {second.template}"
    return replace(second, question=question, kind="follow_up", history=history, template=template)


def _with_pronoun(proposal: Proposal) -> str | None:
    """Return the question with a pronoun for its subject; None where its number is not known."""
    found = re.search(rf"\b(?P<aux>is|was|are|were|does|do) {re.escape(proposal.subject)}(?= |\?)", proposal.question)
    if found is None or proposal.template == "definition":
        return None
    pronoun = "it" if found["aux"] in ("is", "was", "does") else "they"
    asked = proposal.question.replace(f"{found['aux']} {proposal.subject}", f"{found['aux']} {pronoun}", 1)
    return f"And {asked[:1].lower()}{asked[1:]}"
