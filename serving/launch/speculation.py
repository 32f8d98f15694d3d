"""Speculative decoding: tokens are guessed, and one step of the model checks them.

The answer stays the same but for rounding: a step over several rows may round otherwise.

    none        no guessing
    ngram       what followed the same words in the prompt: no second model, for answers that copy from passages
    suffix      what followed the same words in the prompt and in earlier answers, as many as their counts make likely
                (suffix decoding, arXiv:2411.04975); needs the package arctic-inference in vLLM's environment
    draft=DIR   a smaller model of the same vocabulary
    eagle3=DIR  an EAGLE-3 head that was trained for this model (arXiv:2503.01840)

Checking k guesses makes a step over k + 1 tokens a request: it pays while decoding waits for memory (few requests) and
costs when it waits for arithmetic (many). Measured on a processor, n-grams and suffixes win, and a small draft model
loses (docs/launch.md).
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from core.errors import ConfigurationError, ServingError
from serving.environments import variables

Method: TypeAlias = Literal["none", "ngram", "suffix", "draft", "eagle3"]

_GUESSES = {"ngram": 4, "suffix": 8, "draft": 3, "eagle3": 3}
"""Tokens guessed a step; of suffixes at most. An assumption: vLLM's examples take 3 to 5, and its default for suffixes
is 24."""
_ALONE: tuple[Method, ...] = ("none", "ngram", "suffix")
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
        elif self.folder is not None:
            stated |= {"method": "draft_model" if self.method == "draft" else "eagle3", "model": str(self.folder)}
        return json.dumps(stated, separators=(",", ":"))


def parse_speculation(text: str) -> Speculation:
    """Read `none`, `ngram`, `suffix`, `draft=DIR` or `eagle3=DIR`. Raises ConfigurationError."""
    for alone in _ALONE:
        if text == alone:
            return Speculation(alone)
    method, equals, path = text.partition("=")
    if method not in ("draft", "eagle3") or not equals or not path:
        raise ConfigurationError(f"--speculate is '{text}'; write none, ngram, suffix, draft=DIR or eagle3=DIR.")
    folder = Path(path)
    if not (folder / "config.json").is_file():
        raise ConfigurationError(
            f"--speculate: {folder} has no config.json. Give the folder of the {method} checkpoint."
        )
    return Speculation("draft" if method == "draft" else "eagle3", folder.resolve())


def check_packages(speculation: Speculation, python: Path) -> None:
    """Raise ServingError when the Python lacks what a method needs: vLLM would end after half a minute of loading."""
    if speculation.method != "suffix":
        return
    done = subprocess.run(  # noqa: S603
        [python, "-c", "import arctic_inference.suffix_decoding"],
        env=variables(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise ServingError(
            f"--speculate suffix needs the package arctic-inference, and {python} does not import it ({reason}). Build "
            "it as docs/launch.md says, or use --speculate ngram."
        )
