"""Size, memory and time before anything is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving.checkpoint.read import read_checkpoint
from serving.checkpoint.tensors import Tensor
from serving.compress.calibration import choose_samples
from serving.compress.estimate import compressed_bytes, estimate
from serving.compress.methods import parse_scheme
from testing.serving.checkpoints import write_checkpoint
from testing.serving.prompts import make_prompts


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("bf16", 2 * 256 * 512),
        ("w8a8", 256 * 512 + 2 * 256),
        ("fp8", 256 * 512 + 2 * 256),
        ("fp8-block", 256 * 512 + 2 * 2 * 4),
        ("w4a16", 256 * 512 / 2 + 2 * 256 * 4),
        ("nvfp4", 256 * 512 / 2 + 256 * 32),
        ("mxfp4", 256 * 512 / 2 + 256 * 16),
    ],
)
def test_a_matrix_takes_its_bits_and_its_scales(scheme: str, expected: float) -> None:
    tensor = Tensor("model.layers.0.mlp.up_proj.weight", "BF16", (256, 512), "model.safetensors", 0, 2 * 256 * 512)
    parsed = parse_scheme(scheme, prune="wanda")
    assert compressed_bytes(tensor, parsed) == expected


def test_an_estimate_grows_with_the_data_and_needs_none_for_a_scheme_without(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(write_checkpoint(tmp_path / "model"))
    prompts = make_prompts(200)
    few, many = (choose_samples(prompts, count, None, 0.0) for count in (10, 200))
    scheme = parse_scheme("w8a8")
    small, large = (estimate(checkpoint, scheme, each, 64) for each in (few, many))
    assert small.memory < large.memory
    assert small.bytes_after == large.bytes_after < small.bytes_before
    free = estimate(checkpoint, parse_scheme("fp8"), None, 64)
    assert free.bytes_after == small.bytes_after
    assert free.seconds is not None
