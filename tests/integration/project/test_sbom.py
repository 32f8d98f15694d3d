"""`make sbom`: what is installed, with versions and licences."""

from __future__ import annotations

import json
import re
import subprocess
from importlib.metadata import distributions
from typing import Any

import pytest

from testing.builders import REPOSITORY

UNSTATED = {"jinja2-ansible-filters", "kubernetes-validate", "protobuf", "pypdfium2", "ray", "tiktoken", "transformers"}
"""Packages that state their licence in words of their own, which CycloneDX has no place for. In this order: GPL-3.0,
Apache-2.0, BSD-3-Clause, BSD-3-Clause and Apache-2.0, Apache-2.0, MIT, Apache-2.0."""


def normal(name: str) -> str:
    """Return a name as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def sbom(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("sbom") / "sbom.json"
    subprocess.run(["make", "sbom", f"SBOM={file}"], cwd=REPOSITORY, check=True, timeout=600)
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_it_is_the_bill_of_this_project(sbom: dict[str, Any]) -> None:
    assert sbom["bomFormat"] == "CycloneDX"
    root = sbom["metadata"]["component"]
    assert (root["name"], root["licenses"][0]["license"]["id"]) == ("groundwork", "Apache-2.0")
    (depends,) = [one["dependsOn"] for one in sbom["dependencies"] if one["ref"] == root["bom-ref"]]
    assert any(name.startswith("fastapi==") for name in depends)


def test_every_installed_package_is_listed_in_the_version_that_is_pinned(sbom: dict[str, Any]) -> None:
    listed = {normal(one["name"]): one["version"].partition("+")[0] for one in sbom["components"]}
    installed = {normal(one.metadata["Name"]) for one in distributions(path=site_packages())}
    assert installed - {"groundwork"} <= listed.keys()
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)$", (REPOSITORY / "constraints.txt").read_text("utf-8"), re.MULTILINE))
    pinned = {normal(name): version for name, version in pins.items()}
    wrong = {name: version for name, version in listed.items() if pinned.get(name, version) != version}
    assert wrong == {}
    assert listed.keys() - pinned.keys() <= {"groundwork", "pip", "setuptools", "wheel"}


def site_packages() -> list[str]:
    return [str(path) for path in (REPOSITORY / ".venv" / "lib").glob("python3*/site-packages")]


def test_every_package_states_its_licence_and_none_is_of_the_agpl(sbom: dict[str, Any]) -> None:
    silent = {one["name"] for one in sbom["components"] if not one.get("licenses")}
    assert silent <= UNSTATED
    assert "AGPL" not in json.dumps([one.get("licenses") for one in sbom["components"]])
