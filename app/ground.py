"""An answer meets the grounding checker: which text it is compared with, and when it is not."""

from __future__ import annotations

from collections.abc import Sequence

from app.grounding import Report, check
from app.prompt import context_of
from app.types import Passage


def ground_answer(question: str, text: str, passages: Sequence[Passage], *, refused: bool) -> Report | None:
    """Flags for every word of the answer that no passage carries; None for a refusal, which claims nothing.

    The context numbered i in the report is the passage at position i, its heading before its text. Evidence offsets
    refer to that context.
    """
    if refused:
        return None
    return check(text, [grounding_context(passage) for passage in passages], question)


def grounding_context(passage: Passage) -> str:
    """What the model read of a passage: the headings carry the topic, and often the name, of what stands below."""
    return f"{passage.chunk.heading}\n{context_of(passage)}"


def is_refusal(text: str, refusal: str) -> bool:
    """Whether a model answered with the refusal that the prompt asks it to use."""
    return _letters(text).startswith(_letters(refusal)[:40]) and len(text) < 2 * len(refusal) + 40


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
