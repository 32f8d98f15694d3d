"""Questions that English documents answer.

Each rule turns one form of sentence, heading or table into a question, knowing function words and lists of verbs and
nouns only: what would need a parser is left out, and a question that does not come out well is thrown away
(`words.reads_well`). A handbook says "you", and its reader asks as "I".
"""

from __future__ import annotations

from collections.abc import Iterator

from evals.cases.draft.english.headings import ask_about_heading
from evals.cases.draft.english.statements import ask_about_statement
from evals.cases.draft.english.tables import ask_about_table
from evals.cases.draft.english.words import reads_well
from evals.cases.draft.parts import Parts
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.vocabulary import Vocabulary


def propose(parts: Parts, vocabulary: Vocabulary) -> Iterator[Proposal]:
    """Yield the questions that an English document answers."""
    text = parts.source.text
    proposals: list[Proposal] = []
    for statement in parts.statements:
        proposals += ask_about_statement(statement, vocabulary)
    for section in parts.sections:
        proposals += ask_about_heading(section, text, vocabulary)
    for table in parts.tables:
        proposals += ask_about_table(table, vocabulary)
    yield from (proposal for proposal in proposals if reads_well(proposal.question))
