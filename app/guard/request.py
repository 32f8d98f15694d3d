"""Read a chat request: its contexts and policy, and the body for the upstream without the guard's own fields."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from app.guard.contexts.find import Found, find_contexts
from app.guard.contexts.forms import Mark
from app.guard.policy import Policy, chosen_policy
from core.errors import RequestError

UncheckedReason: TypeAlias = Literal[
    "no_contexts", "contexts_too_long", "no_messages", "unreadable_request", "unreadable_response", "upstream_error",
    "upstream_report", "other_endpoint", "check_failed", "no_text",
]  # fmt: skip
"""Why an answer was not checked.

    no_contexts          none were found in the request
    contexts_too_long    they are longer than the limit, or so many that the report would be
    no_messages          the request has no list `messages`
    unreadable_request   its body is no JSON object
    unreadable_response  the response is no chat completion that the guard can read
    upstream_error       the upstream answered with an error
    upstream_report      the upstream is a Groundwork service: its own report stays
    other_endpoint       another endpoint than that of chats writes texts, which pass
    check_failed         the checker failed, which is a bug; the log has the cause
    no_text              the answer has no text: it calls a tool, or is empty
"""
_OWN_FIELDS = ("contexts", "groundwork")
_NOTHING = Found((), "")
_MOST_CONTEXTS = 1000
_MOST_FOUND = 20_000
"""Contexts that are found in messages. Chosen: a report says where each of them is, in some 130 bytes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A chat request as the guard reads it.

    `body` goes to the upstream; `found` are the contexts; `unchecked` says why they are not used, where they are not.
    """

    body: bytes
    policy: Policy
    found: Found = _NOTHING
    unchecked: UncheckedReason | None = None


def read_request(
    body: bytes, header_policy: str | None, policy: Policy, marks: Sequence[Mark], most_characters: int
) -> Asked:
    """Read the body of a chat request. What is no request of OpenAI's form is left to the upstream to refuse.

    Raises RequestError for `contexts` that are no list of texts, and for a policy that may not be chosen.
    """
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        return Asked(body, chosen_policy(policy, header_policy), unchecked="unreadable_request")
    if not isinstance(request, dict):
        return Asked(body, chosen_policy(policy, header_policy), unchecked="unreadable_request")
    chosen = chosen_policy(chosen_policy(policy, header_policy), _policy_field(request.get("groundwork")))
    given = _given(request["contexts"]) if "contexts" in request else None
    forwarded = body
    if any(name in request for name in _OWN_FIELDS):
        kept = {name: value for name, value in request.items() if name not in _OWN_FIELDS}
        forwarded = json.dumps(kept, separators=(",", ":")).encode()
    messages = request.get("messages")
    if not isinstance(messages, list):
        return Asked(forwarded, chosen, unchecked="no_messages")
    found = find_contexts(messages, given, marks)
    if not found.contexts:
        return Asked(forwarded, chosen, unchecked="no_contexts")
    if len(found.contexts) > _MOST_FOUND:
        return Asked(forwarded, chosen, unchecked="contexts_too_long")
    too_long = found.characters > most_characters
    return Asked(forwarded, chosen, found, "contexts_too_long" if too_long else None)


def _policy_field(field: Any) -> object:
    """Return the policy of the request's field `groundwork`, which is `{"policy": …}`; None without the field."""
    if field is None:
        return None
    if not isinstance(field, dict) or set(field) - {"policy"}:
        raise RequestError('The field groundwork must be an object like {"policy": "withhold"}.')
    return field.get("policy")


def _given(field: Any) -> list[str]:
    """Return the texts of the field `contexts`: strings, or objects with a string `text`."""
    if not isinstance(field, list) or len(field) > _MOST_CONTEXTS:
        raise RequestError(f"The field contexts must be a list of at most {_MOST_CONTEXTS} texts.")
    texts: list[str] = []
    for place, item in enumerate(field):
        text = item.get("text") if isinstance(item, dict) else item
        if not isinstance(text, str):
            raise RequestError(f"contexts.{place} must be a text, or an object with a text in its field text.")
        texts.append(text)
    return texts
