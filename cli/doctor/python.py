"""The interpreter, and programs that commands or tests start."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from glob import glob
from importlib.util import find_spec

from cli.doctor.finding import Finding, ok, problem, warning

OLDEST, NEWEST = (3, 11), (3, 13)
NEEDED: Mapping[str, str] = {
    "make": "every command of this page",
    "git": "updates, and versions in reports",
    "curl": "make's choice of PyTorch's small build for processors; without it, gigabytes of CUDA are installed",
}
MODELS: Mapping[str, str] = {"g++": "vLLM's compiled kernels on a processor; without it, it is slower"}
TESTS: Mapping[str, str] = {
    "chromium": "chromium",
    "tesseract": "tesseract-ocr tesseract-ocr-eng",
    "postgres": "postgresql",
}
"""Programs that only `make test` starts, with Debian's packages. Tesseract also reads scanned pages."""


@dataclass(frozen=True)
class Tools:
    """The interpreter that runs the preflight, and the programs that were found.

    version   of the interpreter
    can_venv  whether it can make an environment
    found     names of NEEDED, MODELS and TESTS
    """

    version: tuple[int, int]
    can_venv: bool
    found: frozenset[str]


def find_tools() -> Tools:
    """Return what this machine has."""
    programs = {name for name in (*NEEDED, *MODELS, *TESTS) if shutil.which(name)}
    if glob("/usr/lib/postgresql/*/bin/initdb"):
        programs.add("postgres")
    return Tools(sys.version_info[:2], find_spec("ensurepip") is not None, frozenset(programs))


def check_tools(tools: Tools) -> Iterator[Finding]:
    """Yield what is missing for `make demo`, for models, and for the tests."""
    yield _python(tools)
    for name, purpose in NEEDED.items():
        if name not in tools.found:
            yield warning(name, f"Not found. It is needed for {purpose}.", f"apt install {name}")
    for name, purpose in MODELS.items():
        if name not in tools.found:
            yield warning(name, f"Not found. It is needed for {purpose}.", f"apt install {name}")
    missing = [name for name in TESTS if name not in tools.found]
    if missing:
        yield warning(
            "Tests",
            f"{', '.join(missing)} not found: `make test` leaves their tests out.",
            f"apt install {' '.join(TESTS[name] for name in missing)}",
        )
    else:
        yield ok("Tests", "Chromium, Tesseract and PostgreSQL are there.")


def _python(tools: Tools) -> Finding:
    version = ".".join(map(str, tools.version))
    if not OLDEST <= tools.version <= NEWEST:
        return problem(
            "Python",
            f"Version {version}; 3.11 to 3.13 are needed.",
            "Install one, or name it: make PYTHON=/path/to/python3.11. `docker compose up` needs none.",
        )
    if not tools.can_venv:
        return problem("Python", f"Version {version} cannot make environments.", f"apt install python{version}-venv")
    return ok("Python", f"Version {version}.")
