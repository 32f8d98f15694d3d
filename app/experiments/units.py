"""The unit of a request: what keeps its arm, and is counted as one in the report.

    user           the id of a user who signed in, or of the session of a widget
    conversation   the conversation, within its principal

A request without the first falls back to the second: callers without an identity, and API keys, behind which many
people may be.
"""

from __future__ import annotations

from app.answer.types import Question
from app.service.principals import Principal
from core.experiments import Sticky


def unit_of(principal: Principal, question: Question, sticky: Sticky) -> str:
    """Return the id of the unit that a question belongs to.

    A conversation is known by its first question: two conversations of one principal that begin with the same words are
    one unit.
    """
    if sticky == "user" and principal.id is not None and principal.kind in ("user", "widget"):
        return principal.id
    first = next((turn.content for turn in question.history if turn.role == "user"), question.text)
    return f"conversation:{principal.kind}:{principal.id}:{first}"
