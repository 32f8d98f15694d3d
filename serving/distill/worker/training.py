"""transformers' Trainer, with rows in place of padded batches: it keeps the optimizer, the order and the checkpoints.

A step of the Trainer is one item of its data: the rows of all examples of that step. The last checkpoint and the
weights of the best evaluation are kept; where the job names a folder for checkpoints, those of every evaluation.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from transformers import Trainer, TrainerCallback, TrainingArguments

from .attention import Branches
from .clock import Clock
from .decay import Decay
from .judge import Judge
from .kept import complete
from .loss import RowLoss, gradients
from .model import in_its_types
from .order import Steps
from .points import Point, best, described, is_exhausted
from .report import note, progress
from .speed import Schedule, new_end, spread
from .tree import Row
from .write import write_weights

BETAS = (0.9, 0.95)
NORM = 1.0


def arguments(job: dict[str, Any], steps: int) -> TrainingArguments:
    """Return the Trainer's settings."""
    import torch

    return TrainingArguments(
        output_dir=job["work"],
        max_steps=steps,
        per_device_train_batch_size=1,
        learning_rate=job["learning_rate"],
        adam_beta1=BETAS[0],
        adam_beta2=BETAS[1],
        weight_decay=0.0,
        max_grad_norm=NORM,
        optim="adamw_torch_fused",
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="no",
        save_total_limit=2,
        eval_strategy="no",
        remove_unused_columns=False,
        dataloader_num_workers=0,
        dataloader_pin_memory=False,
        disable_tqdm=True,
        report_to="none",
        seed=job["seed"],
        use_cpu=not torch.accelerator.is_available(),
    )


