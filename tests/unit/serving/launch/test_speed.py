"""A machine's speed, as the roofline takes it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from serving.hardware.dtype import Dtype
from serving.hardware.machine import Machine
from serving.hardware.replica import Replica
from serving.launch import speed
from serving.launch.speed import ProcessorSpeed, measure_processor, processor_as_gpu
from serving.model.kv_cache import Cache, LayerCache
from serving.model.schemes import SCHEMES, bytes_read
from serving.model.shape import AttentionLayer, Linear, ModelShape
from serving.performance.roofline import STEP_SECONDS, Roofline

BOX = Machine(8, 32 << 30, 28 << 30, frozenset(), compiles=True)
SHAPE = ModelShape(
    name="some",
    hidden=1024,
    vocabulary=1000,
    layers=1,
    heads=8,
    weights=(Linear("dense", 4096, 1024, 3), Linear("attention", 1024, 1024, 4), Linear("head", 1000, 1024, 1)),
    experts=None,
    attention=(AttentionLayer(None, 4 * 8 * 128, 4 * 8 * 128),),
    cache=Cache({1: (LayerCache("full", values=2 * 8 * 128),)}, "by hand"),
    context_limit=None,
    source="",
)


def test_the_roofline_of_a_processor_reaches_what_was_measured() -> None:
    gpu = processor_as_gpu(ProcessorSpeed(flops=1e12, bandwidth=1e9), BOX)
    roofline = Roofline(SHAPE, SCHEMES["bf16"], Replica(gpu, 1), "bf16", 1, 2)
    reading = bytes_read(SHAPE, SCHEMES["bf16"], 1) / 1e9
    assert roofline.step_seconds(1) == pytest.approx(reading + STEP_SECONDS, rel=0.01)


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
def test_a_processor_multiplies_many_rows_faster_than_it_can_read(dtype: Dtype) -> None:
    measured = measure_processor(dtype)
    assert measured.flops > measured.bandwidth > 0


def test_a_processor_that_is_slow_in_this_type_is_measured_in_less_than_two_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    linear, clock = torch.nn.functional.linear, [0.0]

    def slow(rows: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        """One that reaches 0.1 GFLOP/s, half of what `@` in bfloat16 reaches on AVX2, by a clock that only it moves."""
        clock[0] += 2 * rows.numel() * weights.shape[0] / 0.1e9
        return linear(rows, weights)

    monkeypatch.setattr(torch.nn.functional, "linear", slow)
    monkeypatch.setattr(speed, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    measured = measure_processor("bfloat16")
    assert 0 < clock[0] < 2
    assert measured.flops == pytest.approx(0.1e9)
