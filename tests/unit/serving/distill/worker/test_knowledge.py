"""The loss of knowledge distillation, compared with its definition."""

from __future__ import annotations

import math

import pytest
import torch

from serving.distill.worker.knowledge import AT_ONCE, Mix, divergence, knowledge_loss

TARGETS, VOCABULARY = 2 * AT_ONCE + 7, 50


def logits(seed: int, width: int = VOCABULARY, targets: int = TARGETS) -> torch.Tensor:
    return 3 * torch.randn(targets, width, generator=torch.Generator().manual_seed(seed))


def entropy_of(p: list[float], q: list[float]) -> float:
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))


@pytest.mark.parametrize("beta", [0.0, 0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_the_divergence_is_that_of_its_definition(beta: float, temperature: float) -> None:
    student, teacher = logits(1, width=5, targets=3).double(), logits(2, width=5, targets=3).double()
    found = divergence(student, teacher, Mix(1.0, temperature, beta)).tolist()
    for place in range(3):
        p, q = ((side[place] / temperature).softmax(-1).tolist() for side in (teacher, student))
        middle = [beta * a + (1 - beta) * b for a, b in zip(p, q, strict=True)]
        expected = {0.0: entropy_of(p, q), 1.0: entropy_of(q, p)}.get(
            beta, beta * entropy_of(p, middle) + (1 - beta) * entropy_of(q, middle)
        )
        assert found[place] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0])
def test_a_student_that_is_its_teacher_has_nothing_to_learn(beta: float) -> None:
    same = logits(1).requires_grad_()
    loss = knowledge_loss(same, same.detach(), torch.zeros(TARGETS, dtype=torch.long), Mix(1.0, 2.0, beta))
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-3)
    assert same.grad is not None
    assert same.grad.abs().max() < 1e-5


def test_the_loss_in_pieces_has_the_value_and_the_gradient_of_the_whole() -> None:
    student, teacher, targets = logits(1).requires_grad_(), logits(2), torch.arange(TARGETS) % VOCABULARY
    mix = Mix(0.3, 2.0, 0.0)
    loss = knowledge_loss(student, teacher, targets, mix)
    (found,) = torch.autograd.grad(loss, student)
    whole = 0.7 * torch.nn.functional.cross_entropy(student, targets, reduction="sum")
    whole = whole + 0.3 * 4 * divergence(student, teacher, mix).sum()
    (expected,) = torch.autograd.grad(whole, student)
    assert loss.item() == pytest.approx(whole.item(), rel=1e-5)
    assert torch.allclose(found, expected, atol=1e-5)


def test_without_a_weight_the_loss_is_cross_entropy() -> None:
    student, targets = logits(1), torch.arange(TARGETS) % VOCABULARY
    loss = knowledge_loss(student, logits(2), targets, Mix(0.0, 1.0, 0.0))
    assert loss.item() == pytest.approx(torch.nn.functional.cross_entropy(student, targets, reduction="sum").item())


def test_an_output_head_that_is_filled_up_to_a_round_number_is_compared_without_its_filling() -> None:
    student, teacher, targets = logits(1), logits(2), torch.zeros(TARGETS, dtype=torch.long)
    filled = torch.cat([teacher, torch.full((TARGETS, 14), 9.0)], dim=1)
    mix = Mix(0.5, 1.0, 0.5)
    assert torch.equal(knowledge_loss(student, filled, targets, mix), knowledge_loss(student, teacher, targets, mix))


def test_the_distributions_of_all_targets_are_never_held_together() -> None:
    student, teacher = logits(1).requires_grad_(), logits(2)
    kept: list[int] = []

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        kept.append(tensor.untyped_storage().data_ptr())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        knowledge_loss(student, teacher, torch.zeros(TARGETS, dtype=torch.long), Mix(0.5, 2.0, 0.5))
    allowed = {student.untyped_storage().data_ptr(), teacher.untyped_storage().data_ptr()}
    assert len(set(kept) - allowed) <= 1
