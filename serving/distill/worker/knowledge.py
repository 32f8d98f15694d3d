"""Knowledge distillation: the student learns a teacher's distribution of the next token, at the answers' places.

The loss of a target is (1 - weight) · cross-entropy + weight · T² · D. D is the generalised Jensen-Shannon divergence
of the two distributions at the temperature T (equation 1 of arXiv:2306.13649):

    beta 0      KL(teacher ‖ student)
    between     beta · KL(teacher ‖ m) + (1 - beta) · KL(student ‖ m) with m = beta · teacher + (1 - beta) · student
    beta 1      KL(student ‖ teacher)

T² gives the gradients of D the same size at every temperature (arXiv:1503.02531).

The logits of both models are held for all targets of a row; distributions are made for a few targets at a time, and
again in the backward pass. Models may have output heads of different widths, because some are filled up to a round
number: what is behind the shorter one is no token, and is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .attention import Branches
from .loss import row_logits
from .model import device
from .tree import Row

AT_ONCE = 64
"""Targets whose distributions are in memory at once: with a vocabulary of 150,000, 38 MB each of about five tensors."""


@dataclass(frozen=True, slots=True)
class Mix:
    """The share of the loss that is the teacher's (0 to 1), the temperature (above 0), and the divergence (0 to 1)."""

    weight: float
    temperature: float
    beta: float


@dataclass(frozen=True, slots=True)
class Teacher:
    """A model that is not trained, and the part that its distributions have in the loss."""

    model: Any
    mix: Mix

    def row_loss(self, student: Any, row: Row, device: Any) -> Any:
        """Return the sum over the row's targets, as `row_loss` does without a teacher; in `Branches.along`."""
        from torch import no_grad

        logits, targets = row_logits(student, row, device)
        with no_grad():
            taught, _ = row_logits(self.model, row, device)
        return knowledge_loss(logits, taught, targets, self.mix)


def load_teacher(job: dict[str, Any], branches: Branches) -> Teacher:
    """Return the teacher of a job: its weights in bfloat16 where products are computed in it, else in float32."""
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(
        job["teacher"],
        dtype=torch.bfloat16 if job["bfloat16"] else torch.float32,
        attn_implementation=branches.register(),
        local_files_only=True,
    )
    mix = Mix(job["teacher_weight"], job["teacher_temperature"], job["teacher_beta"])
    return Teacher(model.to(device()).eval().requires_grad_(requires_grad=False), mix)


def knowledge_loss(student: Any, teacher: Any, targets: Any, mix: Mix) -> Any:
    """Return the sum over the targets, for logits (targets, vocabulary) in float32. `teacher` has no gradient."""
    from torch.utils.checkpoint import checkpoint

    width = min(student.shape[-1], teacher.shape[-1])
    pieces = zip(*(values.split(AT_ONCE) for values in (student[:, :width], teacher[:, :width], targets)), strict=True)
    total = student.new_zeros(())
    for piece in pieces:
        total = total + checkpoint(_piece, *piece, mix, use_reentrant=False, preserve_rng_state=False)
    return total


def _piece(student: Any, teacher: Any, targets: Any, mix: Mix) -> Any:
    from torch.nn.functional import cross_entropy

    loss = student.new_zeros(())
    if mix.weight < 1:
        loss = loss + (1 - mix.weight) * cross_entropy(student, targets, reduction="sum")
    if mix.weight > 0:
        loss = loss + mix.weight * mix.temperature**2 * divergence(student, teacher, mix).sum()
    return loss


def divergence(student: Any, teacher: Any, mix: Mix) -> Any:
    """Return D for each target, in nats, from logits (targets, vocabulary)."""
    from torch import logaddexp
    from torch.nn.functional import kl_div, log_softmax

    learned, taught = (log_softmax(logits / mix.temperature, dim=-1) for logits in (student, teacher))
    # kl_div(a, b) is KL(b ‖ a).
    if mix.beta == 0:
        return kl_div(learned, taught, reduction="none", log_target=True).sum(-1)
    if mix.beta == 1:
        return kl_div(taught, learned, reduction="none", log_target=True).sum(-1)
    middle = logaddexp(learned + math.log1p(-mix.beta), taught + math.log(mix.beta))
    from_teacher, from_student = (
        kl_div(middle, side, reduction="none", log_target=True).sum(-1) for side in (taught, learned)
    )
    return mix.beta * from_teacher + (1 - mix.beta) * from_student
