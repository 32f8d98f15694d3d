"""The tokens that all samples begin with, run once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaModel
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from serving.compress.worker.attention import use_fused_attention
from serving.compress.worker.prefix import SHORTEST, Prefix, is_exact

COMMON = list(range(1, SHORTEST + 1))
ROWS = [[*COMMON, 50, 51, 52], [*COMMON, 60], [*COMMON, 70, 71]]


def test_the_prefix_is_the_first_input_and_the_rest_of_each_sample_keeps_its_positions() -> None:
    prefix = Prefix(ROWS)
    inputs = prefix.split(ROWS)
    assert prefix.length == SHORTEST
    assert [part["input_ids"][0].tolist() for part in inputs] == [COMMON, [50, 51, 52], [60], [70, 71]]
    assert inputs[3]["position_ids"][0].tolist() == [SHORTEST, SHORTEST + 1]
    assert [prefix.weight(number) for number in range(4)] == [3, 1, 1, 1]


@pytest.mark.parametrize("rows", [[[1, *COMMON], [2, *COMMON]], [COMMON[:9], COMMON[:9]], [[*COMMON, 7]]])
def test_samples_with_little_in_common_run_whole(rows: list[list[int]]) -> None:
    prefix = Prefix(rows)
    assert prefix.length == 0
    assert [part["input_ids"][0].tolist() for part in prefix.split(rows)] == rows
    assert prefix.weight(0) == 1


def test_no_sample_is_the_prefix_alone() -> None:
    rows = [[*COMMON, 5], [*COMMON, 5, 6]]
    assert Prefix(rows).length == SHORTEST


def model() -> Any:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=128, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2,
    )  # fmt: skip
    config._attn_implementation = "eager"
    built: Any = LlamaModel(config)
    return built.eval()


@pytest.fixture(autouse=True)
def _eager_attention_afterwards() -> Iterator[None]:
    yield
    ALL_ATTENTION_FUNCTIONS._global_mapping.pop("eager", None)
    ALL_ATTENTION_FUNCTIONS._local_mapping.pop("eager", None)


def test_both_ways_give_a_model_s_last_layer_the_same_states() -> None:
    prefix = Prefix(ROWS)
    use_fused_attention(prefix)
    assert is_exact(model(), ROWS, prefix)
    assert prefix.length == SHORTEST


def test_a_model_that_does_not_say_its_positions_runs_samples_whole(capsys: pytest.CaptureFixture[str]) -> None:
    prefix = Prefix(ROWS)
    # Eager attention of the model itself: nothing keeps the keys of the prefix.
    assert not is_exact(model(), ROWS, prefix)
    assert "the states differ by" in capsys.readouterr().err
