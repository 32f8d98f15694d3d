from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigurationError
from serving.checkpoint.identity import describe_checkpoint, find_checkpoint
from serving.get.folders import write_record
from testing.serving.checkpoints import compressed, write_checkpoint


def test_a_checkpoint_is_known_by_the_hashes_of_the_files_that_a_server_reads(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "tiny")
    (folder / "README.md").write_text("Any text.", encoding="utf-8")
    found = describe_checkpoint(folder)
    assert found["name"] == "tiny"
    assert found["quantization"] == "bf16"
    assert "config.json" in found["files"]
    assert "README.md" not in found["files"]
    assert describe_checkpoint(folder) == found


def test_a_changed_weight_is_another_checkpoint(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "tiny")
    before = describe_checkpoint(folder)["sha256"]
    weights = next(folder.glob("*.safetensors"))
    content = weights.read_bytes()
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert describe_checkpoint(folder)["sha256"] != before


def test_the_quantization_is_the_one_that_the_configuration_states(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "tiny-w8a8", quantization_config=compressed())
    assert describe_checkpoint(folder)["quantization"] == "w8a8"


def test_a_folder_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"has no config\.json"):
        describe_checkpoint(tmp_path)


def test_a_served_model_is_found_by_its_folder_its_name_or_its_path(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "models" / "tiny")
    write_record(folder, {"served_name": "tiny-135M"})
    (tmp_path / "models" / ".tiny.partial").mkdir()
    for name in ("tiny", "tiny-135M", str(folder)):
        assert find_checkpoint(name, tmp_path / "models") == folder
    assert find_checkpoint("other", tmp_path / "models") is None
    assert find_checkpoint("other", tmp_path / "none") is None
