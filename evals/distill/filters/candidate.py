"""A training example that is not yet accepted, with what the filters compare it with."""

from __future__ import annotations

from dataclasses import dataclass

from app.answer.citations import cited_passages
from app.answer.types import Passage, Question
from serving.distill.examples import TrainingExample


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer is: half-open offsets into the parsed text of a document."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An example with the parts that its prompt was rendered from.

    question   the last turn and the turns before it, as they are asked
    passages   those of the prompt in its order, cut as they are in it; their numbers are those of the prompt
    places     what the answer was made from: one place, two of a comparison or a conflict, none of a refusal
    template   the rule that made the question, or "teacher"
    is_refusal whether the wanted answer says that the passages do not answer
    """

    example: TrainingExample
    question: Question
    passages: tuple[Passage, ...]
    places: tuple[Place, ...]
    template: str
    is_refusal: bool = False

    @property
    def answer(self) -> str:
        """The wanted answer, with its citations."""
        return self.example.answer

    @property
    def cited(self) -> tuple[Passage, ...]:
        """The passages that the answer cites."""
        return cited_passages(self.answer, self.passages)
