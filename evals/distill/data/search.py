"""Find the passages of a question as the app does, among the documents that are not held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.answer.generated.prompt import build_prompt
from app.answer.generated.small import shortened
from app.answer.retrieval.conflicts import find_conflicts
from app.answer.retrieval.retrieve import Retriever, retrieve
from app.answer.types import Passage, Question, Retrieval
from core.recipe import Recipe
from core.types import Message, SearchFilter


@dataclass(frozen=True, slots=True)
class Search:
    """The app's search, restricted to some documents; each question is searched for once.

    recipe    as it is served: its `top_k` passages are searched for
    fitted    the same for the student, whose prompt has fewer and shorter passages
    """

    retriever: Retriever
    recipe: Recipe
    fitted: Recipe
    among: tuple[str, ...]
    _found: dict[Question, Retrieval] = field(default_factory=dict, repr=False)

    def find(self, question: Question) -> Retrieval:
        """Return what is found for a question. Raises IndexFault or EmbeddingError."""
        if question not in self._found:
            self._found[question] = retrieve(
                question.text, question.history, self.recipe, self.retriever, SearchFilter(document_ids=self.among)
            )
        return self._found[question]

    def shortened(self, passages: Sequence[Passage], found: Retrieval) -> list[Passage]:
        """Return passages as the student is shown them for what was found, numbered from 1 in their order."""
        cut = self.fitted.passage_characters
        return [
            replace(
                shortened(passage, cut, found.idf, self.retriever.sparse) if cut else passage,
                index=number,
                copy_of=None,
            )
            for number, passage in enumerate(passages, start=1)
        ]

    def prompt(self, question: Question, passages: Sequence[Passage]) -> tuple[Message, ...]:
        """Return the messages that the student is sent, which name what the passages disagree about."""
        return tuple(build_prompt(question, passages, self.fitted, find_conflicts(passages)))
