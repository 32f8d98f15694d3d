"""A row of examples that begin alike has the loss and the gradients that the examples have one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy
from transformers import GemmaConfig, GemmaForCausalLM, LlamaConfig, LlamaForCausalLM, PreTrainedModel

from serving.distill.worker.attention import Branches
from serving.distill.worker.loss import gradients, row_loss
from serving.distill.worker.tree import Example, make_row

CPU = torch.device("cpu")
SYSTEM, A, B = (tuple(range(first, first + 20)) for first in (10, 40, 70))
EXAMPLES = (
    Example(0, (*SYSTEM, *A, 1, 2), (3, 4, 9)),
    Example(1, (*SYSTEM, *A, 5), (6, 9)),
    Example(2, (*SYSTEM, *B, 7, 8, 1), (2, 9)),
    Example(3, (*SYSTEM, *B, 7, 8, 1), (5, 5, 9)),
    Example(4, (*B, 2), (1, 9)),
)
SIZES: dict[str, Any] = {
    "vocab_size": 100,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
}


@pytest.fixture(params=["llama", "gemma"])
def model(request: pytest.FixtureRequest) -> PreTrainedModel:
    torch.manual_seed(0)
    if request.param == "llama":
        return LlamaForCausalLM(LlamaConfig(**SIZES, tie_word_embeddings=True)).double()
    return GemmaForCausalLM(GemmaConfig(**SIZES, pad_token_id=0)).double()


def one_by_one(model: PreTrainedModel, examples: Sequence[Example]) -> tuple[float, dict[str, torch.Tensor]]:
    """Return the mean loss of all answers' tokens, and its gradients, of plain causal forward passes."""
    model.set_attn_implementation("sdpa")
    model.zero_grad()
    count = sum(len(example.answer) for example in examples)
    total = 0.0
    for example in examples:
        logits = model(input_ids=torch.tensor([example.ids])).logits[0]
        first = len(example.prompt) - 1
        loss = cross_entropy(logits[first:-1], torch.tensor(example.answer), reduction="sum") / count
        torch.autograd.backward(loss)
        total += loss.item()
    return total, gradients_of(model)


def gradients_of(model: PreTrainedModel) -> dict[str, torch.Tensor]:
    return {name: part.grad.clone() for name, part in model.named_parameters() if part.grad is not None}


def test_a_row_has_the_loss_and_the_gradients_of_its_examples(model: PreTrainedModel) -> None:
    expected_loss, expected = one_by_one(model, EXAMPLES)
    branches = Branches()
    model.set_attn_implementation(branches.register())
    model.zero_grad()
    row = make_row(EXAMPLES)
    assert len(row.ids) < 0.6 * row.tokens
    loss = gradients(model, branches, [row], lambda: torch.autocast("cpu", enabled=False), torch.autograd.backward)
    assert loss.item() == pytest.approx(expected_loss, rel=1e-6)
    found = gradients_of(model)
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        assert torch.allclose(found[name], gradient, rtol=1e-4, atol=1e-6), name


def test_rows_of_one_step_add_up(model: PreTrainedModel) -> None:
    _, expected = one_by_one(model, EXAMPLES)
    branches = Branches()
    model.set_attn_implementation(branches.register())
    model.zero_grad()
    rows = [make_row(EXAMPLES[:2]), make_row(EXAMPLES[2:])]
    gradients(model, branches, rows, lambda: torch.autocast("cpu", enabled=False), torch.autograd.backward)
    for name, gradient in gradients_of(model).items():
        assert torch.allclose(gradient, expected[name], rtol=1e-4, atol=1e-6), name


def test_without_a_row_the_attention_is_the_plain_one_with_its_padding(model: PreTrainedModel) -> None:
    ids, seen = torch.tensor([[0, 0, *SYSTEM], [*A, 1, 2]]), torch.ones(2, 22, dtype=torch.long)
    seen[0, :2] = 0
    with torch.no_grad():
        model.set_attn_implementation("sdpa")
        expected = model(input_ids=ids, attention_mask=seen).logits
        model.set_attn_implementation(Branches().register())
        found = model(input_ids=ids, attention_mask=seen).logits
    assert torch.allclose(found[:, 2:], expected[:, 2:])


def test_attention_with_a_window_that_is_shorter_than_an_example_is_refused() -> None:
    branches = Branches()
    model = LlamaForCausalLM(LlamaConfig(**SIZES))
    model.set_attn_implementation(branches.register())
    row = make_row(EXAMPLES)
    with branches.along(row, CPU), pytest.raises(ValueError, match="a window of 8 cannot share"):
        model.model(input_ids=torch.tensor([row.ids]), position_ids=torch.tensor([row.positions]), sliding_window=8)


def test_the_loss_is_that_of_the_answers_alone(model: PreTrainedModel) -> None:
    branches = Branches()
    model.set_attn_implementation(branches.register())
    row = make_row(EXAMPLES[:1])
    with torch.no_grad(), branches.along(row, CPU):
        loss = row_loss(model, row, CPU).item()
    expected, _ = one_by_one(model, EXAMPLES[:1])
    assert loss == pytest.approx(3 * expected, rel=1e-6)
