"""The key-value cache, and the sums of the talk behind the project."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import pytest

from serving.hardware.gpu import load_gpus
from serving.hardware.replica import Replica
from serving.model.architecture import load_model, read_shape
from serving.model.kv_cache import Cache, bytes_per_request, bytes_per_token, users_by_memory
from serving.model.schemes import SCHEMES, weight_bytes
from serving.model.shape import ModelShape

KIB = 1024


def with_full_heads(shape: ModelShape) -> ModelShape:
    """Return the model with a key and a value head of 128 for each of its 64 query heads."""
    layers = tuple(replace(layer, values=2 * 64 * 128) for layer in shape.cache.on_each(1))
    return replace(shape, cache=Cache({1: layers}, "by hand"))


def windows(shape: ModelShape) -> tuple[int | None, ...]:
    return tuple(layer.window for layer in shape.cache.on_each(1))


def test_llama_3_70b_takes_320_kib_a_token() -> None:
    assert bytes_per_token(load_model("llama-3-70b")) == 2 * 80 * 8 * 128 * 2 == 320 * KIB


def test_the_same_model_with_64_full_heads_takes_the_2_5_mb_of_the_talk_which_is_8_times_as_much() -> None:
    grouped = load_model("llama-3-70b")
    full = with_full_heads(grouped)
    assert bytes_per_token(full) == 2_621_440 == 8 * bytes_per_token(grouped)
    assert bytes_per_token(full) / 2**20 == 2.5


def test_a_109b_model_is_218_gb_and_takes_three_gpus_of_80_gb_and_a_400b_one_ten() -> None:
    assert 109e9 * 2 == 218e9
    assert ceil(218e9 / 80e9) == 3
    assert ceil(400e9 * 2 / 80e9) == 10


def test_the_422_gb_left_on_8_gpus_hold_168_users_of_2_5_gb_or_16_of_25_gb_and_never_32() -> None:
    left = 8 * 80e9 - 218e9
    assert left == 422e9
    assert users_by_memory(left, 2.5e9) == 168
    assert users_by_memory(left, 25e9) == 16


def test_a_thousand_tokens_of_full_heads_are_the_talks_medium_request_and_ten_thousand_the_long_one() -> None:
    full = with_full_heads(load_model("llama-3-70b"))
    assert bytes_per_request(full, 1_000) / 1e9 == pytest.approx(2.6, abs=0.03)
    assert bytes_per_request(full, 10_000) / 1e9 == pytest.approx(26.2, abs=0.03)


def test_nobody_fits_where_nothing_is_left() -> None:
    assert users_by_memory(-1, 10) == users_by_memory(0, 10) == users_by_memory(9, 10) == 0


def test_an_8_bit_cache_is_half() -> None:
    assert (
        bytes_per_token(load_model("llama-3.1-8b"), "fp8")
        == 64 * KIB
        == bytes_per_token(load_model("llama-3.1-8b")) / 2
    )


def test_key_value_heads_are_held_twice_when_there_are_twice_as_many_gpus() -> None:
    shape = load_model("qwen2.5-7b")
    assert [bytes_per_token(shape, tensor_parallel=gpus) for gpus in (1, 2, 4, 8)] == [57_344, 57_344, 57_344, 114_688]


def test_latent_attention_keeps_one_vector_a_layer_on_every_gpu() -> None:
    shape = load_model("deepseek-v3")
    assert bytes_per_token(shape) == 61 * (512 + 64) * 2 == 70_272
    assert bytes_per_token(shape, tensor_parallel=8) == 8 * 70_272


def test_sliding_windows_stop_growing_and_the_full_layers_go_on() -> None:
    shape = load_model("gemma-3-27b")
    assert windows(shape).count(None) == 10
    layer = 2 * 16 * 128 * 2
    assert bytes_per_request(shape, 1_000) == 62 * layer * 1_000
    assert bytes_per_request(shape, 32_000) == layer * (10 * 32_000 + 52 * 1_024)


def test_chunked_attention_of_llama_4_keeps_8192_tokens_in_three_layers_of_four() -> None:
    shape = load_model("llama-4-scout")
    assert windows(shape)[:4] == (8192, 8192, 8192, None)
    layer = 2 * 8 * 128 * 2
    assert bytes_per_request(shape, 100_000) == layer * (12 * 100_000 + 36 * 8_192)


def test_mistrals_first_version_slides_in_every_layer_and_qwens_window_that_is_off_does_not() -> None:
    config = {
        "model_type": "mistral", "hidden_size": 256, "num_hidden_layers": 3, "num_attention_heads": 4,
        "intermediate_size": 512, "vocab_size": 1000, "sliding_window": 64,
    }  # fmt: skip
    assert windows(read_shape(config, "m", "here")) == (64, 64, 64)
    off = {**config, "model_type": "qwen2", "use_sliding_window": False}
    assert windows(read_shape(off, "m", "here")) == (None, None, None)


def test_vllms_own_count_of_cache_tokens_on_an_h100_is_met_within_3_percent() -> None:
    # vLLM 0.30, Qwen3-8B, one H100 80 GB, --gpu-memory-utilization 0.9 (github.com/tgarg01/silybench-data, 2026-09-24).
    shape, replica = load_model("qwen3-8b"), Replica(load_gpus()["h100"], 1)
    for scheme, measured in (("bf16", 377_024), ("fp8", 430_272)):
        cache = replica.memory_for_model - weight_bytes(shape, SCHEMES[scheme])
        assert cache / bytes_per_token(shape) == pytest.approx(measured, rel=0.03)
