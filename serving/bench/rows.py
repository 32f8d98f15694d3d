"""Which prompt the n-th request of a run sends. Imports nothing of ours: GuideLLM's environment reads it too.

A model server caches the beginnings of prompts that it has read (prefix caching). A prompt that is sent a second time
costs almost nothing to read, and a benchmark that repeats a small set of prompts measures that. So each prompt is sent
once, in a shuffled order; where a run needs more, they are sent again, each with a new line at the start of the last
message. The text before that line, the system prompt, is shared as it is in production; the text after it has to be
read again. Question and passages stay together, so that answers keep their length.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

Message = Mapping[str, str]

_SEED = 8000
_LINE = "Request {number}.\n\n"

STOPPED = 75
"""The exit status of GuideLLM's process when it stopped early, and wrote what was finished."""
STOPPED_BECAUSE = "Stopped early: "
"""What the last line of its output begins with then; the reason follows."""
INTERRUPTED = "interrupted"
"""The reason when it was asked to stop."""


def order(count: int) -> list[int]:
    """Return a shuffled order of `count` prompts, always the same."""
    places = list(range(count))
    random.Random(_SEED).shuffle(places)  # noqa: S311 - no secret
    return places


def nth_row(prompts: Sequence[Sequence[Message]], places: Sequence[int], number: int) -> list[dict[str, str]]:
    """Return the messages of request `number`, counted from 0."""
    messages = [dict(message) for message in prompts[places[number % len(places)]]]
    if number >= len(places):
        messages[-1]["content"] = _LINE.format(number=number) + messages[-1]["content"]
    return messages
