"""Documents to draft from, in one line each."""

from __future__ import annotations

from evals.cases.draft.parts import SourceText, read_parts
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.propose import TEMPLATES
from evals.cases.draft.vocabulary import read_vocabulary


def source(text: str, name: str = "Handbook", id_: str = "handbook.md") -> SourceText:
    """Return a Markdown document."""
    return SourceText(id_, name, text, "markdown")


def proposals(text: str, language: str = "en") -> list[Proposal]:
    """Return what the templates of a language make of a text."""
    one = source(text)
    return list(TEMPLATES[language](read_parts(one), read_vocabulary([one])))  # type: ignore[index]


def questions(text: str, language: str = "en") -> list[str]:
    """Return the questions that the templates of a language make of a text."""
    return [proposal.question for proposal in proposals(text, language)]
