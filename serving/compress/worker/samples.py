"""The samples as token ids, in the template that the model is served with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def tokenize(tokenizer: Any, file: str, max_tokens: int) -> tuple[list[list[int]], int]:
    """Return the token ids of each sample in the served template, and how many samples were cut."""
    rows: list[list[int]] = []
    truncated = 0
    for line in filter(None, Path(file).read_text(encoding="utf-8").split("\n")):
        sample = json.loads(line)
        if "text" in sample:
            ids = tokenizer.encode(sample["text"])
        else:
            turns = sample["messages"]
            answered = turns[-1]["role"] == "assistant"
            text = tokenizer.apply_chat_template(turns, add_generation_prompt=not answered, tokenize=False)
            # The template writes the begin token itself.
            ids = tokenizer.encode(text, add_special_tokens=False)
        truncated += len(ids) > max_tokens
        # The question and the answer are at the end.
        rows.append(ids[-max_tokens:])
    return rows, truncated


def loader(inputs: list[dict[str, Any]]) -> Any:
    """Return the inputs of the model, one at a time and in their order, in a form that `oneshot` takes."""
    from torch.utils.data import DataLoader

    rows: Any = inputs
    return DataLoader(rows, batch_size=None, shuffle=False)
