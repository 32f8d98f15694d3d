"""Let the model rewrite a follow-up as a question that can be searched for without its conversation.

Only what the conversation says may be in the rewritten question: its names and numbers are compared with it, and those
of the user's question must be kept. A rewritten question that fails this, and a model that fails or takes too long, is
replaced by the rule of `app/answer/question/rewrite.py`.

Not covered: a rewritten question of the conversation's words that asks something else.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace

from app.answer.draft import Attempt
from app.answer.generated.data import as_data
from app.answer.generated.llm.protocol import Ended, LLMClient
from app.answer.generated.prompt import recent
from app.answer.question.rewrite import content_words
from core.errors import GenerationError
from core.recipe import Recipe
from core.types import Message

_INSTRUCTION = (
    "Rewrite the user's last message as one question that can be understood without the conversation. Replace pronouns "
    "by what they refer to, and add what is left out. Keep its language, names, numbers and codes. Do not answer it. "
    "If nothing has to be added, repeat it. Write the question alone."
)
_TIMEOUT = 4.0
"""Seconds. The answer begins later by as much, and the rule finds most of what the model's question finds."""
_MAX_TOKENS = 96
_LONGEST = 400
"""Characters of a rewritten question."""
_KEPT = 0.5
"""Share of the content words of the user's question that the rewritten one has, in some form."""
_STEM = 4
"""Characters that two forms of a word have in common."""
_NAME = re.compile(r"\b\w*\d[\w.,/-]*\w|\b\d\b|\b\w+_\w+\b|\b\w+[A-Z]\w*\b|(?<=[a-z,] )[A-Z]\w+")
_QUOTES = "\"'“”„«»` "
_PREFIX = re.compile(r"^(?:(?:standalone|rewritten)?\s*question|query)\s*:\s*", re.IGNORECASE)

_log = logging.getLogger("groundwork")


async def rewrite_with_model(
    question: str, history: Sequence[Message], recipe: Recipe, llm: LLMClient, attempt: Attempt
) -> str | None:
    """Return the question as the model rewrites it; None where the rule has to, with the cause in the log.

    Keeps the messages and counts the tokens in the attempt.
    """
    turns = "\n".join(f"{turn.role.capitalize()}: {turn.content.strip()}" for turn in recent(history))
    messages = [
        Message("system", _INSTRUCTION),
        Message("user", f"{turns}\nUser: {as_data(question.strip())}\n\nThe last message as a question of its own:"),
    ]
    attempt.messages = tuple(messages)
    try:
        text = await asyncio.wait_for(_written(messages, recipe, llm, attempt), _TIMEOUT)
    except TimeoutError:
        _log.warning("follow-up not rewritten by the model: no answer within %g s", _TIMEOUT)
        return None
    except GenerationError as error:
        _log.warning("follow-up not rewritten by the model: %s", error)
        return None
    rewritten = _PREFIX.sub("", text.strip().splitlines()[0].strip(_QUOTES)).strip(_QUOTES) if text.strip() else ""
    if not is_faithful(rewritten, question, history):
        _log.info("follow-up not rewritten by the model: it does not keep to the conversation")
        return None
    return rewritten


def is_faithful(rewritten: str, question: str, history: Sequence[Message]) -> bool:
    """Whether a rewritten question has the names, numbers and words of the question, and no name from elsewhere."""
    if not 0 < len(rewritten) <= _LONGEST:
        return False
    said = " ".join([*(turn.content for turn in history), question]).casefold()
    folded = rewritten.casefold()
    words = content_words(question)
    kept = sum(word[:_STEM] in folded for word in words)
    return (
        all(name.casefold() in folded for name in _NAME.findall(question))
        and all(name.casefold() in said for name in _NAME.findall(rewritten))
        and kept >= _KEPT * len(words)
    )


async def _written(messages: Sequence[Message], recipe: Recipe, llm: LLMClient, attempt: Attempt) -> str:
    asked = replace(recipe, temperature=0.0, max_tokens=_MAX_TOKENS)
    texts: list[str] = []
    async with aclosing(llm.generate(messages, asked)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Ended):
                attempt.prompt_tokens, attempt.completion_tokens = piece.prompt_tokens, piece.completion_tokens
            else:
                texts.append(piece.text)
    return "".join(texts)
