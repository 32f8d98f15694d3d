"""Knowledge distillation against the same training without a teacher, on a student with half of the teacher's layers.

    python -m benchmarks.knowledge MODEL --data examples.jsonl --budget 6m --out FOLDER

The student has every second layer of MODEL, which is its teacher: so that both have one tokenizer, and there is much to
learn. Both trainings have the same examples, order, seed and time, in which the one with a teacher makes fewer steps.
Prints the loss on held-out examples, the words and citations of greedy answers, steps and seconds of each evaluation.

Not covered: a teacher that is larger than any student that is worth serving, which is the usual case.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from serving.distill.knowledge import Knowledge
from serving.distill.request import TrainingRequest, parse_budget
from serving.distill.run import prepare, train
from serving.get.folders import writing

_COLUMNS = ("step", "seconds", "loss", "f1", "cited", "loops")


class Notes:
    """Prints what is noted."""

    def steps(self, done: int, total: int) -> None:
        """Say nothing of single steps."""

    def note(self, text: str) -> None:
        """Print one line."""
        print(f"  {text}", flush=True)


def halve(model: Path, out: Path) -> Path:
    """Write a checkpoint with every second layer of another, and the last one, and return its folder."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    whole = AutoModelForCausalLM.from_pretrained(model, dtype=torch.bfloat16, local_files_only=True)
    layers = whole.model.layers
    kept = sorted({*range(0, len(layers), 2), len(layers) - 1})
    whole.model.layers = torch.nn.ModuleList(layers[place] for place in kept)
    whole.config.num_hidden_layers = len(kept)
    if getattr(whole.config, "layer_types", None):
        whole.config.layer_types = [whole.config.layer_types[place] for place in kept]
    with writing(out) as partial:
        whole.save_pretrained(partial)
        AutoTokenizer.from_pretrained(model, local_files_only=True).save_pretrained(partial)
    return out


def main() -> None:
    """Train both students and print their evaluations."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--budget", default="6m", help="of each training")
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--weight", type=float, default=0.5)
    arguments = parser.parse_args()
    half = arguments.out / "half"
    student = half if half.is_dir() else halve(arguments.model, half)
    for name, knowledge in (("answers", None), ("teacher", Knowledge(arguments.model, arguments.weight))):
        request = TrainingRequest(
            model=student,
            data=arguments.data,
            out=arguments.out / name,
            method="full",
            budget_seconds=parse_budget(arguments.budget),
            epochs=arguments.epochs,
            knowledge=knowledge,
        )
        print(f"{name}:", flush=True)
        result = train(prepare(request), Notes())
        print("  " + "  ".join(f"{column:>8}" for column in _COLUMNS))
        for point in result.points:
            print("  " + "  ".join(f"{_cell(point.get(column)):>8}" for column in _COLUMNS))


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
