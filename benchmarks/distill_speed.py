"""How fast `groundwork model distill train` trains, against transformers' Trainer and trl's SFTTrainer.

    python -m benchmarks.distill_speed MODEL EXAMPLES [--steps 6] [--batch 8] [--micro-batch 4] [--row-tokens 2048]

All train all weights of the same model on the same examples in the same steps, in one process of `.venv-train`, in
turns, step after step: float32 weights, products in bfloat16 where the processor has them, AdamW, norm of the gradients
clipped. The Trainer has the usual collator (padding to the longest of a micro-batch, labels of the prompt masked), its
own loss over the logits of all tokens, and accumulates micro-batches to the same number of examples; SFTTrainer has the
same labels, and its defaults otherwise. Prints, for each, tokens of the examples a second, no padding, each example
counted whole, over all steps and as the median of the steps, and the ratios. The first step of each is not counted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_ROWS = "rows of trees"


def main() -> None:
    """Measure, in the environment that trains."""
    options = _options()
    if not options.inside:
        environment = ROOT / ".venv-train" / "bin" / "python"
        sys.exit(subprocess.run([environment, __file__, "--inside", *sys.argv[1:]], check=False).returncode)
    sys.path.insert(0, str(ROOT))
    with TemporaryDirectory() as work:
        measure(options, work)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("examples")
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--batch", type=int, default=8, help="examples of a step")
    parser.add_argument("--micro-batch", type=int, default=4, help="examples that the peers pad together")
    parser.add_argument("--row-tokens", type=int, default=2048)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def measure(options: argparse.Namespace, work: str) -> None:
    """Train in turns, and print the figures."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from core.processor import computes_bfloat16, processor_flags
    from serving.distill.worker.attention import Branches
    from serving.distill.worker.model import in_its_types
    from serving.distill.worker.order import Steps
    from serving.distill.worker.tokens import encode

    bfloat16 = computes_bfloat16(processor_flags())
    tokenizer = AutoTokenizer.from_pretrained(options.model, local_files_only=True)
    lines = [json.loads(line) for line in Path(options.examples).read_text(encoding="utf-8").splitlines()]
    train = [line for line in lines if line.get("split", "train") == "train"]
    examples = [encode(tokenizer, number, line["messages"], line["answer"]) for number, line in enumerate(train)]
    examples = [example for example in examples if len(example.ids) <= options.row_tokens]
    steps = Steps(examples, options.steps + 1, options.batch, options.row_tokens, 0, shares=True)
    branches = Branches()
    model = AutoModelForCausalLM.from_pretrained(
        options.model, dtype=torch.float32, attn_implementation=branches.register(), local_files_only=True
    )
    model.config.use_cache = False
    ways: dict[str, Any] = {
        _ROWS: _Ours(model, branches, bfloat16, in_its_types, options.row_tokens),
        "Trainer": _Padded(transformers_trainer(model, tokenizer, options, work, bfloat16)),
        "SFTTrainer": _Padded(sft_trainer(model, tokenizer, options, work, bfloat16)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    tokens = []
    for number in range(options.steps + 1):
        chosen = steps.examples(number)
        tokens.append(sum(len(example.ids) for example in chosen))
        for name, step in ways.items():
            began = time.monotonic()
            computed = step(chosen)
            seconds[name].append(time.monotonic() - began)
            print(
                f"step {number}, {name}: {tokens[-1]} tokens, {computed} computed, {seconds[name][-1]:.1f} s",
                flush=True,
            )
    for name, times in seconds.items():
        rates = [count / took for count, took in zip(tokens, times, strict=True)][1:]
        print(f"{name}: {sum(tokens[1:]) / sum(times[1:]):.0f} tokens a second, median {median(rates):.0f}")
    for name in ("Trainer", "SFTTrainer"):
        print(f"ratio to {name}: {sum(seconds[name][1:]) / sum(seconds[_ROWS][1:]):.2f}")


class _Ours:
    """A step as `serving/distill/worker/training.py` makes it."""

    def __init__(self, model: Any, branches: Any, bfloat16: bool, types: Any, row_tokens: int) -> None:
        from torch.optim import AdamW

        self._model, self._branches, self._bfloat16, self._types = model, branches, bfloat16, types
        self._row_tokens = row_tokens
        self._optimizer = AdamW(model.parameters(), lr=1e-5, weight_decay=0.0, fused=True)

    def __call__(self, examples: Any) -> int:
        """Do a step, and return how many tokens were computed."""
        import torch

        from serving.distill.worker.loss import gradients
        from serving.distill.worker.order import pack

        rows = pack(examples, self._row_tokens, shares=True)
        self._model.train()
        gradients(self._model, self._branches, rows, lambda: self._types(self._bfloat16), torch.autograd.backward)
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        return sum(len(row.ids) for row in rows)


class _Padded:
    """A step of a Trainer that pads each micro-batch to its longest example."""

    def __init__(self, trainer: Any) -> None:
        self._trainer = trainer
        self._cells = 0
        self._collate = trainer.data_collator
        trainer.data_collator = self._counted

    def _counted(self, items: list[dict[str, list[int]]]) -> Any:
        batch = self._collate(items)
        self._cells += batch["input_ids"].numel()
        return batch

    def __call__(self, examples: Any) -> int:
        """Do a step, and return how many tokens were computed, with those of the padding."""
        from datasets import Dataset

        self._cells = 0
        self._trainer.train_dataset = Dataset.from_list([_labelled(example) for example in examples])
        self._trainer.train()
        return self._cells


def _labelled(example: Any) -> dict[str, list[int]]:
    return {"input_ids": list(example.ids), "labels": [-100] * len(example.prompt) + list(example.answer)}


def transformers_trainer(model: Any, tokenizer: Any, options: argparse.Namespace, work: str, bfloat16: bool) -> Any:
    """Return a Trainer of transformers with the usual collator."""
    from datasets import Dataset
    from transformers import DataCollatorForSeq2Seq, Trainer, TrainingArguments

    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    return Trainer(
        model=model,
        args=TrainingArguments(**_settings(options, work, bfloat16)),
        data_collator=DataCollatorForSeq2Seq(tokenizer, padding=True),
        train_dataset=Dataset.from_list([{"input_ids": [0], "labels": [0]}]),
    )


def sft_trainer(model: Any, tokenizer: Any, options: argparse.Namespace, work: str, bfloat16: bool) -> Any:
    """Return trl's trainer; the examples come to it as tokens with labels, so that it prepares none."""
    from datasets import Dataset

    trl = import_module("trl")
    given = {"dataset_kwargs": {"skip_prepare_dataset": True}, "gradient_checkpointing": False, "max_length": None}
    return trl.SFTTrainer(
        model=model,
        args=trl.SFTConfig(**_settings(options, work, bfloat16), **given),
        processing_class=tokenizer,
        train_dataset=Dataset.from_list([{"input_ids": [0], "labels": [0]}]),
    )


def _settings(options: argparse.Namespace, work: str, bfloat16: bool) -> dict[str, Any]:
    return {
        "output_dir": work,
        "per_device_train_batch_size": options.micro_batch,
        "gradient_accumulation_steps": options.batch // options.micro_batch,
        "max_steps": 1,
        "learning_rate": 1e-5,
        "bf16": bfloat16,
        "optim": "adamw_torch_fused",
        "weight_decay": 0.0,
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "use_cpu": True,
        "dataloader_pin_memory": False,
    }


if __name__ == "__main__":
    main()
