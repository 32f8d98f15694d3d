"""A request is prepared: everything that ends before the work begins."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.errors import ConfigurationError, ServingError
from serving.compress.methods import parse_scheme
from serving.compress.request import CompressionRequest
from serving.compress.run import Prepared, _name, prepare
from serving.compress.target import Target
from serving.get.folders import served_name, write_record
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


@pytest.mark.parametrize(
    ("model", "out", "served"),
    [
        ("handbook-distilled-135M", "handbook-w8a8", "handbook-w8a8-distilled-0M"),
        ("handbook-distilled-135M", "handbook-distilled-135M-w8a8", "handbook-distilled-135M-w8a8"),
        ("smollm2-135M", "smollm2-135M-w8a8", "smollm2-135M-w8a8"),
    ],
)
def test_a_compressed_student_is_still_served_as_a_distilled_model(
    tmp_path: Path, model: str, out: str, served: str
) -> None:
    folder = write_checkpoint(tmp_path / "model")
    write_record(folder, {"served_name": model})
    prepared = prepare_without_environment(CompressionRequest(str(folder), tmp_path / out, parse_scheme("fp8"), CPU))
    (tmp_path / "partial").mkdir()
    _name(tmp_path / "partial", prepared)
    assert served_name(tmp_path / "partial") == served


def prepare_without_environment(request: CompressionRequest) -> Prepared:
    """A prepared request of which nothing is to be run."""
    return prepare(request, Path(sys.executable))
