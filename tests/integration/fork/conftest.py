"""Projects made from small templates of the real questions; a fork is no template, and leaves these tests out."""

from __future__ import annotations

from pathlib import Path

import pytest

from testing.forks import IS_TEMPLATE

collect_ignore_glob = [] if IS_TEMPLATE else ["test_*.py"]


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user whose name git knows, and who has no other settings of git."""
    config = tmp_path / "gitconfig"
    config.write_text("[user]\n\tname = Ada\n\temail = ada@example.com\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
