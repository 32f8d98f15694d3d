"""The loss on held-out examples, and answers to their prompts: greedy, in batches, as they would be served.

A model that is trained in float32 is evaluated as it will be stored, in bfloat16, where the processor computes that.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, zip_longest
from typing import Any

from .attention import Branches
from .loss import row_loss
from .model import device, in_its_types
from .scores import Answer
from .tree import Example, Row

BATCH_TOKENS = 12_000
"""Of prompts and answers that are generated at once, padding included."""


def choose(examples: Sequence[Example], rows: Sequence[Mapping[str, Any]], count: int) -> list[Example]:
    """Return up to `count` examples, of each kind as many as there are of the others, evenly over the file."""
    kinds: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        kinds[rows[example.number]["kind"]].append(example)
    spread = [_evenly(group, min(len(group), count)) for group in kinds.values()]
    return list(filter(None, chain.from_iterable(zip_longest(*spread))))[:count]


def _evenly(examples: Sequence[Example], count: int) -> list[Example]:
    """Return `count` of them: the middle of each of so many parts."""
    return [examples[(2 * place + 1) * len(examples) // (2 * count)] for place in range(count)]


@contextmanager
def stored(model: Any, *, bfloat16: bool) -> Iterator[Any]:
    """Give the model as it will be stored, ready to answer; the one that is trained is not changed."""
    import torch

    trained = model.training
    small = bfloat16 and next(model.parameters()).dtype == torch.float32 and not hasattr(model, "peft_config")
    judged = copy.deepcopy(model).to(torch.bfloat16) if small else model
    judged.eval()
    try:
        with torch.no_grad():
            yield judged
    finally:
        model.train(trained)


def held_out_loss(model: Any, branches: Branches, rows: Sequence[Row], *, bfloat16: bool) -> float:
    """Return the mean over all tokens of the answers."""
    total, count = 0.0, 0
    for row in rows:
        with branches.along(row, device()), in_its_types(bfloat16):
            total += float(row_loss(model, row, device()))
        count += len(row.targets)
    return total / count


def generate(model: Any, tokenizer: Any, examples: Sequence[Example], most: int, *, bfloat16: bool) -> list[Answer]:
    """Return the model's answer to each prompt, of `most` tokens at most."""
    answers: dict[int, Answer] = {}
    for batch in _batches(sorted(examples, key=lambda example: len(example.prompt)), most):
        with in_its_types(bfloat16):
            answers |= {answer.number: answer for answer in _answer(model, tokenizer, batch, most)}
    return [answers[example.number] for example in examples]


def _batches(examples: Sequence[Example], most: int) -> Iterator[list[Example]]:
    batch: list[Example] = []
    for example in examples:
        if batch and (len(batch) + 1) * (len(example.prompt) + most) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(example)
    if batch:
        yield batch


def _answer(model: Any, tokenizer: Any, batch: Sequence[Example], most: int) -> Iterator[Answer]:
    from torch import tensor

    longest = max(len(example.prompt) for example in batch)
    end = tokenizer.eos_token_id
    missing = [longest - len(example.prompt) for example in batch]
    ids = [[end] * gap + list(example.prompt) for gap, example in zip(missing, batch, strict=True)]
    seen = [[0] * gap + [1] * len(example.prompt) for gap, example in zip(missing, batch, strict=True)]
    written = model.generate(
        input_ids=tensor(ids, device=device()),
        attention_mask=tensor(seen, device=device()),
        max_new_tokens=most,
        do_sample=False,
        temperature=None,
        top_p=None,
        top_k=None,
        repetition_penalty=1.0,
        use_cache=True,
        eos_token_id=end,
        pad_token_id=end,
    )[:, longest:].tolist()
    for example, tokens in zip(batch, written, strict=True):
        ended = end in tokens
        reply = tokens[: tokens.index(end)] if ended else tokens
        yield Answer(example.number, tokenizer.decode(reply, skip_special_tokens=True), ended)
