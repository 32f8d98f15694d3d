"""What `make doctor` says of ports."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from cli.doctor.ports import check_ports, find_owner, find_ports


def test_a_port_in_use_is_a_problem_with_the_process_that_has_it() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        (finding,) = check_ports(find_ports({"GROUNDWORK_PORT": str(port), "PORT": str(port)}))
        assert finding.level == "problem"
        assert f"{port} (GROUNDWORK_PORT) cannot be used: it is in use" in finding.text
        assert f"(process {os.getpid()})" in finding.text
        assert "PORT for `docker compose up`" in " ".join(finding.fix.split())
    (finding,) = check_ports(find_ports({"GROUNDWORK_PORT": str(port), "PORT": str(port)}))
    assert finding.level == "ok"


def test_the_ports_of_both_ways_to_start_are_looked_at() -> None:
    assert [(port.setting, port.value) for port in find_ports({"GROUNDWORK_PORT": "8000", "PORT": "8010"})] == [
        ("GROUNDWORK_PORT", "8000"),
        ("PORT", "8010"),
    ]
    assert [port.value for port in find_ports({"PORT": ""})] == ["8000"]


@pytest.mark.parametrize("value", ["0", "65536", "http", "８０００", "-1"])
def test_a_value_that_is_no_port_is_a_problem(value: str) -> None:
    (finding, *_) = check_ports(find_ports({"GROUNDWORK_PORT": value}))
    assert finding.level == "problem"
    assert "no number from 1 to 65535" in finding.text


def test_without_proc_no_owner_is_named(tmp_path: Path) -> None:
    assert find_owner(8000, tmp_path) == ""
