"""A public question set, whatever its format: passages, and questions with what is judged of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.types import Message


@dataclass(frozen=True, slots=True)
class ExternalPassage:
    """One passage of a set: the unit that is judged, and a document of the index. `title` may be empty."""

    id: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class ExternalQuestion:
    """A question of a set.

    grades      the judged passages by id, 0 for those judged irrelevant; empty where retrieval is not judged
    answerable  whether the set says that its passages answer the question; None where it does not say
    answers     the answers that people gave, any of which is right; empty where there are none
    history     the turns before the question, oldest first
    """

    id: str
    text: str
    grades: Mapping[str, int] = field(default_factory=dict)
    answerable: bool | None = None
    answers: tuple[str, ...] = ()
    history: tuple[Message, ...] = ()

    @property
    def relevant(self) -> frozenset[str]:
        """The ids of the passages that are judged relevant."""
        return frozenset(passage for passage, grade in self.grades.items() if grade > 0)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Passages and questions, in the order of their files. `notes` say what was left out of the files, and why."""

    passages: tuple[ExternalPassage, ...]
    questions: tuple[ExternalQuestion, ...]
    notes: tuple[str, ...] = ()

    def limited(self, count: int | None) -> QuestionSet:
        """Return the set with `count` of its questions (None: all), and all passages.

        They are chosen by the SHA-256 of their ids, so that a smaller sample is part of a larger one.
        """
        if count is None or count >= len(self.questions):
            return self
        ranked = sorted(self.questions, key=lambda one: hashlib.sha256(one.id.encode()).digest())
        chosen = {question.id for question in ranked[:count]}
        return replace(self, questions=tuple(question for question in self.questions if question.id in chosen))
