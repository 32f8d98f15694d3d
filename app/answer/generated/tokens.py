"""Count the tokens of texts: with the model's own tokenizer where its server offers it, else by an estimate.

Counts are kept by text, so that a passage is counted once and not for every question. An estimate alone decides where
it is enough: it is meant to be too high, so that a prompt that fits by it fits.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b

from app.answer.generated.llm.protocol import Served, Tokenizer

_KEPT = 20_000
"""Counts. Each takes about 150 bytes."""
_WORD = re.compile(r"(?P<word>[A-Za-z]+)|(?P<blank>\s+)|(?P<other>.)", re.DOTALL)
_LETTERS = 3
"""Letters of a word for which a token is counted."""
_WIDE = 2.0
"""Tokens of a character outside of ASCII."""
_SAFETY = 1.1
"""Chosen with these two so that German, the worst of four languages for an English tokenizer, is at 1.03 in its 5th
percentile; see docs/decisions.md."""


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text has, rather too many.

    A word has a token for every three letters begun; digits, signs and line breaks have one each, other characters two;
    to all that a tenth is added. Not covered: scripts that a tokenizer spells by bytes, with three tokens a character.
    """
    tokens = 0.0
    for match in _WORD.finditer(text):
        if match.lastgroup == "word":
            tokens += math.ceil(len(match[0]) / _LETTERS)
        elif match.lastgroup == "blank":
            tokens += match[0].count("\n") or len(match[0]) > 1
        else:
            tokens += 1 if match[0].isascii() else _WIDE
    return math.ceil(_SAFETY * tokens)


class TokenCounter:
    """Counts tokens for one model server."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._counts: OrderedDict[bytes, int] = OrderedDict()

    async def served(self, model: str = "") -> Served:
        """Return what is known of a model, "" for the one that answers by default."""
        return await self._tokenizer.served(model)

    async def count(self, texts: Sequence[str], model: str = "") -> list[int]:
        """Return the number of tokens of each text. Texts that are not known are counted by the server at once."""
        return list(await asyncio.gather(*(self._count(text, model) for text in texts)))

    async def _count(self, text: str, model: str) -> int:
        key = blake2b(f"{model}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
        known = self._counts.get(key)
        if known is None:
            known = await self._tokenizer.count(text, model) if text else 0
            if known is None:
                return estimate_tokens(text)
            self._counts[key] = known
            if len(self._counts) > _KEPT:
                self._counts.popitem(last=False)
        return known
