"""A response that is not streamed: one JSON object, with the report, and with the text that the policy shows.

The text is checked as that of a stream is, so that both show the same and report the same.
"""

from __future__ import annotations

import json
from typing import Any

from app.guard.check import NewCheck, Verdict
from app.guard.events import with_field, written
from app.guard.report import FIELD, stays
from app.guard.stream import SHOWING, ReportField


async def whole_reply(body: bytes, new_check: NewCheck, report: ReportField) -> tuple[bytes, list[Verdict]] | None:
    """Return the body for the client, and the verdicts on its answers.

    None for a body that is no chat completion, and for one whose own report stays: it passes as it is.
    """
    try:
        completion = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(completion, dict) or not isinstance(completion.get("choices"), list):
        return None
    is_changed = FIELD in completion
    if is_changed and stays(completion.pop(FIELD), new_check()):
        return None
    verdicts: dict[int, Verdict] = {}
    for place, choice in enumerate(completion["choices"]):
        if isinstance(choice, dict):
            index = choice.get("index")
            index = index if isinstance(index, int) and index not in verdicts else place
            changed, verdicts[index] = await _shown(choice, new_check)
            is_changed |= changed
    if not verdicts:
        return None
    field = report(verdicts)
    shown = written({**completion, FIELD: field}) if is_changed else with_field(body, FIELD, field)
    return shown, list(verdicts.values())


async def _shown(choice: dict[str, Any], new_check: NewCheck) -> tuple[bool, Verdict]:
    """Put the text that is shown into a choice; return whether it was changed, and the verdict."""
    message = choice.get("message")
    text = message.get("content") if isinstance(message, dict) else None
    check = new_check()
    begun = await check.feed(text) if isinstance(text, str) and text else ""
    rest, verdict = await check.end()
    if not check.holds_text or not isinstance(message, dict) or not isinstance(text, str) or not text:
        return False, verdict
    showing = [name for name in SHOWING if choice.get(name) is not None]
    for name in showing:
        choice[name] = None
    message["content"] = begun + rest
    return bool(showing) or begun + rest != text, verdict
