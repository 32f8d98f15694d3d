"""What made a model, read from the folders that the commands write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from serving.checkpoint.lineage import compressed_step, describe_lineage, find_lineage, read_lineage
from serving.get.folders import write_record
from testing.serving.checkpoints import write_checkpoint

BASE = {"step": "base", "name": "smollm2-135M", "sha256": "b" * 64}
DISTILLATION: Mapping[str, Any] = {
    "format": "groundwork-distillation-1",
    "base": "smollm2",
    "base_sha256": "b" * 64,
    "data_sha256": "d" * 64,
    "train_examples": 1234,
    "method": "full",
    "hyperparameters": {"epochs": 3},
    "versions": {"torch": "2.13.0"},
    "date": "2026-11-30T08:00:00+00:00",
    "lineage": [BASE],
}
COMPRESSION: Mapping[str, Any] = {
    "format": "groundwork-compression-1",
    "model": "handbook-distilled-135M",
    "scheme": "w8a8",
    "calibration": {"sha256": "c" * 64},
    "versions": {"llmcompressor": "0.14.0.1"},
    "date": "2026-11-30T09:00:00+00:00",
    "source_sha256": "e" * 64,
}


def written(folder: Path, file: str, result: Mapping[str, Any], name: str) -> Path:
    write_checkpoint(folder)
    (folder / file).write_text(json.dumps(result), encoding="utf-8")
    write_record(folder, {"served_name": name, "source": "/models/base"})
    return folder


def test_a_model_that_was_got_is_its_own_base(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "smollm2")
    write_record(folder, {"served_name": "smollm2-135M", "source": "smollm2", "licence": "Apache-2.0"})
    expected = {"step": "base", "name": "smollm2-135M", "source": "smollm2", "licence": "Apache-2.0"}
    assert read_lineage(folder) == (expected,)


def test_a_folder_that_says_nothing_of_its_origin_is_a_base_by_its_name(tmp_path: Path) -> None:
    assert [step["name"] for step in read_lineage(write_checkpoint(tmp_path / "mine"))] == ["mine"]


def test_a_distilled_checkpoint_has_its_base_and_the_data_that_it_was_taught_on(tmp_path: Path) -> None:
    folder = written(tmp_path / "student", "distillation.json", DISTILLATION, "handbook-distilled-135M")
    base, distilled = read_lineage(folder)
    assert base == BASE
    assert (distilled["step"], distilled["name"]) == ("distilled", "handbook-distilled-135M")
    assert (distilled["of_sha256"], distilled["data_sha256"]) == ("b" * 64, "d" * 64)
    assert distilled["versions"] == {"torch": "2.13.0"}


def test_a_compressed_student_has_all_steps_though_the_other_folders_are_gone(tmp_path: Path) -> None:
    student = written(tmp_path / "student", "distillation.json", DISTILLATION, "handbook-distilled-135M")
    result = {**COMPRESSION, "lineage": list(read_lineage(student))}
    folder = written(tmp_path / "small", "compression.json", result, "handbook-distilled-135M-w8a8")
    steps = read_lineage(folder)
    assert [step["step"] for step in steps] == ["base", "distilled", "compressed"]
    assert (steps[2]["of_sha256"], steps[2]["calibration_sha256"]) == ("e" * 64, "c" * 64)
    assert describe_lineage(steps) == (
        "smollm2-135M → distilled on 1234 examples (data dddddddddddd, full) → w8a8 (calibration cccccccccccc)"
    )


def test_a_compression_of_an_earlier_version_names_the_model_that_it_was_made_from() -> None:
    base, compressed = compressed_step({**COMPRESSION, "calibration": {}}, "small")
    assert base == {"step": "base", "name": "handbook-distilled-135M"}
    assert describe_lineage((base, compressed)) == "handbook-distilled-135M → w8a8"


def test_an_adapter_has_a_lineage_without_being_a_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text('{"r": 8}', encoding="utf-8")
    result = {**DISTILLATION, "method": "lora", "hyperparameters": {"teacher": "/models/llama-8B"}}
    (tmp_path / "distillation.json").write_text(json.dumps(result), encoding="utf-8")
    assert describe_lineage(read_lineage(tmp_path)).endswith("(data dddddddddddd, adapter, teacher llama-8B)")


def test_what_is_no_model_and_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="neither a checkpoint nor an adapter"):
        read_lineage(tmp_path)
    folder = write_checkpoint(tmp_path / "torn")
    for content in ("{", "[1]"):
        (folder / "compression.json").write_text(content, encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"compression\.json"):
            read_lineage(folder)


def test_a_served_model_is_found_by_its_name_where_it_is_on_this_machine(tmp_path: Path) -> None:
    written(tmp_path / "student", "distillation.json", DISTILLATION, "handbook-distilled-135M")
    found = find_lineage("handbook-distilled-135M", tmp_path)
    assert found is not None
    assert found == find_lineage("student", tmp_path)
    assert find_lineage("gpt-4o", tmp_path) is None
    assert find_lineage("student", tmp_path / "nowhere") is None
    (tmp_path / "student" / "distillation.json").write_text("{", encoding="utf-8")
    assert find_lineage("student", tmp_path) is None
