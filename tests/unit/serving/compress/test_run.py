"""A request is prepared: everything that ends before the work begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigurationError, ServingError
from serving.compress.methods import parse_scheme
from serving.compress.request import CompressionRequest
from serving.compress.run import prepare
from serving.compress.target import Target
from testing.serving.checkpoints import write_checkpoint

CPU = Target()


def test_a_scheme_that_is_calibrated_asks_for_prompts(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "model")
    with pytest.raises(ConfigurationError, match=r"calibrated on your prompts.*--part calibration"):
        prepare(CompressionRequest(str(folder), tmp_path / "out", parse_scheme("w8a8"), CPU))


def test_a_missing_environment_is_named_with_its_command(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "model")
    request = CompressionRequest(str(folder), tmp_path / "out", parse_scheme("fp8"), CPU)
    with pytest.raises(ServingError, match="make env-compress"):
        prepare(request, tmp_path / "no-python")


def test_a_folder_that_something_else_made_is_never_written_into(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "model")
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(ConfigurationError, match="not a finished compression"):
        prepare(CompressionRequest(str(folder), out, parse_scheme("fp8"), CPU))
