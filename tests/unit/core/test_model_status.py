"""The status of a model in a file: what is written is read, and what is no status says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model_status import ModelStatus, State, read_model_status, write_model_status


@given(state=st.sampled_from(["loading", "ready", "failed"]), detail=st.text())
def test_what_is_written_is_read(state: State, detail: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.getbasetemp() / "status.json"
    status = ModelStatus(state, detail.encode("utf-8", "replace").decode())
    write_model_status(file, status)
    assert read_model_status(file) == status


def test_before_the_first_status_there_is_none(tmp_path: Path) -> None:
    assert read_model_status(tmp_path / "status.json") is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"state": "asleep", "detail": "x"}', b'{"state": "ready"}', b"\xff"]
)
def test_what_is_no_status_counts_as_failed_and_names_the_file(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "status.json"
    file.write_bytes(content)
    status = read_model_status(file)
    assert status is not None
    assert status.state == "failed"
    assert f"LLM_STATUS_FILE {file}" in status.detail


def test_a_folder_in_its_place_counts_as_failed(tmp_path: Path) -> None:
    status = read_model_status(tmp_path)
    assert status is not None
    assert status.state == "failed"
