"""A machine's speed, as the roofline takes it."""

from __future__ import annotations

import pytest

from serving.launch.speed import Measured, card_as_gpu, measure_processor, processor_as_gpu
from serving.machine import GraphicsCard, Machine
from serving.plan.hardware import Replica
from serving.plan.roofline import STEP_SECONDS, Roofline
from serving.plan.schemes import SCHEMES, bytes_read
from serving.plan.shape import GroupedAttention, Linear, ModelShape

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


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("NVIDIA H100 80GB HBM3", "h100"),
        ("NVIDIA H100 PCIe", "h100"),
        ("NVIDIA A100-SXM4-80GB", "a100"),
        ("NVIDIA L4", "l4"),
        ("NVIDIA L40S", "l40s"),
        ("NVIDIA H200", "h200"),
        ("NVIDIA B200", "b200"),
        ("NVIDIA L40", None),
        ("Tesla T4", None),
    ],
)
def test_a_gpu_is_known_by_a_word_of_its_name(name: str, known: str | None) -> None:
    gpu = card_as_gpu(GraphicsCard(name, 80 << 30, 80 << 30, 9.0))
    assert (gpu and gpu.name) == known


def test_the_roofline_of_a_processor_reaches_what_was_measured() -> None:
    gpu = processor_as_gpu(Measured(flops=1e12, bandwidth=1e9), BOX)
    roofline = Roofline(SHAPE, SCHEMES["bf16"], Replica(gpu, 1), "bf16", 1, 2)
    reading = bytes_read(SHAPE, SCHEMES["bf16"], 1) / 1e9
    assert roofline.step_seconds(1) == pytest.approx(reading + STEP_SECONDS, rel=0.01)


def test_a_processor_multiplies_many_rows_faster_than_it_can_read() -> None:
    measured = measure_processor()
    assert measured.flops > measured.bandwidth > 0
