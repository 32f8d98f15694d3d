"""A distillation in processes of their own, each killed by the system at another moment until one reaches the end."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

from evals.distill.run.request import DistillRunRequest
from evals.distill.run.run import distill
from evals.distill.run.sets import judge_sets
from testing.serving.checkpoints import write_checkpoint
from tests.unit.evals.distill.run.systems import HELD_OUT, World, make_world


def start(world: World, request: DistillRunRequest) -> int:
    """Run in a process of its own, and return its id. It ends with the exit code of the gate."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = distill(request, judge_sets(world.settings, request, {}), world.parts(), world).exit_code
        finally:
            os._exit(code)
    return child


def ended(child: int, within: float) -> int | None:
    """Return the exit code of a process; None where it was still running, and is killed."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def found(request: DistillRunRequest) -> dict[str, Any]:
    """Return the figures of a finished run but for its durations."""
    written = json.loads((request.out / "run.json").read_text(encoding="utf-8"))
    return {
        system: {name: value for name, value in values.items() if not name.endswith(", ms")}
        for system, values in written["sets"]["team"].items()
    }


def test_a_run_that_is_killed_again_and_again_ends_with_the_result_of_an_undisturbed_one(tmp_path: Path) -> None:
    world = make_world(tmp_path, times=6)
    model = write_checkpoint(tmp_path / "handbook-135M")
    undisturbed = DistillRunRequest(model, tmp_path / "undisturbed", concurrency=1)
    began = time.monotonic()
    assert ended(start(world, undisturbed), within=60.0) == 5
    took = time.monotonic() - began
    killed = DistillRunRequest(model, tmp_path / "killed", concurrency=1)
    draw, kills = random.Random(20), 0
    while (code := ended(start(world, killed), within=took * (draw.uniform(0.0, 0.4) + 0.05 * kills))) is None:
        kills += 1
    assert code == 5
    assert kills > 0
    assert found(killed) == found(undisturbed)
    for system in ("extractive", "base", "student", "student-w8a8"):
        lines = (killed.out / "runs" / "team" / system / "results.jsonl").read_text(encoding="utf-8").splitlines()
        assert len({json.loads(line)["case"]["id"] for line in lines}) == len(lines) == 6 * len(HELD_OUT)
