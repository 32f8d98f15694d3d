"""What `groundwork experiment` prints."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from app.experiments.guard_rails import Breach, Stop
from app.experiments.outcomes import Outcome, Rated
from app.experiments.report import make_report
from cli.main import cli
from cli.operations.experiment_console import print_experiments, print_report
from core.errors import NotFound
from core.experiments import CONTROL, Arm, Experiment
from core.recipe import Recipe
from testing.handbook import write_domain

BEGAN = datetime(2026, 12, 1, tzinfo=UTC)
EXPERIMENT = Experiment("brief", date(2026, 12, 1), date(2026, 12, 14), (Arm("short", 100_000, Recipe(top_k=1)),))
DOMAIN = """
[[experiments]]
name = "brief"
start = 2020-12-01
end = 2020-12-14
[experiments.arms.short]
share = 0.1
recipe = { top_k = 1 }
"""


def printed(outcomes: list[Rated], stops: dict[str, Stop] | None = None) -> str:
    console = Console(file=io.StringIO(), width=140)
    print_report(make_report(EXPERIMENT, outcomes, stops or {}, BEGAN + timedelta(days=3)), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_narrow_terminal_cuts_no_figure_off() -> None:
    console = Console(file=io.StringIO(), width=40)
    print_report(make_report(EXPERIMENT, answers(400), {}, BEGAN + timedelta(days=3)), console)
    assert isinstance(console.file, io.StringIO)
    assert "…" not in console.file.getvalue()
    assert console.width == 40


def answers(count: int) -> list[Rated]:
    random = np.random.default_rng(1)
    found = []
    for number in range(count):
        arm = "short" if number % 2 else CONTROL
        refused, took = bool(random.random() < 0.5 * (number % 2)), float(100 + number % 50)
        at = BEGAN + timedelta(minutes=number)
        made = Outcome(f"a{number}", "brief", arm, f"u{number}", at, None, False, refused, True, False, took)
        found.append(Rated(made, "down" if refused else "up", at))
    return found


def test_without_answers_the_report_says_so_and_has_no_figures() -> None:
    text = printed([])
    assert "brief: running, 2026-12-01 to 2026-12-14, by user, 24 h from the first answer of each" in text
    assert "short (10%): 0 units with 0 answers, 0 units whose window is open" in text
    assert "What decides is thumbs up, of rated: short is not distinguished from the control yet." in text


def test_each_metric_has_both_values_the_difference_and_its_interval() -> None:
    text = printed(answers(600))
    assert "short minus control, 95% intervals that hold at any time" in text
    (line,) = [line for line in text.splitlines() if line.strip().startswith("refused")]
    assert "<0.001" in line
    assert "300 + 300" in line
    assert "What decides is thumbs up, of rated: short is lower than the control." in text
    (slowest,) = [line for line in text.splitlines() if line.strip().startswith("95th percentile")]
    assert " ms" in slowest
    assert "–" in slowest


def test_a_bound_that_is_not_known_is_a_question_mark() -> None:
    (line,) = [line for line in printed(answers(20)).splitlines() if line.strip().startswith("95th percentile")]
    assert "? to ?" in line


def test_a_stopped_arm_is_named_with_its_reason() -> None:
    text = printed([], {"short": Stop("short", BEGAN, Breach("p95_ms", 1234.0, 1000.0, 60))})
    assert "the arm brief/short was stopped at 2026-12-01 00:00 UTC: p95_ms is 1234 over its latest 60" in text


def test_a_domain_without_experiments_says_so() -> None:
    console = Console(file=io.StringIO())
    print_experiments([], console)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == "domain.toml has no [[experiments]].\n"


def test_the_commands_read_the_database_beside_any_service(tmp_path: Path) -> None:
    domain = write_domain(tmp_path / "team", more=DOMAIN)
    (tmp_path / "data").mkdir()
    env = {"GROUNDWORK_DATA_DIR": str(tmp_path / "data"), "GROUNDWORK_DOMAIN": str(domain), "DATABASE_URL": ""}

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(cli, ["experiment", *arguments], env=env, catch_exceptions=False)
        assert done.exit_code == 0
        return done.output

    assert run("list") == "brief: ended, 2020-12-01 to 2020-12-14: short 0.1, control 0.9\n"
    assert json.loads(run("list", "--json"))["experiments"][0]["arms"][0]["stop"] is None
    report = json.loads(run("report", "--json"))
    assert (report["name"], report["status"], [arm["name"] for arm in report["arms"]]) == (
        "brief",
        "ended",
        ["control", "short"],
    )
    assert run("report", "brief").startswith("brief: ended")
    with pytest.raises(NotFound, match=r"There is no experiment 'other' in domain\.toml\. Experiments: brief\."):
        run("report", "other")
