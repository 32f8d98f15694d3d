"""Speculative decoding: tokens are guessed, and one step of the model checks them. The answer stays the same.

    none        no guessing
    ngram       what followed the same words in the prompt: no second model, for answers that copy from passages
    draft=DIR   a smaller model of the same vocabulary
    eagle3=DIR  an EAGLE-3 head that was trained for this model (arXiv:2503.01840)

Checking k guesses makes a step over k + 1 tokens a request: it pays while decoding waits for memory (few requests) and
costs when it waits for arithmetic (many, or a processor).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from core.errors import ConfigurationError

Method: TypeAlias = Literal["none", "ngram", "draft", "eagle3"]

_GUESSES = {"ngram": 4, "draft": 3, "eagle3": 3}
"""Tokens guessed a step. An assumption: vLLM's examples take 3 to 5."""
_SHORTEST, _LONGEST = 2, 5
"""Tokens that are looked up in the prompt."""


@dataclass(frozen=True, slots=True)
class Speculation:
    """A way to guess. `folder` has the draft model or the head; None for the other methods."""

    method: Method
    folder: Path | None = None

    def value(self) -> str:
        """Return the value of vLLM's --speculative-config."""
        stated: dict[str, str | int] = {"method": self.method, "num_speculative_tokens": _GUESSES[self.method]}
        if self.method == "ngram":
            stated |= {"prompt_lookup_min": _SHORTEST, "prompt_lookup_max": _LONGEST}
        else:
            stated |= {"method": "draft_model" if self.method == "draft" else "eagle3", "model": str(self.folder)}
        return json.dumps(stated, separators=(",", ":"))


def parse_speculation(text: str) -> Speculation:
    """Read `none`, `ngram`, `draft=DIR` or `eagle3=DIR`. Raises ConfigurationError."""
    method, equals, path = text.partition("=")
    if text in ("none", "ngram"):
        return Speculation("ngram" if text == "ngram" else "none")
    if method not in ("draft", "eagle3") or not equals or not path:
        raise ConfigurationError(f"--speculate is '{text}'; write none, ngram, draft=DIR or eagle3=DIR.")
    folder = Path(path)
    if not (folder / "config.json").is_file():
        raise ConfigurationError(
            f"--speculate: {folder} has no config.json. Give the folder of the {method} checkpoint."
        )
    return Speculation("draft" if method == "draft" else "eagle3", folder.resolve())
