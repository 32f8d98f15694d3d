"""A checkpoint's folder is checked before anything starts: what is wrong is named, with the mend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import ConfigurationError, ServingError
from serving.launch.checkpoint import read_checkpoint, weight_bytes
from testing.checkpoints import compressed, write_checkpoint, write_safetensors


def refusal(folder: Path) -> str:
    with pytest.raises((ServingError, ConfigurationError)) as raised:
        read_checkpoint(folder)
    return str(raised.value)


def test_a_sound_checkpoint_gives_its_shape_and_its_bytes(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(write_checkpoint(tmp_path / "model", size=1_000_000))
    assert (checkpoint.shape.layers, checkpoint.weight_bytes, checkpoint.wide) == (8, 1_000_000, False)
    assert str(checkpoint.quantization) == "bf16"


def test_weights_in_32_bits_take_half_of_their_file_when_served(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(write_checkpoint(tmp_path, dtype="F32", size=1_000_000))
    assert (checkpoint.weight_bytes, checkpoint.wide) == (500_000, True)


def test_the_bytes_of_all_files_of_an_index_count_and_others_do_not(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    for name in ("a.safetensors", "b.safetensors"):
        write_safetensors(tmp_path / name, {name: ("BF16", 300)})
    index = {"weight_map": {"x": "a.safetensors", "y": "b.safetensors", "z": "a.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    assert weight_bytes(tmp_path) == 600


def test_no_such_folder_is_named(tmp_path: Path) -> None:
    assert "There is no model" in refusal(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    assert "is a file" in refusal(tmp_path / "file")


def test_a_folder_that_is_no_checkpoint_is_told_what_is_missing(tmp_path: Path) -> None:
    assert "has no config.json" in refusal(tmp_path)
    write_checkpoint(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    assert "has no *.safetensors file" in refusal(tmp_path)


def test_a_truncated_file_is_told_with_both_sizes(tmp_path: Path) -> None:
    file = write_checkpoint(tmp_path, size=5000) / "model.safetensors"
    whole = file.stat().st_size
    with file.open("r+b") as stream:
        stream.truncate(whole - 1000)
    told = refusal(tmp_path)
    assert "model.safetensors is truncated" in told
    assert f"{whole - 1000:,} bytes where its header says {whole:,}" in told
    assert "again" in told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no complete header"),
        (b"\x10\x00", "no complete header"),
        (b"<html>Not found, ask the administrator</html>", "no complete header"),
        ((4).to_bytes(8, "little") + b"{]{]", "cannot be read"),
        ((14).to_bytes(8, "little") + b'{"a": {"b": 1}', "cannot be read"),
        ((9).to_bytes(8, "little") + b'{"a": {}}', "cannot be read"),
        ((2).to_bytes(8, "little") + b"[]", "cannot be read"),
        ((2).to_bytes(8, "little") + b"{}left", "is too long"),
    ],
)
def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    (write_checkpoint(tmp_path) / "model.safetensors").write_bytes(content)
    assert told in refusal(tmp_path)


def test_a_missing_part_of_many_is_named(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    index = {"weight_map": {"x": "model.safetensors", "y": "model-2.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    assert "lacks 1 of 2 weight files, model-2.safetensors" in refusal(tmp_path)


def test_a_checkpoint_without_tokenizer_or_chat_template_is_refused(tmp_path: Path) -> None:
    assert "no chat template" in refusal(write_checkpoint(tmp_path / "base", template=False))
    bare = write_checkpoint(tmp_path / "bare")
    (bare / "tokenizer.json").unlink()
    assert "has no tokenizer" in refusal(bare)


def test_a_template_in_a_file_of_its_own_will_do(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path, template=False)
    (folder / "chat_template.jinja").write_text("{{ messages }}", encoding="utf-8")
    assert read_checkpoint(folder).shape.layers == 8


@pytest.mark.parametrize(
    ("stored", "mend"), [("dense", "remove that key"), ("sparse-24-bitmask", "take the original, dense checkpoint")]
)
def test_a_sparsity_config_is_refused_with_what_to_do(tmp_path: Path, stored: str, mend: str) -> None:
    sparsity = {"format": stored, "targets": ["Linear"], "sparsity_structure": "2:4"}
    told = refusal(write_checkpoint(tmp_path, quantization_config=compressed(sparsity_config=sparsity)))
    assert "sparsity_config" in told
    assert mend in told


def test_an_empty_sparsity_config_is_let_through_as_vllm_does(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path, quantization_config=compressed(sparsity_config={"format": "dense"}))
    assert read_checkpoint(folder).quantization.kinds == ("w8a8",)
