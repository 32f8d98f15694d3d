"""`make demo DOMAIN=…`: each domain has a data directory, and a wrong domain is named with the right ones."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from testing.builders import REPOSITORY

DEFAULT = (REPOSITORY / "domains" / "DEFAULT").read_text(encoding="utf-8").strip()


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in ("DOMAIN", "DOCS", "MAKEFLAGS")}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True, check=False)


def directories(*arguments: str) -> list[str]:
    """Return the data directories that the commands of `make demo` would be given."""
    return re.findall(r'GROUNDWORK_DATA_DIR="([^"]*)"', make("-n", "demo", *arguments).stdout)


def test_each_domain_has_a_data_directory_of_its_own() -> None:
    assert directories("DOMAIN=support-portal") == [".groundwork-domains/support-portal"]
    assert directories(f"DOMAIN={DEFAULT}") == directories() == []


@pytest.mark.parametrize("name", ["nowhere", "../domains/onboarding", ".hidden"])
def test_an_unknown_domain_is_named_with_those_that_exist(name: str) -> None:
    done = make("demo-domain", f"DOMAIN={name}")

    assert done.returncode == 2
    assert f"There is no domain '{name}'. Name one of the folders in domains/: documents " in done.stderr
    assert "support-portal" in done.stderr


def test_a_domain_and_a_folder_of_documents_exclude_each_other() -> None:
    done = make("demo-domain", "DOMAIN=support-portal", "DOCS=docs")

    assert done.returncode == 2
    assert "make demo takes DOMAIN or DOCS, not both" in done.stderr
    assert "GROUNDWORK_DOMAIN=support-portal make demo DOCS=docs" in done.stderr
