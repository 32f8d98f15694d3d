"""A machine's speed, as the roofline takes it."""

from __future__ import annotations

import pytest

from serving.hardware.machine import Machine
from serving.hardware.replica import Replica
from serving.launch.speed import ProcessorSpeed, measure_processor, processor_as_gpu
from serving.model.schemes import SCHEMES, bytes_read
from serving.model.shape import GroupedAttention, Linear, ModelShape
from serving.performance.roofline import STEP_SECONDS, Roofline

BOX = Machine(8, 32 << 30, 28 << 30, frozenset(), compiles=True)
SHAPE = ModelShape(
    "some",
    1024,
    1000,
    False,
    GroupedAttention(8, 8, 128),
    (None,),
    (Linear("dense", 4096, 1024, 3),),
    None,
    0,
    None,
    "",
)


def test_the_roofline_of_a_processor_reaches_what_was_measured() -> None:
    gpu = processor_as_gpu(ProcessorSpeed(flops=1e12, bandwidth=1e9), BOX)
    roofline = Roofline(SHAPE, SCHEMES["bf16"], Replica(gpu, 1), "bf16", 1, 2)
    reading = bytes_read(SHAPE, SCHEMES["bf16"], 1) / 1e9
    assert roofline.step_seconds(1) == pytest.approx(reading + STEP_SECONDS, rel=0.01)


def test_a_processor_multiplies_many_rows_faster_than_it_can_read() -> None:
    measured = measure_processor()
    assert measured.flops > measured.bandwidth > 0
