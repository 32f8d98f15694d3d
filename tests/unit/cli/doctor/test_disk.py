"""What `make doctor` says of disks and of the data directory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cli.doctor.disk import ENVIRONMENTS, Disk, check_disk, find_disk, is_writable
from cli.doctor.finding import Finding

GB = 10**9
NEW = Disk(Path("/project"), 50 * GB, tuple(ENVIRONMENTS), Path("/project/.groundwork"), data_writable=True)


def only(disk: Disk, topic: str) -> Finding:
    (finding,) = [finding for finding in check_disk(disk) if finding.topic == topic]
    return finding


@pytest.mark.parametrize(("free", "level"), [(50 * GB, "ok"), (3 * GB, "warning"), (1 * GB, "problem")])
def test_the_space_for_what_is_not_installed_yet_is_judged(free: int, level: str) -> None:
    assert only(replace(NEW, free=free), "Disk").level == level


def test_an_installed_project_needs_little_more() -> None:
    assert only(replace(NEW, free=1 * GB, missing=()), "Disk").level == "ok"


def test_images_are_judged_where_docker_has_its_folder() -> None:
    assert only(replace(NEW, images_free=2 * GB), "Disk for images").level == "warning"
    assert only(replace(NEW, images_free=20 * GB), "Disk for images").level == "ok"
    assert [finding.topic for finding in check_disk(NEW)] == ["Disk", "Data"]


def test_a_data_directory_that_cannot_be_written_is_a_problem_with_its_path() -> None:
    finding = only(replace(NEW, data_writable=False), "Data")
    assert finding.level == "problem"
    assert "/project/.groundwork" in finding.text


def test_a_directory_that_does_not_exist_yet_can_be_made_where_its_parent_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert is_writable(tmp_path / "a" / "b")
    assert not is_writable(tmp_path / "file")
    assert not is_writable(tmp_path / "file" / "below")
    # Nobody makes folders there, not even root.
    assert not is_writable(Path("/dev/null"))


def test_what_is_installed_is_not_missing(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    disk = find_disk(tmp_path, tmp_path / "data", tmp_path / "no" / "docker")
    assert disk.missing == tuple(name for name in ENVIRONMENTS if name != ".venv")
    assert disk.free > 0
    assert disk.images_free is not None
