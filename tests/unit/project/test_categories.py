"""Each test has a category, which is its folder under `tests`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import FOLDERS, TESTS, category_of


def test_this_test_has_the_category_of_its_folder(request: pytest.FixtureRequest) -> None:
    assert {mark.name for mark in request.node.iter_markers()} & set(FOLDERS) == {"unit"}


def test_the_folder_below_tests_is_the_category_however_deep_the_file_is() -> None:
    assert category_of(TESTS / "unit" / "serving" / "launch" / "test_speed.py") == "unit"
    assert category_of(TESTS / "serving" / "test_launch.py") == "serving"


@pytest.mark.parametrize(
    "file", [TESTS / "test_loose.py", TESTS / "other" / "test_it.py", Path("/elsewhere/test_it.py")]
)
def test_a_file_outside_the_folders_is_refused_by_name(file: Path) -> None:
    with pytest.raises(pytest.UsageError, match=rf"{file} has no category: move it into .* unit, integration"):
        category_of(file)


def test_a_test_without_a_category_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    loose = tmp_path / "test_loose.py"
    loose.write_text("def test_it() -> None: pass\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", str(loose)]
    done = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, check=False)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout
    assert "test_loose.py has no category" in done.stderr + done.stdout
