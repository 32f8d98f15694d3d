"""How many INT4 weights share a scale."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from serving.checkpoint.read import read_checkpoint
from serving.compress.groups import check_group_size, fit_groups
from serving.compress.methods import CompressionScheme, parse_scheme
from testing.serving.checkpoints import write_checkpoint


def with_group(scheme: str, group_size: int | None) -> CompressionScheme:
    return replace(parse_scheme(scheme), group_size=group_size)


@pytest.mark.parametrize(("columns", "group"), [(256, 128), (576, 64), (96, 32), (100, 128)])
def test_the_largest_standard_group_that_divides_every_matrix_is_taken(
    tmp_path: Path, columns: int, group: int
) -> None:
    weights = {"model.layers.0.mlp.up_proj.weight": (64, columns), "model.layers.0.mlp.down_proj.weight": (64, 1024)}
    checkpoint = read_checkpoint(write_checkpoint(tmp_path / "model", weights))
    fitted = fit_groups(with_group("w4a16", None), checkpoint)
    assert fitted.method.storage.group == group
    assert fitted.label == "w4a16"


def test_a_requested_group_is_kept_and_other_schemes_have_none(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(write_checkpoint(tmp_path / "model"))
    assert fit_groups(with_group("w4a16", 32), checkpoint).method.storage.group == 32
    assert fit_groups(with_group("w8a8", None), checkpoint) == with_group("w8a8", None)


def test_a_group_that_no_kernel_takes_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"--group-size is 48; vLLM's kernels take one of 128, 64, 32\."):
        check_group_size(with_group("w4a16", 48))
    with pytest.raises(ConfigurationError, match=r"--group-size is 64, but fp8 has no groups to choose"):
        check_group_size(with_group("fp8", 64))
