"""Our prompts in lm-eval's requests: a whole conversation in the text of one question.

lm-eval builds a prompt of a system text, examples and a question. The app's prompts have the turns of a conversation
too; as one text each, and unpacked where lm-eval makes the messages of a request, they reach the model as the app sends
them. Nothing here needs lm-eval.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

_MARK = "groundwork-conversation:"


def pack(messages: Sequence[dict[str, Any]]) -> str:
    """Return messages as one text."""
    return _MARK + json.dumps(list(messages), ensure_ascii=False)


def unpack(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the conversation that the only message of a request has in its text; other messages as they are."""
    if len(messages) == 1 and str(messages[0]["content"]).startswith(_MARK):
        unpacked: list[dict[str, Any]] = json.loads(messages[0]["content"].removeprefix(_MARK))
        return unpacked
    return list(messages)
