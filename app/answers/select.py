"""Which of the kept answers are meant: those of a user, of a conversation, or one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, true

from app.answers.tables import AnswerRow
from core.errors import RequestError


@dataclass(frozen=True, slots=True)
class Selection:
    """At most one of three: the id of a principal, of a conversation, or of an answer. None of them: every answer."""

    user: str | None = None
    conversation: str | None = None
    answer: str | None = None

    def __post_init__(self) -> None:
        """Raise RequestError where more than one is given."""
        given = {name: value for name, value in self._named.items() if value is not None}
        if len(given) > 1:
            raise RequestError(
                f"Give one of user, conversation and answer, not {' and '.join(given)} at once.", code="bad_selection"
            )

    @property
    def is_everything(self) -> bool:
        """Whether nothing narrows it."""
        return not any(value is not None for value in self._named.values())

    @property
    def condition(self) -> ColumnElement[bool]:
        """The condition on a row of `answers`."""
        if self.user is not None:
            return AnswerRow.principal_id == self.user
        if self.conversation is not None:
            return AnswerRow.conversation_id == self.conversation
        return AnswerRow.id == self.answer if self.answer is not None else true()

    @property
    def _named(self) -> dict[str, str | None]:
        return {"user": self.user, "conversation": self.conversation, "answer": self.answer}
