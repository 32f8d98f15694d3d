"""What `make doctor` says of Docker and Compose."""

from __future__ import annotations

import json

import pytest

from cli.doctor.docker import Docker, check_docker, read_info
from cli.doctor.finding import Finding, version_of

SOUND = Docker(client=True, compose="2.26.1-4", server="20.10.24+dfsg1")


def levels(docker: Docker) -> dict[str, str]:
    return {finding.topic: finding.level for finding in check_docker(docker)}


def only(docker: Docker, topic: str) -> Finding:
    (finding,) = [finding for finding in check_docker(docker) if finding.topic == topic]
    return finding


def test_current_versions_are_fine() -> None:
    assert levels(SOUND) == {"Docker": "ok", "Compose": "ok"}


def test_a_machine_without_docker_is_warned_since_make_demo_works_there() -> None:
    (finding,) = check_docker(Docker(client=False))
    assert (finding.level, finding.fix.startswith("Install Docker Engine")) == ("warning", True)


@pytest.mark.parametrize("version", ["1.29.2", "2.3.3", "v2.24.3"])
def test_a_compose_that_does_not_read_the_file_is_a_problem(version: str) -> None:
    finding = only(Docker(client=True, compose=version, server="27.1.1"), "Compose")
    assert finding.level == "problem"
    assert version in finding.text
    assert "2.24.4" in finding.text


def test_without_the_plugin_the_separate_command_is_named() -> None:
    finding = only(Docker(client=True, separate=True, server="27.1.1"), "Compose")
    assert finding.level == "problem"
    assert "`docker-compose` is not used" in finding.text
    assert "docker-compose` is" not in only(Docker(client=True, server="27.1.1"), "Compose").text


def test_an_old_daemon_is_a_problem() -> None:
    assert levels(Docker(client=True, compose="2.30.0", server="19.03.15")) == {"Docker": "problem", "Compose": "ok"}


def test_a_user_outside_of_the_group_is_shown_how_to_join_it() -> None:
    error = "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock"
    finding = only(read_info(Docker(client=True, compose="2.30.0"), error, failed=True), "Docker")
    assert finding.level == "problem"
    assert "usermod -aG docker" in finding.fix


def test_a_daemon_that_does_not_run_is_a_problem_with_its_words() -> None:
    error = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
    for text, failed in ((error, True), (json.dumps({"ServerVersion": "", "ServerErrors": [error]}), False)):
        finding = only(read_info(Docker(client=True, compose="2.30.0"), text, failed=failed), "Docker")
        assert finding.level == "problem"
        assert "Is the docker daemon running?" in finding.text
        assert "systemctl start docker" in finding.fix


@pytest.mark.parametrize("text", ["", "not JSON", "{}"])
def test_an_answer_that_states_no_version_counts_as_none(text: str) -> None:
    assert read_info(Docker(client=True), text, failed=False).server is None


def test_the_facts_of_a_running_daemon_are_read() -> None:
    info = {"ServerVersion": "27.1.1", "DockerRootDir": "/var/lib/docker", "Runtimes": {"runc": {}, "nvidia": {}}}
    docker = read_info(Docker(client=True), json.dumps(info), failed=False)
    assert (docker.server, str(docker.root), docker.runtimes) == ("27.1.1", "/var/lib/docker", ("nvidia", "runc"))


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("2.26.1-4", (2, 26, 1)),
        ("v2.30.0-desktop.1", (2, 30, 0)),
        ("20.10.24+dfsg1", (20, 10, 24)),
        ("5.0", (5, 0)),
        ("dev", ()),
        ("", ()),
    ],
)
def test_versions_of_distributions_are_read(text: str, version: tuple[int, ...]) -> None:
    assert version_of(text) == version
