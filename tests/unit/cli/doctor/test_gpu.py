"""What `make doctor` says of NVIDIA GPUs."""

from __future__ import annotations

import pytest

from cli.doctor.docker import Docker
from cli.doctor.finding import Finding
from cli.doctor.gpu import check_gpus, read_listing

WITH_TOOLKIT = Docker(client=True, compose="2.30.0", server="27.1.1", runtimes=("nvidia", "runc"))
H100 = "NVIDIA H100 80GB HBM3, 580.82.07, 81559, 9.0"


def findings(listing: str, docker: Docker = WITH_TOOLKIT) -> list[Finding]:
    return list(check_gpus(read_listing(listing), docker))


def test_a_current_gpu_and_driver_are_fine() -> None:
    (finding,) = findings(H100)
    assert (finding.level, finding.text) == ("ok", "NVIDIA H100 80GB HBM3, 80 GiB, driver 580.82.07.")


def test_every_gpu_has_a_finding_of_its_own() -> None:
    assert len(findings(f"{H100}\n{H100}\n")) == 2


def test_an_old_driver_is_a_problem() -> None:
    (finding,) = findings(H100.replace("580.82.07", "550.54.14"))
    assert finding.level == "problem"
    assert "580.65.06" in finding.text


def test_a_gpu_that_cuda_no_longer_supports_is_a_problem() -> None:
    (finding,) = findings("Tesla V100-SXM2-16GB, 580.82.07, 16384, 7.0")
    assert (finding.level, "7.5" in finding.text) == ("problem", True)


def test_a_docker_without_the_toolkit_is_warned() -> None:
    docker = Docker(client=True, compose="2.30.0", server="27.1.1", runtimes=("runc",))
    assert [finding.level for finding in findings(H100, docker)] == ["ok", "warning"]
    assert [finding.level for finding in findings(H100, Docker(client=False))] == ["ok"]


def test_no_gpu_is_no_fault() -> None:
    (finding,) = findings("")
    assert finding.level == "ok"


@pytest.mark.parametrize(
    "listing", ["NVIDIA-SMI has failed because it couldn't communicate", "NVIDIA GB10, 580.1, [N/A], 12.1"]
)
def test_what_nvidia_smi_says_in_place_of_a_list_is_a_problem(listing: str) -> None:
    (finding,) = findings(listing)
    assert finding.level == "problem"
    assert listing in finding.text
