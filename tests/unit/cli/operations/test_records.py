"""`groundwork records` refuses what it cannot choose, and what it does is in the audit log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import cli
from core.errors import ConfigurationError


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GROUNDWORK_DATA_DIR", str(tmp_path / "new" / "data"))
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def refusal(*arguments: str) -> str:
    raised = CliRunner().invoke(cli, arguments).exception
    assert isinstance(raised, ConfigurationError), raised
    return str(raised)


def test_a_deletion_without_a_selection_names_the_options() -> None:
    assert "give --user, --conversation or --answer" in refusal("records", "delete")


@pytest.mark.parametrize("command", ["export", "delete"])
def test_two_selections_at_once_are_refused_by_their_options(command: str) -> None:
    assert "not --user and --answer at once" in refusal("records", command, "--user", "a", "--answer", "b")


def test_an_export_of_a_data_directory_that_does_not_exist_yet_is_empty() -> None:
    assert run("records", "export") == ""


def test_exports_and_deletions_are_in_the_audit_log() -> None:
    run("records", "export")
    run("records", "delete", "--user", "key:1")
    acts = json.loads(run("audit", "--json"))["acts"]
    found = [(act["principal_kind"], act["action"], act["target"]) for act in acts]
    assert found == [("local", "records.delete", "user=key%3A1"), ("local", "records.export", "")]
    assert all(act["at"].endswith("Z") for act in acts)


def test_a_data_directory_that_cannot_be_created_is_named(data: Path) -> None:
    (data / "new").write_text("a file")
    for command in (["records", "export"], ["keys", "list"], ["audit"], ["experiment", "list"]):
        assert f"The data directory {data / 'new' / 'data'} cannot be created" in refusal(*command)


def test_a_table_is_as_wide_as_what_is_in_it() -> None:
    name = "a-name-that-is-longer-than-a-narrow-terminal-has-columns-for-it-to-be-on-one-line"
    run("keys", "create", name)
    assert name in run("keys", "list")
