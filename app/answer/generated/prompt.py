"""Build the prompt. Its constant part comes first, so that the model server's prefix cache can reuse it:

    system      the domain's `prompts/system.md`
    …           the turns of the conversation, oldest first
    user        the numbered passages and the question

Passages are data: each ends with a delimiter line that no passage can contain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.answer.types import Passage, Question
from core.recipe import Recipe
from core.types import Message, with_lead

HISTORY_TURNS = 6
HISTORY_CHARACTERS = 6000
_FENCE = "-----"
_RULER = re.compile(r"-{5,}")


def build_prompt(question: Question, passages: Sequence[Passage], recipe: Recipe) -> list[Message]:
    """Return the messages for the model."""
    return [
        Message("system", recipe.system_prompt),
        *recent(question.history),
        Message("user", f"Sources:\n\n{_sources(passages)}\n\nQuestion: {question.text}"),
    ]


def recent(history: Sequence[Message]) -> list[Message]:
    """Return the last turns that fit: a conversation grows without limit, a model's context does not."""
    kept: list[Message] = []
    characters = 0
    for turn in reversed([turn for turn in history if turn.role != "system"][-HISTORY_TURNS:]):
        characters += len(turn.content)
        if characters > HISTORY_CHARACTERS:
            break
        kept.append(turn)
    # Some chat templates reject a conversation that begins with the assistant.
    while kept and kept[-1].role == "assistant":
        kept.pop()
    return kept[::-1]


def _sources(passages: Sequence[Passage]) -> str:
    return "\n".join(
        f"[{passage.index}] {_unfenced(' '.join(passage.chunk.heading.split()))}\n"
        f"{_unfenced(context_of(passage))}\n{_FENCE}"
        for passage in passages
    )


def _unfenced(text: str) -> str:
    """Shorten a document's own rulers, which could be mistaken for the fence."""
    return _RULER.sub("---", text)


def context_of(passage: Passage) -> str:
    """Return the passage as the model and the grounding checker read it."""
    return with_lead(passage.chunk.lead, passage.chunk.text)
