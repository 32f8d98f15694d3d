"""Which of the kept answers are meant: those of a user, of a conversation, or one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, true

from app.answers.record import storable
from app.answers.tables import AnswerRow
from app.service.principals import PrincipalKind
from core.errors import RequestError


def given_to(kinds: frozenset[PrincipalKind] | None) -> ColumnElement[bool]:
    """Return the condition on a row of `answers`: it was given to a principal of these kinds; None: of any kind."""
    return true() if kinds is None else AnswerRow.principal_kind.in_(sorted(kinds))


@dataclass(frozen=True, slots=True)
class Selection:
    """At most one of three: the id of a principal, of a conversation, or of an answer. None of them: every answer.

    Of them, the answers to principals of the kinds `of`; None: of every kind.
    """

    user: str | None = None
    conversation: str | None = None
    answer: str | None = None
    of: frozenset[PrincipalKind] | None = None

    def __post_init__(self) -> None:
        """Raise RequestError where more than one is given."""
        if len(self.named) > 1:
            raise RequestError(
                f"Give one of user, conversation and answer, not {' and '.join(self.named)} at once.",
                code="bad_selection",
            )

    @property
    def is_everything(self) -> bool:
        """Whether nothing narrows it."""
        return not self.named

    @property
    def condition(self) -> ColumnElement[bool]:
        """The condition on a row of `answers`."""
        readable = given_to(self.of)
        if self.user is not None:
            return readable & (AnswerRow.principal_id == storable(self.user))
        if self.conversation is not None:
            return readable & (AnswerRow.conversation_id == storable(self.conversation))
        return readable & (AnswerRow.id == storable(self.answer)) if self.answer is not None else readable

    @property
    def named(self) -> dict[str, str]:
        """What is given, by its name."""
        given = {"user": self.user, "conversation": self.conversation, "answer": self.answer}
        return {name: value for name, value in given.items() if value is not None}
