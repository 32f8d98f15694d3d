"""A training example that is not yet accepted, with what the filters compare it with."""

from __future__ import annotations

from dataclasses import dataclass

from app.answer.citations import cited_passages, without_markers
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

    question    the last turn and the turns before it, as they are asked
    passages    those of the prompt in its order, cut as they are in it; their numbers are those of the prompt
    places      what the answer was made from: one or several of an answer; of a refusal those that were kept from the
                prompt, and none where no document answers
    template    the rule that made the question, or "teacher"
    is_refusal  whether the wanted answer says that the passages do not answer
    withheld    of a refusal, the answer that the passages must not have; "" where no document answers
    """

    example: TrainingExample
    question: Question
    passages: tuple[Passage, ...]
    places: tuple[Place, ...]
    template: str
    is_refusal: bool = False
    withheld: str = ""

    @property
    def answer(self) -> str:
        """The wanted answer, with its citations."""
        return self.example.answer

    @property
    def said(self) -> str:
        """The wanted answer without its citations."""
        return without_markers(self.answer).strip()

    @property
    def cited(self) -> tuple[Passage, ...]:
        """The passages that the answer cites."""
        return cited_passages(self.answer, self.passages)

    def has(self, place: Place) -> bool:
        """Say whether a passage of the prompt has all of a place."""
        return any(has_place(passage, place) for passage in self.passages)


def has_place(passage: Passage, place: Place) -> bool:
    """Say whether a passage has all of a place of its document."""
    chunk = passage.chunk
    return chunk.document_id == place.document_id and chunk.start <= place.start and place.end <= chunk.end


def overlaps(passage: Passage, place: Place) -> bool:
    """Say whether a passage has a part of a place of its document."""
    chunk = passage.chunk
    return chunk.document_id == place.document_id and chunk.start < place.end and place.start < chunk.end
