"""Examples as token ids, in the template that the model is served with: the prompt as it is served, then the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .tree import Example


@dataclass(frozen=True, slots=True)
class Tokenized:
    """The examples of a file.

    rows      what the file says of each example, by its number
    train, validation   those that are short enough, by split
    too_long  the numbers of those with more than `max_tokens`
    """

    rows: tuple[Mapping[str, Any], ...]
    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    too_long: tuple[int, ...]


def tokenize(tokenizer: Any, file: str, max_tokens: int) -> Tokenized:
    """Return the examples of a file. A longer one is left out, not cut: a passage or the question would be missing."""
    lines = Path(file).read_text(encoding="utf-8").split("\n")
    rows = tuple(json.loads(line) for line in lines if line)
    examples = [encode(tokenizer, number, row["messages"], row["answer"]) for number, row in enumerate(rows)]
    short = [example for example in examples if len(example.ids) <= max_tokens]
    return Tokenized(
        rows=rows,
        train=tuple(example for example in short if rows[example.number]["split"] == "train"),
        validation=tuple(example for example in short if rows[example.number]["split"] == "validation"),
        too_long=tuple(example.number for example in examples if len(example.ids) > max_tokens),
    )


def encode(tokenizer: Any, number: int, messages: Sequence[Mapping[str, str]], answer: str) -> Example:
    """Return the token ids of an example. The prompt is tokenized alone, as a server does it."""
    turns = [dict(message) for message in messages]
    prompt = tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
    whole = tokenizer.apply_chat_template([*turns, {"role": "assistant", "content": answer}], tokenize=False)
    # A template that writes more before an answer than before a reply (an empty thought) says nothing of its end.
    rest = whole[len(prompt) :] if whole.startswith(prompt) else answer
    return Example(number, _ids(tokenizer, prompt), _ended(_ids(tokenizer, rest), tokenizer.eos_token_id))


def _ids(tokenizer: Any, text: str) -> tuple[int, ...]:
    # The template writes the begin token itself.
    return tuple(tokenizer.encode(text, add_special_tokens=False))


def _ended(ids: tuple[int, ...], end: int) -> tuple[int, ...]:
    """Return the tokens of a reply up to the one that ends it, which is added where the template does not write it."""
    return ids[: ids.index(end) + 1] if end in ids else (*ids, end)
