"""Requests of a given length, each different from all others, in words of the checkpoint's tokenizer."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SEED = 4


class Words:
    """Draws words that the tokenizer knows, each one token; no two draws are alike."""

    def __init__(self, checkpoint: Path) -> None:
        vocabulary = json.loads((checkpoint / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
        # Letters and digits only: where a text goes on with `## `, xgrammar 0.2.8 allows no token.
        self._words = [word for word in vocabulary if word[:-1].isalnum() and not word.startswith("unused")]
        self._random = random.Random(_SEED)

    def text(self, tokens: int) -> str:
        """So many tokens."""
        return "".join(self._random.choices(self._words, k=tokens))

    def bodies(self, model: str, count: int, prompt_tokens: int, answer_tokens: int) -> list[dict[str, Any]]:
        """Chat requests; the answer has its full length whether the model would end or not."""
        return [body(model, self.text(prompt_tokens), answer_tokens) for _ in range(count)]

    def uneven(self, model: str, count: int, prompt_tokens: int, answer_tokens: int) -> list[dict[str, Any]]:
        """The same with answers from a quarter of that length to seven quarters, in no order."""
        quarter = answer_tokens / 4
        lengths = [round(quarter + 6 * quarter * number / max(1, count - 1)) for number in range(count)]
        self._random.shuffle(lengths)
        return [body(model, self.text(prompt_tokens), length) for length in lengths]

    def copies(self, model: str, count: int, passages: int, sentence_tokens: int) -> Iterator[dict[str, Any]]:
        """Requests whose answer can only be a stretch of the prompt: `passages` of them, one of which is to be said."""
        for _ in range(count):
            sentences = [self.text(sentence_tokens) for _ in range(passages)]
            wanted = self._random.choice(sentences)
            yield {
                **body(model, "".join(sentences), sentence_tokens + 1),
                "ignore_eos": False,
                "structured_outputs": {"choice": [wanted]},
            }


def body(model: str, text: str, answer_tokens: int) -> dict[str, Any]:
    """One chat request."""
    messages = [{"role": "user", "content": text}]
    return {"model": model, "messages": messages, "max_tokens": answer_tokens, "ignore_eos": True, "temperature": 0.0}
