"""The programs in examples/ and the Python in docs/llama-index.md run as they are written."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from testing.builders import REPOSITORY
from testing.processes import Serving, environment, groundwork, serving

EXAMPLES = sorted((REPOSITORY / "examples").glob("*.py"))
_FENCED = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = _FENCED.findall((REPOSITORY / "docs" / "llama-index.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an index of the sample domain that no process has open."""
    made = environment(tmp_path_factory.mktemp("examples") / "data", REPOSITORY / "domains" / "onboarding")
    done = groundwork("ingest", env=made, timeout=300)
    assert done.code == 0, done.err
    return made


@pytest.fixture(scope="module")
def service(env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service over a copy of that index."""
    folder = tmp_path_factory.mktemp("service")
    shutil.copytree(env["GROUNDWORK_DATA_DIR"], folder / "data")
    with serving({**env, "GROUNDWORK_DATA_DIR": str(folder / "data")}, folder / "log") as running:
        yield running


def run(program: list[str], env: Mapping[str, str]) -> str:
    """Run a Python program in the checkout; return its output."""
    done = subprocess.run(
        [sys.executable, *program],
        cwd=REPOSITORY,
        env={**env, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("example", [pytest.param(path, id=path.stem) for path in EXAMPLES])
def test_every_example_runs_while_a_service_runs(example: Path, service: Serving) -> None:
    assert run([str(example)], {**service.env, "GROUNDWORK_URL": service.url})


def test_the_query_engine_finds_the_page_without_a_service(env: dict[str, str]) -> None:
    out = run([str(REPOSITORY / "examples" / "llama_index_query_engine.py")], env)

    first = next(line for line in out.splitlines() if line.startswith("  0."))
    assert "(money/expenses.md, characters from" in first


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_python_in_the_documentation_runs(number: int, env: dict[str, str]) -> None:
    assert run(["-c", BLOCKS[number]], env)
