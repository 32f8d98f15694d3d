"""The record of a verdict is complete in itself, and is promoted only where it ships or somebody says why."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from core.domain import Domain, load_domain
from core.errors import ConfigurationError
from core.gate import GateTable
from core.recipe import Recipe
from core.releases import Record, Releases, read_record, seal, write_record
from evals.compare.pairs import pair_runs
from evals.gate.gate import gate_runs
from evals.release.console import history_table, release_lines
from evals.release.promote import promote
from evals.release.record import make_record, read_plan
from testing.handbook import write_domain
from testing.releases import content_of
from tests.unit.evals.runs import RECIPE, write_recalls

AT = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
TABLE = GateTable(margins={"citation recall": 0.05}, slos={"answer p95, ms": 400})


def record_of(folder: Path, wrong: int = 0) -> Record:
    runs = pair_runs(write_recalls(folder, "original"), write_recalls(folder, "candidate", wrong), common=False)
    return make_record(gate_runs(runs, TABLE), TABLE, AT, checkpoint={"sha256": "f" * 64}, plan={"options": []})


@pytest.fixture
def domain(tmp_path: Path) -> Domain:
    return load_domain(write_domain(tmp_path / "team"))


def file_of(folder: Path, verdict: str = "ships", domain: str = "team") -> Path:
    file = folder / "record.json"
    write_record(file, seal(content_of(Recipe(top_k=2), verdict=verdict, domain=domain)))
    return file


def test_a_record_has_everything_that_the_decision_was_made_from(tmp_path: Path) -> None:
    record = record_of(tmp_path)
    content = record.content
    assert record.ships
    assert content["recipe"] == RECIPE
    assert content["corpus"] == {"sha256": "c0", "documents": 5, "chunks": 9, "embedder": "MiniLM"}
    assert content["model"] == {"name": "tiny", "mode": "generated", "checkpoint": {"sha256": "f" * 64}}
    assert content["gate"] == {
        "error_rate": 0.05,
        "margins": {"citation recall": 0.05},
        "slos": {"answer p95, ms": 400},
    }
    assert content["candidate"]["configuration"]["cases_sha256"] == "abc"
    assert content["candidate"]["summary"]["all"]["citation recall"]["value"] == 1.0
    assert len(content["original"]["results_sha256"]) == 64
    assert len(content["prompts"]["system_prompt_sha256"]) == 64
    assert content["plan"] == {"options": []}
    assert content["made_at"] == "2026-12-01T08:30:00Z"
    assert {one["metric"] for one in content["verdict"]["requirements"]} == {"citation recall", "answer p95, ms"}


def test_a_record_is_the_same_when_it_is_read(tmp_path: Path) -> None:
    record = record_of(tmp_path, wrong=30)
    assert record.decision == "does not ship"
    write_record(tmp_path / "record.json", record)
    assert read_record(tmp_path / "record.json") == record


def test_a_run_without_its_summary_has_no_record(tmp_path: Path) -> None:
    runs = pair_runs(write_recalls(tmp_path, "original"), write_recalls(tmp_path, "candidate"), common=False)
    verdict = gate_runs(runs, TABLE)
    (tmp_path / "original" / "summary.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"summary\.json is not JSON"):
        make_record(verdict, TABLE, AT)
    (tmp_path / "original" / "summary.json").unlink()
    with pytest.raises(ConfigurationError, match=r"summary\.json cannot be read"):
        make_record(verdict, TABLE, AT)


@pytest.mark.parametrize(("text", "message"), [("{", "cannot be read as a plan"), ("{}", "is not a plan")])
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=f"{message}.*groundwork model plan"):
        read_plan(file)
    file.write_text(json.dumps({"options": [1]}), encoding="utf-8")
    assert read_plan(file) == {"options": [1]}


def test_a_record_that_ships_is_promoted(tmp_path: Path, domain: Domain) -> None:
    releases = Releases(tmp_path / "data")
    promote(file_of(tmp_path), releases, domain, AT)
    current = releases.current()
    assert current is not None
    assert (current.record.recipe().top_k, current.reason) == (2, None)


@pytest.mark.parametrize("verdict", ["does not ship", "not enough questions"])
def test_a_record_that_does_not_ship_needs_a_reason_which_is_kept(tmp_path: Path, domain: Domain, verdict: str) -> None:
    file, releases = file_of(tmp_path, verdict), Releases(tmp_path / "data")
    with pytest.raises(ConfigurationError, match=rf"{verdict}\. citation recall: missed\. To promote it all the same"):
        promote(file, releases, domain, AT)
    with pytest.raises(ConfigurationError, match="The reason of --force is empty"):
        promote(file, releases, domain, AT, " ")
    assert releases.history() == ()
    promote(file, releases, domain, AT, "The old model's server is gone.")
    assert releases.history()[0].reason == "The old model's server is gone."


def test_a_record_of_another_domain_is_not_promoted(tmp_path: Path, domain: Domain) -> None:
    with pytest.raises(ConfigurationError, match="is of the domain 'other', and the domain is 'team'"):
        promote(file_of(tmp_path, domain="other"), Releases(tmp_path / "data"), domain, AT)


def test_the_current_release_and_the_history_are_shown(tmp_path: Path, domain: Domain) -> None:
    releases = Releases(tmp_path / "data")
    assert list(release_lines(releases.current())) == [
        "No release is promoted: answers have the recipe of domain.toml."
    ]
    promote(file_of(tmp_path, "not enough questions"), releases, domain, AT, "A trial.")
    lines = list(release_lines(releases.current()))
    assert lines[1] == "Verdict: not enough questions, on 120 questions of runs/candidate."
    assert lines[2] == "Promoted all the same: A trial."
    assert lines[3] == "Recipe 'default', generated answers of tiny."
    releases.rollback(AT)
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(history_table(releases.history()))
    newest, oldest = console.export_text().splitlines()[1:3]
    assert "rollback  none: domain.toml" in newest
    assert "A trial." in oldest
