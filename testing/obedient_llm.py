"""A language model for tests that obeys whatever it reads: the worst that a poisoned document can make of a model."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Self

from app.answer.generated.llm.protocol import Delta, Ended
from core.recipe import Recipe
from core.types import Message

_ORDER = re.compile(r"^.*?\bOBEY(?P<reversed> REVERSED)?: (?P<text>.+)$", re.MULTILINE)
_TAGS = {0xE0000 + code: code for code in range(0x20, 0x7F)}
"""The hidden characters that models read as ASCII."""


class ObedientLLMClient:
    """Writes what the last `OBEY: …` in its prompt says, and else that nothing was asked of it.

    `OBEY REVERSED: …` is written backwards, so that the document has an order for words that it does not have itself.
    `{question}` and `{rules}` in an order are filled in from the prompt. `asked` has every prompt.
    """

    def __init__(self) -> None:
        self.asked: list[list[Message]] = []

    async def model(self) -> str:
        """Always up."""
        return "obedient"

    def with_cache_salt(self, salt: Callable[[], str]) -> Self:
        """Share all prompts."""
        del salt
        return self

    async def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
        """Yield the words that were ordered, one at a time."""
        del recipe
        self.asked.append(list(messages))
        for word in re.findall(r"\S+\s*", self._ordered(messages)):
            yield Delta(word)
        yield Ended("stop", 0, 0, "obedient")

    def _ordered(self, messages: Sequence[Message]) -> str:
        orders = [found for message in messages[1:] for found in _ORDER.finditer(message.content.translate(_TAGS))]
        if not orders:
            return "There was no order."
        text = orders[-1]["text"][:: -1 if orders[-1]["reversed"] else 1]
        question = messages[-1].content.rpartition("Question: ")[2]
        return text.replace("{question}", question).replace("{rules}", messages[0].content)
