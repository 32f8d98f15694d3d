from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import cli
from core.errors import ConfigurationError
from evals.cases.case import Case
from evals.cases.draft.draft import Draft, Origin, write_drafts
from evals.cases.read import load_cases


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GROUNDWORK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("LLM_BASE_URL", raising=False)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["eval", "cases", *map(str, arguments)], catch_exceptions=False)


def drafts(file: Path) -> Path:
    cases = [Case(f"draft-{n}", f"Who invented leave {n}?", "unanswerable", (), "dev") for n in range(3)]
    origin = Origin("leave.md", "state")
    write_drafts(file, [Draft(cases[0], origin, "accept"), Draft(cases[1], origin, "reject"), Draft(cases[2], origin)])
    return file


def test_the_accepted_drafts_of_a_file_are_appended_once_and_what_is_there_stays(tmp_path: Path) -> None:
    into = tmp_path / "cases.jsonl"
    own = '{"id":"own", "question": "Why?", "kind": "unanswerable", "gold": [], "split": "dev"}'
    into.write_text(own, encoding="utf-8")
    file = drafts(tmp_path / "drafts.jsonl")
    assert run("accept", "--drafts", file, "--into", into).output == f"Added to {into}: 1 of 1\n"
    assert run("accept", "--drafts", file, "--into", into).output == f"Added to {into}: 0 of 1\n"
    assert [case.id for case in load_cases(into)] == ["own", "draft-0"]
    assert into.read_text(encoding="utf-8").startswith(f"{own}\n")


def test_it_has_to_be_said_which_accepted_drafts_are_meant(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--queue, or --drafts FILE"):
        run("accept")
    with pytest.raises(ConfigurationError, match="--queue, or --drafts FILE"):
        run("accept", "--queue", "--drafts", drafts(tmp_path / "drafts.jsonl"))


def test_drafts_are_never_overwritten(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="exists already, and drafts are never overwritten"):
        run("draft", "--out", drafts(tmp_path / "drafts.jsonl"))


def test_a_model_that_is_not_configured_is_named_with_the_way_to_configure_it() -> None:
    with pytest.raises(ConfigurationError, match="Set LLM_BASE_URL, or name --model-url"):
        run("draft", "--by-model")
