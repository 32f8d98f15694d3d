"""Restarts, giving up and stopping, with a stand-in for vLLM that dies on demand (tests/serving has the real one)."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import ConfigurationError, ServingError
from serving.checkpoint.read import read_checkpoint
from serving.hardware.machine import Machine
from serving.launch.deployment import choose_deployment
from serving.launch.flags import plan_launch
from serving.launch.request import LaunchRequest
from serving.launch.result import LaunchPlan
from serving.launch.speed import ProcessorSpeed
from serving.launch.supervise import Patience, Stop, supervise
from serving.performance.slo import Slo
from serving.vllm import LOOPBACK, Environment
from testing.model_server import free_port
from testing.serving.checkpoints import write_checkpoint
from testing.vllm_stand_in import listeners, write_stand_in

BOX = Machine(4, 64 << 30, 60 << 30, frozenset(), compiles=True)
SHORT = Patience(restarts=2, pause=0.01, stable=600.0, silent=0.5, every=0.1, answer=0.2)


@pytest.fixture
def plan(tmp_path: Path) -> LaunchPlan:
    folder = write_checkpoint(tmp_path / "model")
    request = LaunchRequest(folder, Slo(ttft=1000), port=free_port())
    return plan_launch(choose_deployment(request, read_checkpoint(folder), BOX, lambda _: ProcessorSpeed(1e11, 1e10)))


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[..., Environment]:
    """An environment whose Python is a script, or a stand-in for vLLM that lives so many seconds."""

    def make(script: str = "", life: float = 3600.0) -> Environment:
        python = write_stand_in(tmp_path, script)
        return Environment(python, {"LIFE": str(life), "PATH": os.environ["PATH"]}, tmp_path / "log")

    return make


def test_a_first_start_that_fails_is_not_repeated_and_its_cause_and_log_are_shown(
    plan: LaunchPlan, stand_in: Callable[..., Environment], tmp_path: Path
) -> None:
    lines: list[str] = []
    (tmp_path / "log").write_text("ValueError: of an earlier run\n", encoding="utf-8")
    with pytest.raises(ServingError, match=r"before it was ready: ValueError: too small\n[\s\S]*too small"):
        supervise(
            plan, "key", stand_in("echo ValueError: too small; exit 3"), Stop(), lines.append, lambda _: None, SHORT
        )
    assert len(lines) == 1


def test_a_server_that_keeps_dying_is_given_up_with_its_last_lines(
    plan: LaunchPlan, stand_in: Callable[..., Environment]
) -> None:
    lines: list[str] = []
    ready: list[object] = []
    with pytest.raises(ServingError, match=r"status 7\) 3 times in a row[\s\S]*engine core died"):
        supervise(plan, "key", stand_in(life=0.3), Stop(), lines.append, ready.append, SHORT)
    assert len(ready) == 1
    assert [line for line in lines if "Starting it again" in line] == [
        "vLLM ended (status 7). Starting it again in 0.01 s (1 of 2).",
        "vLLM ended (status 7). Starting it again in 0.02 s (2 of 2).",
    ]


def test_it_ends_without_an_error_when_stopped(plan: LaunchPlan, stand_in: Callable[..., Environment]) -> None:
    stop, lines = Stop(), list[str]()
    supervise(plan, "key", stand_in(), stop, lines.append, lambda _: stop.request(), SHORT)
    assert lines[-1].startswith("Stopping")
    with socket.socket() as probe:
        assert probe.connect_ex((LOOPBACK, plan.request.port)) != 0


def test_a_server_that_hangs_is_killed_and_started_again(
    plan: LaunchPlan, stand_in: Callable[..., Environment]
) -> None:
    stop, lines, environment = Stop(), list[str](), stand_in()

    def report(line: str) -> None:
        lines.append(line)
        if "Starting it again" in line:
            stop.request()

    def freeze(_: object) -> None:
        for pid in listeners(plan.request.port):
            os.kill(pid, signal.SIGSTOP)

    supervise(plan, "key", environment, stop, report, freeze, SHORT)
    assert any("has not answered /health" in line for line in lines)


def test_a_port_in_use_is_refused_before_anything_starts(
    plan: LaunchPlan, stand_in: Callable[..., Environment]
) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, plan.request.port))
        other.listen()
        with pytest.raises(ConfigurationError, match=f"Port {plan.request.port} .* Choose another with --port"):
            supervise(plan, "key", stand_in(), Stop(), lambda _: None, lambda _: None, SHORT)


def test_a_python_that_does_not_start_is_named(plan: LaunchPlan, tmp_path: Path) -> None:
    nowhere = Environment(tmp_path / "nowhere", {}, tmp_path / "log")
    with pytest.raises(ServingError, match=r"nowhere does not start .*--python"):
        supervise(plan, "key", nowhere, Stop(), lambda _: None, lambda _: None, SHORT)


def test_stopping_does_not_wait_for_the_pause_before_a_restart(
    plan: LaunchPlan, stand_in: Callable[..., Environment]
) -> None:
    stop = Stop()
    patient = Patience(restarts=5, pause=3600.0)

    def report(line: str) -> None:
        if "Starting it again" in line:
            threading.Timer(0.1, stop.request).start()

    began = time.monotonic()
    supervise(plan, "key", stand_in(life=0.1), stop, report, lambda _: None, patient)
    assert time.monotonic() - began < 60
