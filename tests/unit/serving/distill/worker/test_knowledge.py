"""The loss of knowledge distillation, compared with its definition."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from serving.distill.worker.attention import Branches
from serving.distill.worker.knowledge import AT_ONCE, Mix, Teacher, divergence, knowledge_loss
from serving.distill.worker.loss import RowLoss, gradients, row_logits, row_loss
from serving.distill.worker.tree import Example, Row, make_row

CPU = torch.device("cpu")
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


def tiny_model(branches: Branches, seed: int, layers: int) -> Any:
    torch.manual_seed(seed)
    return LlamaForCausalLM._from_config(  # type: ignore[no-untyped-call]
        LlamaConfig(
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=layers,
            num_attention_heads=2,
            num_key_value_heads=1,
            vocab_size=VOCABULARY,
            max_position_embeddings=64,
            initializer_range=0.3,
        ),
        attn_implementation=branches.register(),
    )


def row(seed: int) -> Row:
    """Three examples with the same beginning, as one row."""
    generator = random.Random(seed)
    prompt = tuple(generator.choices(range(VOCABULARY), k=20))
    return make_row([Example(n, (*prompt, n), tuple(generator.choices(range(VOCABULARY), k=8))) for n in range(3)])


def distance(student: Any, teacher: Any, branches: Branches, rows: list[Row]) -> float:
    """KL(teacher, student) in nats, the mean over the answers' places."""
    with torch.no_grad():
        found = []
        for one in rows:
            with branches.along(one, CPU):
                sides = [row_logits(model, one, CPU)[0] for model in (student, teacher)]
            found.append(divergence(sides[0], sides[1], Mix(1.0, 1.0, 0.0)))
    return float(torch.cat(found).mean())


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Threads of a tiny model wait for one another longer than they compute, where cores are shared."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_a_student_comes_nearer_to_its_teacher_than_one_that_only_learns_the_answers(one_thread: None) -> None:
    branches = Branches()
    teacher = Teacher(tiny_model(branches, 1, layers=2).eval().requires_grad_(False), Mix(1.0, 1.0, 0.0))
    rows = [row(seed) for seed in range(2)]

    def trained(loss_of: RowLoss) -> Any:
        student = tiny_model(branches, 2, layers=1)
        optimizer = torch.optim.AdamW(student.parameters(), lr=1e-2)
        for _ in range(30):
            gradients(student, branches, rows, nullcontext, lambda loss: loss.backward(), loss_of)
            optimizer.step()
            optimizer.zero_grad()
        return student

    before = distance(tiny_model(branches, 2, layers=1), teacher.model, branches, rows)
    alone, taught = (distance(trained(loss), teacher.model, branches, rows) for loss in (row_loss, teacher.row_loss))
    assert taught < before / 3
    assert taught < alone / 3


def test_the_teacher_is_not_trained_and_a_whole_weight_of_the_answers_is_the_loss_without_it() -> None:
    branches, one = Branches(), row(0)
    student, model = tiny_model(branches, 2, layers=1), tiny_model(branches, 1, layers=2).eval()
    with branches.along(one, CPU):
        loss = Teacher(model, Mix(0.0, 1.0, 0.0)).row_loss(student, one, CPU)
        plain = row_loss(student, one, CPU)
        loss.backward()
    assert loss.item() == pytest.approx(plain.item(), rel=1e-5)
    assert all(parameter.grad is None for parameter in model.parameters())
