"""Make a draft model for speculative decoding: two layers of a model, taught by what it predicts in the app's prompts.

    python -m benchmarks.draft_model CHECKPOINT PROMPTS.jsonl OUT [--minutes 6]

The draft has the first and the last layer of the checkpoint, its embeddings, its output head and its tokenizer, as
speculation needs. A third of the minutes the checkpoint reads prompts with their right answers, and its 32 likeliest
next tokens are kept for each of the last 192 tokens; the rest of the time the two layers learn to predict them. The
embeddings and the head, three quarters of the draft, stay as they are.
PROMPTS.jsonl is `groundwork model prompts --part calibration`, so that speculation can be measured with other
documents (`--part check`, `benchmarks.speculation`).

Not covered: a draft that is good. It is made to know what drafting costs and can gain on a processor; a draft of a
known family (a 135M for a 1.7B model) is better.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from core.processor import processor_flags
from core.prompts import read_prompts
from serving.hardware.dtype import processor_dtype

LIKELIEST, LEARNED_TOKENS, TOKENS = 32, 192, 512
LEARNING_RATE = 1e-3


@dataclass(frozen=True, slots=True)
class Lesson:
    """Tokens (1, n), and for the last k of them the likeliest next ones and their probabilities, (k, 32) each."""

    tokens: torch.Tensor
    likeliest: torch.Tensor
    probabilities: torch.Tensor


def main() -> None:
    """Make the draft and print what was done."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("prompts", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=6.0)
    asked = parser.parse_args()
    seconds = 60 * asked.minutes
    dtype = getattr(torch, processor_dtype(processor_flags()))
    tokenizer = AutoTokenizer.from_pretrained(asked.checkpoint)
    teacher: Any = AutoModelForCausalLM.from_pretrained(asked.checkpoint, dtype=dtype)
    with torch.inference_mode():
        lessons = list(_lessons(teacher, tokenizer, asked.prompts, seconds / 3))
    draft = _first_and_last_layer(teacher)
    steps, before, after = _learn(draft, lessons, seconds * 2 / 3, dtype)
    draft.to(torch.bfloat16).save_pretrained(asked.out)
    tokenizer.save_pretrained(asked.out)
    parameters = sum(weight.numel() for weight in draft.parameters())
    print(
        f"{parameters / 1e6:.0f} million parameters, {len(lessons)} prompts, {steps} steps; cross-entropy of the first "
        f"{len(lessons)} steps {before:.2f}, of the last {after:.2f}"
    )


def _lessons(teacher: Any, tokenizer: Any, file: Path, seconds: float) -> Iterator[Lesson]:
    end = time.monotonic() + seconds
    prompts = read_prompts(file)
    random.Random(0).shuffle(prompts)
    for prompt in prompts:
        if time.monotonic() > end:
            return
        text = tokenizer.apply_chat_template(prompt.chat(), add_generation_prompt=True, tokenize=False)
        tokens = tokenizer(text + (prompt.answer or ""), return_tensors="pt")["input_ids"][:, -TOKENS:]
        scores = teacher(tokens, logits_to_keep=LEARNED_TOKENS).logits[0]
        probabilities, likeliest = scores.float().softmax(-1).topk(LIKELIEST)
        yield Lesson(tokens, likeliest, probabilities / probabilities.sum(-1, keepdim=True))


def _first_and_last_layer(teacher: Any) -> Any:
    draft = copy.deepcopy(teacher).float()
    layers = draft.model.layers
    draft.model.layers = torch.nn.ModuleList([layers[0], layers[-1]])
    for number, layer in enumerate(draft.model.layers):
        layer.self_attn.layer_idx = number
    draft.config.num_hidden_layers = 2
    if getattr(draft.config, "layer_types", None):
        draft.config.layer_types = [draft.config.layer_types[0], draft.config.layer_types[-1]]
    return draft.train()


def _learn(draft: Any, lessons: list[Lesson], seconds: float, dtype: torch.dtype) -> tuple[int, float, float]:
    """Train until the time is over; return the steps, and the mean loss of the first and of the last round."""
    draft.get_input_embeddings().requires_grad_(False)
    optimizer = torch.optim.AdamW([*draft.model.layers.parameters(), *draft.model.norm.parameters()], lr=LEARNING_RATE)
    end = time.monotonic() + seconds
    losses: list[float] = []
    for lesson in itertools.cycle(lessons):
        if time.monotonic() > end:
            break
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
            # inference_mode's tensors take no part in autograd: copies do.
            scores = draft(lesson.tokens.clone(), logits_to_keep=len(lesson.likeliest)).logits[0]
        chosen = scores.float().log_softmax(-1).gather(1, lesson.likeliest.clone())
        loss = -(lesson.probabilities.clone() * chosen).sum(-1).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(draft.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.item())
    first, last = losses[: len(lessons)], losses[-len(lessons) :]
    return len(losses), sum(first) / len(first), sum(last) / len(last)


if __name__ == "__main__":
    main()
