"""What `make doctor` says of the interpreter and of programs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cli.doctor.finding import Finding
from cli.doctor.python import MODELS, NEEDED, TESTS, Tools, check_tools

SOUND = Tools((3, 11), can_venv=True, found=frozenset((*NEEDED, *MODELS, *TESTS)))


def only(tools: Tools, topic: str) -> Finding:
    (finding,) = [finding for finding in check_tools(tools) if finding.topic == topic]
    return finding


def test_a_complete_machine_is_fine() -> None:
    assert {finding.level for finding in check_tools(SOUND)} == {"ok"}


@pytest.mark.parametrize("version", [(3, 9), (3, 10), (3, 14)])
def test_another_python_is_a_problem(version: tuple[int, int]) -> None:
    finding = only(replace(SOUND, version=version), "Python")
    assert finding.level == "problem"
    assert "make PYTHON=" in finding.fix


def test_a_python_of_debian_without_venv_is_a_problem() -> None:
    assert only(replace(SOUND, can_venv=False), "Python").fix == "apt install python3.11-venv"


@pytest.mark.parametrize("name", ["curl", "git", "g++"])
def test_a_missing_program_is_a_warning_with_its_purpose(name: str) -> None:
    finding = only(replace(SOUND, found=SOUND.found - {name}), name)
    assert (finding.level, finding.fix) == ("warning", f"apt install {name}")


def test_programs_of_tests_are_one_warning() -> None:
    finding = only(replace(SOUND, found=SOUND.found - {"chromium", "postgres"}), "Tests")
    assert finding.level == "warning"
    assert finding.fix == "apt install chromium postgresql"
