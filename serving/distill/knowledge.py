"""A teacher for a training: what its distributions are worth in the loss, and what it needs.

The student learns, beside the examples' own answers, the teacher's distribution of the next token at each of their
places (worker/knowledge.py has the loss). The teacher is a model on this machine with the student's tokenizer; its
weights are beside the student's in memory, and each step computes it once, forwards only.

Not covered: a teacher behind an API, which gives the probabilities of a few tokens at most; one with another tokenizer;
and answers that the student writes itself (on-policy), which cost a generation each step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError, ServingError
from serving.checkpoint.read import Checkpoint, read_checkpoint, served_bytes
from serving.checkpoint.tokenizer import tokenizer_difference

TENSORS = 3
"""Of the logits' size that a teacher adds: its own logits, and their gradient's and the loss's at once."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is learned from a teacher.

    teacher      the folder of its checkpoint
    weight       of its distributions in the loss; the examples' own answers have the rest
    temperature  of both distributions: above 1, the less likely tokens count for more
    beta         0: KL(teacher ‖ student), which covers all that the teacher would write; 1: KL(student ‖ teacher),
                 which avoids what it would not; between them the generalised Jensen-Shannon divergence
    """

    teacher: Path
    weight: float = 0.5
    temperature: float = 1.0
    beta: float = 0.0

    def settings(self, sha256: str) -> dict[str, Any]:
        """Return the worker's settings; `sha256` is the hash of the teacher's files."""
        return {
            "teacher": str(self.teacher.expanduser().resolve()),
            "teacher_sha256": sha256,
            "teacher_weight": self.weight,
            "teacher_temperature": self.temperature,
            "teacher_beta": self.beta,
        }


def check_knowledge(knowledge: Knowledge, student: Checkpoint) -> Checkpoint:
    """Return the teacher's checkpoint.

    Raises ConfigurationError for numbers without a meaning, a folder that is no checkpoint, a compressed teacher, and
    one whose tokenizer is not the student's, with the difference.
    """
    for name, value, least, most in (
        ("--teacher-weight", knowledge.weight, 0.0, 1.0),
        ("--teacher-beta", knowledge.beta, 0.0, 1.0),
        ("--teacher-temperature", knowledge.temperature, 0.1, 20.0),
    ):
        if not (math.isfinite(value) and least <= value <= most):
            raise ConfigurationError(f"{name} is {value}; it must be from {least:g} to {most:g}.")
    if knowledge.weight == 0:
        raise ConfigurationError("--teacher-weight is 0, so that the teacher has no part in the loss. Omit --teacher.")
    teacher = read_checkpoint(knowledge.teacher.expanduser())
    if teacher.stated:
        raise ConfigurationError(
            f"The teacher {teacher.folder} is compressed, and transformers computes it: name its original in 16 bits."
        )
    difference = tokenizer_difference(student.folder, teacher.folder)
    if difference is not None:
        raise ConfigurationError(
            f"The teacher {teacher.folder} has another tokenizer than {student.folder}: {difference}. A teacher's "
            "distributions are over its own tokens. Take one of the student's family, or let a teacher with another "
            "tokenizer write the examples (groundwork model distill data --teacher-url)."
        )
    return teacher


def teacher_memory(teacher: Checkpoint, answer_tokens: float, *, bfloat16: bool) -> float:
    """Return the bytes that a teacher adds to a training that computes this many tokens of answers at once."""
    logits = 4 * TENSORS * answer_tokens * teacher.number("vocab_size")
    return served_bytes(teacher.tensors, 2 if bfloat16 else 4) + logits


def check_teacher_fits(needed: float, teacher: Checkpoint, available: float, *, bfloat16: bool) -> None:
    """Raise ServingError where a training with this teacher needs more bytes of memory than there are."""
    if needed > available:
        weights = served_bytes(teacher.tensors, 2 if bfloat16 else 4)
        raise ServingError(
            f"About {needed / 1e9:.1f} GB of memory are needed, {weights / 1e9:.1f} of them for the teacher "
            f"{teacher.name}, and {available / 1e9:.1f} GB are free. Take a smaller teacher or a larger machine, a "
            "smaller --row-tokens, or let the teacher write the examples from a server of its own (groundwork model "
            "distill data --teacher-url)."
        )
