"""Passages and a corpus of two documents, for tests of the examples made from them."""

from __future__ import annotations

from app.answer.types import Passage, Retrieval
from core.types import Chunk
from evals.cases.draft.parts import SourceText
from evals.cases.draft.vocabulary import read_vocabulary
from evals.distill.data.corpus import Corpus, words_of
from evals.distill.data.group import Group, made_group

LEAVE = (
    "Every colleague has 25 days of annual leave a year. Unused days expire on 31 March of the next year. "
    "You must request leave in the calendar before you book a trip."
)
DESK = (
    "To report a loss, do the following:\n\n- Call the security desk within one hour.\n"
    "- Inform your manager of the loss.\n"
    "\nThe desk erases the disk remotely. It also blocks the account of the owner."
)
MEALS = "| Meal | Limit |\n|---|---|\n| Breakfast | 12 EUR |\n| Lunch | 18 EUR |\n"


def passage(text: str, number: int = 1, document: str = "leave.md", section: tuple[str, ...] = ()) -> Passage:
    name = document.removesuffix(".md").capitalize()
    return Passage(number, Chunk(document, name, "corpus", "0" * 64, 0, text, 100, 100 + len(text), section), 0.9)


def corpus(*texts: str) -> Corpus:
    sources = [SourceText(f"{number}.md", "Page", text, "markdown") for number, text in enumerate(texts)]
    words = {word.casefold() for text in texts for word in words_of(text)}
    return Corpus({}, {}, read_vocabulary(sources), {}, dict.fromkeys(words, 1), 10)


def group(*passages: Passage) -> Group:
    return made_group(passages, (), Retrieval("", passages), passages[0].chunk.id)
