"""The questions that the templates of drafted cases make (evals/cases/draft): few, and as a person would write them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from evals.cases.draft.parts import Parts, Section, SourceText, read_parts
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.propose import TEMPLATES
from evals.cases.draft.screen import is_worth_asking, read_places
from evals.distill.data.corpus import Corpus
from evals.distill.data.questions.asked import Asked
from evals.distill.data.statements import Statement

_TABLES = frozenset(("cell", "whole table", "highest"))


def propose(corpus: Corpus) -> Mapping[str, Sequence[Proposal]]:
    """Return the proposals that the documents answer, by document."""
    sources = [SourceText(one.id, one.name, one.text, one.format) for one in corpus.documents.values()]
    parts = [read_parts(source) for source in sources if source.language in TEMPLATES]
    places = read_places([(_text(one, section), one.source.language) for one in parts for section in one.sections])
    found: defaultdict[str, list[Proposal]] = defaultdict(list)
    for one in parts:
        for proposal in TEMPLATES[one.source.language](one, corpus.vocabulary):
            if proposal.gold and is_worth_asking(proposal, one, places):
                found[one.source.id].append(proposal)
    return found


def answers(statement: Statement, proposal: Proposal) -> bool:
    """Say whether a statement begins with what a proposal asks for: no later than it, and within it."""
    start, end = proposal.gold[0]
    place = statement.place
    return place.start <= start < place.end and place.start >= start - _BEFORE and end > place.start


_BEFORE = 200
"""Characters before the gold quote with which a statement may begin: the sentence that it refers to, or a lead-in."""


def asked_by(proposal: Proposal, statement: Statement) -> Asked:
    """Return the question of a proposal with the kind of example that it makes."""
    if proposal.template in _TABLES:
        kind = "table"
    elif proposal.template == "permission" and not proposal.question.startswith(("How", "By when")):
        kind = "yes_no"
    else:
        kind = "steps" if statement.kind == "list" else "fact"
    return Asked(proposal.question, kind, f"draft: {proposal.template}")


def _text(parts: Parts, section: Section) -> str:
    text = parts.source.text
    return " ".join((parts.source.name, *section.path, *(text[block.start : block.end] for block in section.blocks)))