class RowTrainer(Trainer):
    """One training. `kept` is the progress of a checkpoint, empty for a new training."""

    def __init__(
        self,
        model: Any,
        job: dict[str, Any],
        steps: Steps,
        schedule: Schedule,
        branches: Branches,
        judge: Judge,
        clock: Clock,
        kept: dict[str, Any],
        loss_of: RowLoss,
    ) -> None:
        self.decay = Decay(schedule.steps)
        first = [schedule.first] if schedule.first else []
        self.points = [Point.from_dict(point) for point in kept.get("points", first)]
        self.losses: list[tuple[int, float]] = [(step, loss) for step, loss in kept.get("losses", ())]
        self.examples, self.tokens, self.computed = (kept.get(name, 0) for name in ("examples", "tokens", "computed"))
        self.training_seconds: float = kept.get("training_seconds", 0.0)
        self.clock = clock
        self.stopped = kept.get("stopped", "")
        self._job, self._branches, self._judge = job, branches, judge
        self._work = Path(job["work"])
        self._loss_of = loss_of
        self._types = partial(in_its_types, job["bfloat16"])
        super().__init__(
            model=model,
            args=arguments(job, schedule.most_steps),
            train_dataset=steps,
            data_collator=_rows,
            callbacks=[_When(self, schedule, job)],
        )
        self.remove_callback(_printer())

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        from torch.utils.data import SequentialSampler

        return SequentialSampler(train_dataset)

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:  # noqa: ARG002
        """Return the schedule of the learning rate."""
        from torch.optim.lr_scheduler import LambdaLR

        chosen: Any = optimizer or self.optimizer
        self.lr_scheduler = LambdaLR(chosen, self.decay)
        return self.lr_scheduler

    def training_step(self, model: Any, inputs: dict[str, Any], num_items_in_batch: Any = None) -> Any:  # noqa: ARG002
        """Add the gradients of all rows of a step, and return the mean loss of its targets."""
        began = time.monotonic()
        model.train()
        rows = inputs["rows"]
        loss = gradients(model, self._branches, rows, self._types, self.accelerator.backward, self._loss_of)
        self.examples += sum(len(row.examples) for row in rows)
        self.tokens += sum(row.tokens for row in rows)
        self.computed += sum(len(row.ids) for row in rows)
        self.training_seconds += time.monotonic() - began
        return loss

    def floating_point_ops(self, inputs: Any) -> int:  # noqa: ARG002
        """Return 0: the Trainer would count them by the shape of a padded batch."""
        return 0

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:  # noqa: ARG002
        """Keep the loss of each step."""
        if "loss" in logs:
            self.losses.append((self.state.global_step, round(logs["loss"], 5)))

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Judge the model, keep its weights where they are the best so far, and a checkpoint in any case."""
        began = time.monotonic()
        point = self._judge.point(self.model, self.state.global_step, self.examples, self.tokens, self.clock.elapsed())
        self.points.append(point)
        self.clock.evaluated(time.monotonic() - began)
        if best(self.points) is point:
            write_weights(self.model, best_folder(self._work, point))
        if self._job["checkpoints"]:
            write_weights(self.model, Path(self._job["checkpoints"]) / f"checkpoint-{point.step}")
        note(described(point))
        self.control.should_evaluate = False
        self.control.should_save = True
        if is_exhausted(self.points, self._job["patience"]) and point.step < self.decay.end:
            self.stopped = f"neither loss nor answers were better in {self._job['patience']} evaluations"
            note(f"Stopped after step {point.step}: {self.stopped}.")
            self.control.should_training_stop = True
        return {}

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        super()._save_checkpoint(model, trial)
        folder = self._work / f"checkpoint-{self.state.global_step}"
        complete(folder, self.progress())
        for other in self._work.glob("checkpoint-*"):
            if other != folder:
                shutil.rmtree(other)
        if any(point.step for point in self.points):
            keep = best_folder(self._work, best(self.points))
            for other in self._work.glob("best-*"):
                if other != keep:
                    shutil.rmtree(other)

    def load(self, folder: Path) -> None:
        """Take the weights of a checkpoint."""
        self._load_from_checkpoint(str(folder))

    def progress(self) -> dict[str, Any]:
        """Return what a run that goes on needs to know beside weights and optimizer."""
        return {
            "elapsed": self.clock.elapsed(),
            "training_seconds": self.training_seconds,
            "examples": self.examples,
            "tokens": self.tokens,
            "computed": self.computed,
            "points": [point.to_dict() for point in self.points],
            "losses": self.losses,
            "stopped": self.stopped,
        }


class _When(TrainerCallback):
    """When there is an evaluation, a checkpoint, or the end; and a schedule that is made to fit the time."""

    def __init__(self, trainer: RowTrainer, schedule: Schedule, job: dict[str, Any]) -> None:
        self._trainer, self._schedule = trainer, schedule
        self._evaluations = schedule.evaluations
        self._end = schedule.steps
        self._save_seconds = job["save_seconds"]
        self._saved = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Decide what follows the step."""
        trainer, step = self._trainer, state.global_step
        progress(step, trainer.decay.end)
        self._keep_time(step)
        self._spread_evaluations(step)
        last = step >= trainer.decay.end or trainer.clock.is_over()
        if self._evaluations and (last or step in self._evaluations):
            control.should_evaluate = True
        if last and step < self._schedule.steps:
            trainer.stopped = f"the budget sufficed for {step} of {self._schedule.steps} steps"
        control.should_training_stop = control.should_training_stop or last
        control.should_save = last or time.monotonic() - self._saved > self._save_seconds

    def on_save(self, *_: Any, **__: Any) -> None:
        """Count the time until the next checkpoint from now."""
        self._saved = time.monotonic()

    def _keep_time(self, step: int) -> None:
        trainer = self._trainer
        planned = trainer.decay.end
        coming = sum(step < point for point in self._evaluations)
        fit = trainer.clock.steps_left(step, coming)
        if fit is None or step < trainer.decay.warm_up:
            return
        end = new_end(step, planned, self._schedule.most_steps, fit, trainer.decay(step))
        if end is not None:
            trainer.decay.end_at(end, step)
            speed = "Slower" if end < planned else "Faster"
            note(f"{speed} than measured: the training ends after step {end}, not {planned}.")

    def _spread_evaluations(self, step: int) -> None:
        """Put the evaluations that are left at equal distances until the end, where that has changed."""
        end = self._trainer.decay.end
        if end != self._end and self._evaluations:
            left = sum(step < point for point in self._evaluations)
            self._evaluations, self._end = spread(step, end, max(1, left)), end


def best_folder(work: Path, point: Point) -> Path:
    """Return the folder of the weights of a point."""
    return work / f"best-{point.step}"


def _rows(items: Sequence[list[Row]]) -> dict[str, list[Row]]:
    return {"rows": items[0]}


def _printer() -> Any:
    from transformers.trainer_callback import PrinterCallback

    return PrinterCallback
