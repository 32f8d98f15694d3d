"""An answer meets the grounding checker: which text it is compared with, and when it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.grounding import Flag, Report, check
from app.prompt import context_of
from app.types import Passage


def ground_answer(question: str, text: str, passages: Sequence[Passage], *, refused: bool) -> Report | None:
    """Flags for every word of the answer that no passage carries; None for a refusal, which claims nothing.

    The context numbered i in the report is the passage at position i, and evidence offsets refer to the passage's
    text. The headings are compared with, too, but evidence that lies in them has no place there and is left out.
    """
    if refused:
        return None
    report = check(text, [grounding_context(passage) for passage in passages], question)
    return replace(report, flags=tuple(_placed(flag, passages) for flag in report.flags))


def _placed(flag: Flag, passages: Sequence[Passage]) -> Flag:
    """The flag with its evidence counted from the beginning of the passage's text."""
    if flag.evidence is None:
        return flag
    passage = passages[flag.evidence.context]
    before = len(grounding_context(passage)) - len(passage.chunk.text)
    start, end = flag.evidence.start - before, flag.evidence.end - before
    return replace(flag, evidence=replace(flag.evidence, start=start, end=end) if start >= 0 else None)


def grounding_context(passage: Passage) -> str:
    """What the model read of a passage: the headings carry the topic, and often the name, of what stands below."""
    return f"{passage.chunk.heading}\n{context_of(passage)}"


def is_refusal(text: str, refusal: str) -> bool:
    """Whether a model answered with the refusal that the prompt asks it to use."""
    return _letters(text).startswith(_letters(refusal)[:40]) and len(text) < 2 * len(refusal) + 40


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
