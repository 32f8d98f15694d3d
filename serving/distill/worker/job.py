"""A job from its file to its result."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .attention import Branches
from .clock import Clock
from .judge import Judge
from .kept import latest, write_json
from .knowledge import load_teacher
from .loss import row_loss
from .model import load
from .order import Steps
from .plan import can_share, make_plan, read_plan
from .points import best
from .report import note
from .speed import Schedule
from .tokens import Tokenized, tokenize
from .training import RowTrainer, best_folder
from .write import merge, write_adapter, write_checkpoint, write_weights

PACKAGES = ("torch", "transformers", "peft", "accelerate")
PR_SET_PDEATHSIG = 1
RESERVED_SECONDS = 3.0
WRITTEN_BYTES_A_SECOND = 2e8
"""Chosen low, so that the folder is there before the budget ends."""


def run_job(file: Path) -> None:
    """Do the job, and write its result."""
    job = json.loads(file.read_text(encoding="utf-8"))
    die_with_parent(job["parent"])
    result = {**train(job), "peak_memory_bytes": peak_memory(), "versions": {name: version(name) for name in PACKAGES}}
    write_json(Path(job["result"]), result)


def train(job: dict[str, Any]) -> dict[str, Any]:
    """Train, write the folder, and return what the result says of it."""
    from transformers import AutoTokenizer

    work = Path(job["work"])
    # What came before: the start of this process, and its imports.
    began = time.monotonic() - (time.time() - job["started"])
    tokenizer = AutoTokenizer.from_pretrained(job["model"], local_files_only=True)
    data = tokenize(tokenizer, job["examples"], job["max_tokens"])
    if not data.train:
        raise SystemExit(f"Of {len(data.rows)} examples none of split 'train' has at most {job['max_tokens']} tokens.")
    branches = Branches()
    model = load(job, branches)
    found = latest(work)
    folder, kept = found if found else (None, {})
    clock = Clock(job["budget_seconds"], kept.get("elapsed", 0.0) + time.monotonic() - began, _reserve(model))
    plan = read_plan(work)
    teacher = load_teacher(job, branches) if "teacher" in job else None
    shares = plan.shares if plan else can_share(model, branches, data.train, job["bfloat16"])
    if teacher is not None and plan is None:
        shares = can_share(teacher.model, branches, data.train, job["bfloat16"]) and shares
    loss_of = teacher.row_loss if teacher is not None else row_loss
    judge = Judge(job, tokenizer, branches, data, shares=shares)
    plan = plan or make_plan(job, model, branches, data.train, judge, clock, loss_of)
    clock.evaluation = plan.evaluation_seconds
    steps = Steps(data.train, plan.most_steps, job["batch_examples"], job["row_tokens"], job["seed"], shares)
    trainer = RowTrainer(model, job, steps, plan, branches, judge, clock, kept, loss_of)
    if folder:
        note(f"Continuing after step {folder.name.removeprefix('checkpoint-')} of {plan.steps}.")
    if folder and trainer.stopped:
        trainer.load(folder)
    else:
        trainer.train(resume_from_checkpoint=str(folder) if folder else None)
    return _finish(job, trainer, data, plan)


def _finish(job: dict[str, Any], trainer: RowTrainer, data: Tokenized, plan: Schedule) -> dict[str, Any]:
    """Write the folder from the best weights, or the last ones where none were judged."""
    work, out, base = (Path(job[name]) for name in ("work", "out", "model"))
    chosen = best(trainer.points) if any(point.step for point in trainer.points) else None
    weights = best_folder(work, chosen) if chosen else work / "last"
    if chosen is None:
        write_weights(trainer.model, weights)
    model: Any = trainer.model
    parameters = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    if job["method"] == "lora" and job["merge"]:
        merge(job, weights, work / "merged")
        weights = work / "merged"
    if job["method"] == "lora" and not job["merge"]:
        write_adapter(base, weights, out)
    else:
        write_checkpoint(base, weights, out)
    return {
        "plan": plan.to_dict(),
        "steps": trainer.losses[-1][0],
        "stopped": trainer.stopped,
        "best_step": chosen.step if chosen else trainer.losses[-1][0],
        "points": [point.to_dict() for point in trainer.points],
        "losses": trainer.losses,
        "train_examples": len(data.train),
        "validation_examples": len(data.validation),
        "too_long": [data.rows[number]["line"] for number in data.too_long],
        "examples_seen": trainer.examples,
        "tokens_seen": trainer.tokens,
        "tokens_computed": trainer.computed,
        "training_seconds": round(trainer.training_seconds, 1),
        "seconds": round(trainer.clock.elapsed(), 1),
        "trained_parameters": parameters,
    }


def _reserve(model: Any) -> float:
    """Return the seconds that are kept for writing the checkpoint and the folder."""
    written: int = sum(parameter.numel() * parameter.element_size() for parameter in model.parameters())
    return RESERVED_SECONDS + written / WRITTEN_BYTES_A_SECOND


def peak_memory() -> int:
    """Return the largest memory of this process so far, in bytes."""
    # On Linux ru_maxrss includes the parent's memory when it started this process; VmHWM begins at the start.
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def die_with_parent(parent: int) -> None:
    """End with the command that started this (Linux; elsewhere an orphan runs to its end, in the temporary folder)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The command that started this has ended.")
