"""The field `groundwork` of a response: the verdict on an answer, and where its contexts were found.

`grounding` has the form of `POST /v1/ground`. An object that ends several choices has the verdict on the first of them
in its place, and those on all of them in `choices`.

An upstream may have sent the field already: a Groundwork service, whose report stays, or another guard, whose report
gives way to the check of this one, which may be stricter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.guard.check import Check, UncheckedAnswer, Verdict
from app.guard.contexts.find import Context
from app.guard.policy import Policy

FIELD = "groundwork"


def report_field(policy: Policy, contexts: Sequence[Context], verdicts: Mapping[int, Verdict]) -> dict[str, Any]:
    """Return the field for the choices that end here, by their index; there must be one."""
    choices = [{"index": index, **verdict.to_dict()} for index, verdict in sorted(verdicts.items())]
    field = {"policy": policy, **choices[0], "contexts": [context.to_dict() for context in contexts]}
    return {**field, "choices": choices} if len(choices) > 1 else field


def stays(field: Any, check: Check) -> bool:
    """Return whether the field of the upstream stays in the place of the verdict of a check."""
    is_of_guard = isinstance(field, Mapping) and "unchecked" in field
    return isinstance(check, UncheckedAnswer) or not is_of_guard
