"""Options of `groundwork ingest` that exclude each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer

from cli.ingestion.command import ingest_command
from core.errors import ConfigurationError

PATHS = [Path("docs")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"forget": ["docs"], "paths": PATHS}, "--forget reads nothing"),
        ({"forget": ["docs"], "rollback": True}, "--forget reads nothing"),
        ({"rollback": True, "rebuild": True}, "--rollback reads nothing"),
        ({"rollback": True, "watch": True}, "--rollback reads nothing"),
        ({"moved": ("a", Path("b")), "paths": PATHS}, "--moved reads a folder of its own"),
        ({"moved": ("a", Path("b")), "engine": "ray"}, "--moved reads a folder of its own"),
        ({"watch": True, "rebuild": True}, "--watch updates the index"),
    ],
)
def test_options_that_exclude_each_other_are_refused_before_anything_is_opened(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        ingest_command(**options)


@pytest.mark.parametrize(
    ("rebuild", "message"),
    [(False, "Interrupted. The same command goes on from here.\n"), (True, "Interrupted. The index is as it was.\n")],
)
def test_an_interrupted_command_says_how_to_go_on(
    rebuild: bool,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.ingestion.run.ingest_documents", interrupt)

    with pytest.raises(typer.Exit) as ended:
        ingest_command(PATHS, index=tmp_path, rebuild=rebuild)

    assert ended.value.exit_code == 130
    assert capsys.readouterr().err.endswith(message)
