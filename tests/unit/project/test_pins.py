"""What is pinned in several files has the same version in all of them; the Makefile reads constraints.txt."""

from __future__ import annotations

import re
import tomllib

import pytest

from serving.environments import REPOSITORY

LISTS = sorted((REPOSITORY / "serving" / "envs").glob("*.txt"))


def pinned_torch(text: str) -> list[str]:
    return re.findall(r"^torch==(\S+)$", text, re.MULTILINE)


def test_torch_has_the_same_pin_in_the_project_and_in_every_environment() -> None:
    (wanted,) = pinned_torch((REPOSITORY / "constraints.txt").read_text(encoding="utf-8"))
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert pinned_torch("\n".join(project["dependencies"])) == [wanted]
    # lm-eval asks servers, and needs no torch for that.
    assert {file.name: pinned_torch(file.read_text(encoding="utf-8")) for file in LISTS} == {
        file.name: [] if file.name == "harness.txt" else [wanted] for file in LISTS
    }
    assert LISTS


@pytest.mark.parametrize("name", ["Makefile", ".ci/run", "Dockerfile"])
def test_no_other_file_repeats_the_version_of_torch(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    assert re.findall(r"torch==\d", text) == []
    assert pinned_torch((REPOSITORY / "constraints.txt").read_text(encoding="utf-8"))[0] not in text
