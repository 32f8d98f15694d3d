"""`make doctor` on this machine, with Python's standard library alone."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from testing.builders import REPOSITORY

WITHOUT_PACKAGES = (sys.executable, "-S", "-E", "-m", "cli.doctor")
"""`-S`: no installed package can be imported, as before `make setup`."""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, **environment}
    return subprocess.run(
        [*WITHOUT_PACKAGES, *arguments], cwd=REPOSITORY, env=given, capture_output=True, text=True, check=False
    )


def test_the_preflight_needs_no_package_and_examines_everything() -> None:
    done = run("--json", GROUNDWORK_PORT="1", PORT="http")
    read = json.loads(done.stdout)
    assert {"Python", "Docker", "Processor", "Memory", "GPU", "Disk", "Data", "Port", ".env"} <= {
        finding["topic"] for finding in read["findings"]
    }
    assert all(finding["fix"] for finding in read["findings"] if finding["level"] != "ok")
    # The port that is none is a problem on every machine.
    assert (done.returncode, read["ready"]) == (1, False), done.stderr


def test_a_machine_without_any_program_gets_warnings_and_no_traceback(tmp_path: Path) -> None:
    done = run(PATH=str(tmp_path), GROUNDWORK_DATA_DIR=str(tmp_path / "data"))
    assert "warning  Docker: Not installed." in done.stdout
    assert "warning  git: Not found." in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    "file",
    [
        *REPOSITORY.glob("cli/doctor/*.py"),
        *(REPOSITORY / "core" / f"{name}.py" for name in ("errors", "memory", "processor")),
    ],
    ids=lambda file: str(file.relative_to(REPOSITORY)),
)
def test_python_3_9_can_read_what_says_that_it_is_too_old(file: Path) -> None:
    ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 9))
