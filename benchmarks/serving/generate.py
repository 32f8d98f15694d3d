"""`generate` of transformers on the same checkpoint: the loop that a user would write instead of serving."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from benchmarks.serving.load import Answered, Run


class Generator:
    """The model in bf16 in this process, on all its threads."""

    def __init__(self, checkpoint: Path) -> None:
        # The embedder, where it was loaded in this process before, leaves torch one thread.
        torch.set_num_threads(os.cpu_count() or 1)
        self._tokenizer: Any = AutoTokenizer.from_pretrained(checkpoint, padding_side="left")
        self._model: Any = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.bfloat16)

    @torch.inference_mode()
    def run(self, bodies: Sequence[Mapping[str, Any]], batch: int) -> Run:
        """Answer the requests in batches of `batch`; every request of a batch takes as long as the batch does."""
        answers: list[Answered] = []
        began = time.perf_counter()
        for first in range(0, len(bodies), batch):
            part = bodies[first : first + batch]
            started = time.perf_counter()
            texts = [self._prompt(one) for one in part]
            ids = self._tokenizer(texts, padding=True, add_special_tokens=False, return_tensors="pt")
            wanted = [int(one["max_tokens"]) for one in part]
            # The batch ends with its longest answer; what the others wrote beyond their length is thrown away.
            self._model.generate(**ids, max_new_tokens=max(wanted), min_new_tokens=max(wanted), do_sample=False)
            seconds = time.perf_counter() - started
            answers += [Answered(started, seconds, seconds, tokens, {}) for tokens in wanted]
        return Run(tuple(answers), time.perf_counter() - began)

    def _prompt(self, one: Mapping[str, Any]) -> str:
        return str(
            self._tokenizer.apply_chat_template(list(one["messages"]), add_generation_prompt=True, tokenize=False)
        )
