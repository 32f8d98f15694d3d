"""Checkpoints that a killed run continues from."""

from __future__ import annotations

from pathlib import Path

from serving.distill.worker.kept import complete, latest


def written(work: Path, step: int) -> Path:
    folder = work / f"checkpoint-{step}"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_the_last_complete_checkpoint_is_used_with_its_progress(tmp_path: Path) -> None:
    for step in (9, 100):
        complete(written(tmp_path, step), {"step": step})
    folder = tmp_path / "checkpoint-100"
    assert latest(tmp_path) == (folder, {"step": 100})


def test_one_that_was_being_written_is_removed_and_not_used(tmp_path: Path) -> None:
    complete(written(tmp_path, 9), {"step": 9})
    half = written(tmp_path, 12)
    (half / "groundwork.half").write_text("{", encoding="utf-8")
    assert latest(tmp_path) == (tmp_path / "checkpoint-9", {"step": 9})
    assert not half.exists()


def test_without_a_checkpoint_there_is_none(tmp_path: Path) -> None:
    written(tmp_path, 3)
    assert latest(tmp_path) is None
