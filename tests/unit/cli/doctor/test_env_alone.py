"""`python -m cli.doctor --env`: what `make demo` says of .env before it reads the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.doctor import __main__ as doctor


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], project: Path) -> str:
    """Return what is printed for a project with the settings of this one."""
    (project / ".env.example").write_text("GROUNDWORK_PORT=8000\nLLM_BASE_URL=\n", encoding="utf-8")
    monkeypatch.setattr(doctor, "PROJECT", project)
    monkeypatch.setattr("sys.argv", ["doctor", "--env"])
    doctor.main()
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def test_only_what_is_wrong_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("LLM_BASEURL=http://localhost:1\nGROUNDWORK_PORT = 9000\n", encoding="utf-8")

    text = said(monkeypatch, capsys, tmp_path)

    assert "LLM_BASEURL is no setting, and has no effect." in text
    assert "Did you mean LLM_BASE_URL?" in text
    assert "Line 2 is no NAME=value." in text
    assert "Port" not in text.replace("GROUNDWORK_PORT", "")
    assert "Ready" not in text


def test_a_right_file_and_none_are_passed_over_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(monkeypatch, capsys, tmp_path) == ""
    (tmp_path / ".env").write_text("GROUNDWORK_PORT=9000\n", encoding="utf-8")
    assert said(monkeypatch, capsys, tmp_path) == ""
