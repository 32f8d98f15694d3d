"""`groundwork eval compare`, `eval gate` and `release`: exit codes, JSON, and what is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import cli
from core.errors import ConfigurationError
from core.releases import read_record
from testing.handbook import write_domain
from testing.serving.checkpoints import write_checkpoint
from tests.unit.evals.runs import write_recalls

GATE = '[gate.margins]\n"citation recall" = 0.05\n'


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of an original, a good, a bad and an undecided candidate, and a domain with a gate."""
    folder = tmp_path_factory.mktemp("runs")
    write_domain(folder / "team", more=GATE)
    for name, wrong in (("original", 0), ("good", 0), ("bad", 30), ("unclear", 3)):
        write_recalls(folder, name, wrong)
    return folder


@pytest.fixture(autouse=True)
def environment(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in the folder of the runs, with a data directory for each test."""
    monkeypatch.setenv("GROUNDWORK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GROUNDWORK_DOMAIN", str(runs / "team"))
    monkeypatch.chdir(runs)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments])


@pytest.mark.parametrize(
    ("candidate", "code", "decision"),
    [("good", 0, "ships"), ("bad", 4, "does not ship"), ("unclear", 5, "not enough questions")],
)
def test_the_exit_code_of_the_gate_says_the_verdict(candidate: str, code: int, decision: str) -> None:
    ended = invoke("eval", "gate", candidate, "--against", "original", "--json")
    assert ended.exit_code == code
    assert json.loads(ended.stdout)["verdict"] == decision
    shown = invoke("eval", "gate", candidate, "--against", "original")
    assert shown.exit_code == code
    assert decision.capitalize() in shown.stdout


def test_a_candidate_goes_from_the_gate_to_a_release_and_back() -> None:
    gated = invoke("eval", "gate", "good", "--against", "original", "--record", "record.json")
    assert gated.exit_code == 0
    assert "record.json" in gated.stdout
    promoted = json.loads(invoke("release", "promote", "record.json", "--json").stdout)
    assert promoted["release"]["verdict"] == "ships"
    shown = json.loads(invoke("release", "show", "--json").stdout)
    assert shown["release"] == promoted["release"]
    assert [event["action"] for event in shown["history"]] == ["promote"]
    back = invoke("release", "rollback")
    assert back.stdout.startswith("No release is promoted: answers have the recipe of domain.toml.")
    assert "rollback" in invoke("release", "show").stdout


def test_a_record_that_was_edited_is_not_promoted() -> None:
    invoke("eval", "gate", "bad", "--against", "original", "--record", "record.json")
    file = Path("record.json")
    file.write_text(file.read_text(encoding="utf-8").replace('"does not ship"', '"ships"'), encoding="utf-8")
    ended = invoke("release", "promote", "record.json")
    assert isinstance(ended.exception, ConfigurationError)
    assert "was changed after it was made" in str(ended.exception)


def test_the_record_has_the_checkpoint_of_the_model_where_it_is_on_this_machine(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "data" / "models" / "tiny")
    invoke("eval", "gate", "good", "--against", "original", "--record", "record.json")
    assert read_record(Path("record.json")).content["model"]["checkpoint"]["name"] == "tiny"


def test_what_only_a_record_keeps_needs_its_file() -> None:
    ended = invoke("eval", "gate", "good", "--against", "original", "--plan", "plan.json")
    assert ended.exit_code == 2


def test_a_comparison_lists_the_cases_of_a_metric_and_writes_a_page() -> None:
    arguments = ("eval", "compare", "original", "bad")
    ended = invoke(*arguments, "--metric", "citation recall", "--html", "page.html")
    assert ended.exit_code == 0
    assert "Lost by B in citation recall: 30 cases" in ended.stdout
    assert "case-003" in Path("page.html").read_text(encoding="utf-8")
    assert json.loads(invoke(*arguments, "--json").stdout)["metrics"]["citation recall"]["direction"] == "worse"
    unknown = invoke(*arguments, "--metric", "recall")
    assert isinstance(unknown.exception, ConfigurationError)
    assert "have no metric 'recall'. Metrics of both: citation recall" in str(unknown.exception)


def test_the_history_is_shown_although_the_current_record_is_damaged(tmp_path: Path) -> None:
    assert invoke("eval", "gate", "good", "--against", "original", "--record", str(tmp_path / "r.json")).exit_code == 0
    assert invoke("release", "promote", str(tmp_path / "r.json")).exit_code == 0
    (kept,) = (file for file in (tmp_path / "data" / "releases").glob("*.json") if file.name != "history.json")
    kept.write_text("{}", encoding="utf-8")

    shown = invoke("release", "show")

    assert kept.name[:12] in shown.stdout
    assert isinstance(shown.exception, ConfigurationError)
    assert "run: groundwork release rollback" in str(shown.exception)
