"""Parameters and cache of every architecture of testing/architectures.py, without vLLM.

What vLLM itself reserves for them is compared in tests/serving/test_cache_specification.py.
"""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import ConfigurationError
from serving.model.architecture import read_shape
from serving.model.kv_cache import bytes_per_token, state_bytes
from serving.model.library import build_model, read_config
from testing.architectures import FROM_CLASSES, REFUSED_BY_FORMULAS, make_config


def test_at_least_60_architectures_are_covered() -> None:
    assert len(FROM_CLASSES.keys() - REFUSED_BY_FORMULAS) >= 60


@pytest.mark.parametrize("kind", sorted(FROM_CLASSES.keys() - REFUSED_BY_FORMULAS))
def test_every_parameter_of_the_library_is_counted_once_and_something_is_cached(kind: str) -> None:
    config = make_config(kind)
    shape = read_shape(config, kind, kind)
    counted = sum(parameter.numel() for parameter in build_model(read_config(config, kind), kind).parameters())
    # Of LongCat the library allocates weights for experts that have none.
    assert shape.parameters == counted or (kind == "longcat_flash" and shape.parameters < counted)
    assert bytes_per_token(shape) + state_bytes(shape) > 0
    assert bytes_per_token(shape, "fp8") <= bytes_per_token(shape) <= bytes_per_token(shape, "float32")
    assert 0 < shape.active_parameters <= shape.parameters


@pytest.mark.parametrize("kind", sorted(REFUSED_BY_FORMULAS))
def test_a_cache_that_the_formulas_do_not_count_is_refused_by_name(kind: str) -> None:
    with pytest.raises(ConfigurationError, match="not covered by the formulas"):
        read_shape(make_config(kind), kind, kind)


@pytest.mark.parametrize(
    ("kind", "token", "state"),
    [
        # By hand, in 16 bits: 6 layers with 2 x 8 heads of 64; 6 latents of 512 + 64, and keys of 128 in 8 bits with a
        # scale; 2 of 8 layers with attention, and 3 inputs of 2,048 channels with 16 states of 64 x 64; 4 short
        # convolutions that look back on 2 inputs of 768 channels.
        ("llama", 6 * 2 * 8 * 64 * 2, 0),
        ("deepseek_v3", 6 * 576 * 2, 0),
        ("deepseek_v32", 6 * (576 * 2 + 132), 0),
        ("qwen3_next", 2 * 2 * 8 * 64 * 2, 6 * (3 * 2048 + 16 * 64 * 64) * 2),
        ("lfm2", 2 * 2 * 8 * 48 * 2, 4 * 2 * 768 * 2),
    ],
)
def test_the_formulas_by_hand(kind: str, token: int, state: int) -> None:
    shape = read_shape(make_config(kind), kind, kind)
    assert (bytes_per_token(shape), state_bytes(shape)) == (token, state)


def test_heads_are_repeated_on_more_gpus_than_there_are_heads_and_latents_on_every_gpu() -> None:
    starcoder: dict[str, Any] = {**make_config("starcoder2"), "num_key_value_heads": 2}
    shapes = [read_shape(config, "m", "m") for config in (starcoder, make_config("deepseek_v3"))]
    each = [[bytes_per_token(shape, tensor_parallel=gpus) for gpus in (1, 2, 4, 8)] for shape in shapes]
    assert each == [[2304, 2304, 4608, 9216], [6912, 13_824, 27_648, 55_296]]
