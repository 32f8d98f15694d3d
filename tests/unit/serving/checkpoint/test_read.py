"""A folder is read as a checkpoint, and refused when it is none or not complete."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import ConfigurationError, ServingError
from serving.checkpoint.read import read_checkpoint, served_bytes
from serving.checkpoint.tensors import read_tensors, stored_bytes
from testing.serving.checkpoints import SHAPES, of_bytes, write_checkpoint, write_safetensors


def refusal(folder: Path) -> str:
    with pytest.raises((ServingError, ConfigurationError)) as raised:
        read_checkpoint(folder)
    return str(raised.value)


def test_parameters_and_bytes_are_those_of_all_tensors(tmp_path: Path) -> None:
    found = read_checkpoint(write_checkpoint(tmp_path / "a-model"))
    parameters = 2 * 512 * 128 + 128 + 128 * 128 + 128 * 256
    assert (found.name, found.parameters, found.bytes) == ("a-model", parameters, 2 * parameters)
    assert stored_bytes(found.folder) == (found.folder / "model.safetensors").stat().st_size


def test_a_model_in_shards_is_read_from_all_of_them(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path)
    (folder / "model.safetensors").unlink()
    names = list(SHAPES)
    for number, part in enumerate((names[:2], names[2:]), start=1):
        write_safetensors(folder / f"part-{number}.safetensors", {name: SHAPES[name] for name in part})
    places = {name: f"part-{1 if name in names[:2] else 2}.safetensors" for name in names}
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": places}), encoding="utf-8")
    assert len(read_checkpoint(folder).tensors) == len(SHAPES)
    (folder / "part-2.safetensors").unlink()
    with pytest.raises(ServingError, match=r"lacks 1 of 2 weight files, part-2\.safetensors"):
        read_checkpoint(folder)


def test_a_complete_checkpoint_gives_its_bytes_and_its_quantization(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(write_checkpoint(tmp_path / "model", of_bytes(1_000_000)))
    assert (checkpoint.bytes, served_bytes(checkpoint.tensors), checkpoint.wide) == (1_000_000, 1_000_000, False)
    assert str(checkpoint.quantization) == "bf16"


def test_weights_in_32_bits_take_half_of_their_file_when_served(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(write_checkpoint(tmp_path, of_bytes(1_000_000, "F32"), dtype="F32"))
    assert (served_bytes(checkpoint.tensors), checkpoint.wide) == (500_000, True)


def test_the_bytes_of_all_files_of_an_index_count_and_others_do_not(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    for name in ("a.safetensors", "b.safetensors"):
        write_safetensors(tmp_path / name, {name: (150,)})
    index = {"weight_map": {"x": "a.safetensors", "y": "b.safetensors", "z": "a.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    assert served_bytes(read_tensors(tmp_path)) == 600


@pytest.mark.parametrize("name", ["no-such-folder", "organisation/model", "m" * 300])
def test_a_missing_model_is_refused_with_how_to_get_one(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"There is no model '{name}'.*groundwork model get"):
        read_checkpoint(Path(name))


def test_no_such_folder_is_named(tmp_path: Path) -> None:
    assert "There is no model" in refusal(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    assert "is a file" in refusal(tmp_path / "file")


def test_what_a_folder_lacks_to_be_a_checkpoint_is_named(tmp_path: Path) -> None:
    assert "has no config.json" in refusal(tmp_path)
    write_checkpoint(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    assert "has no *.safetensors file" in refusal(tmp_path)


def test_a_folder_without_safetensors_names_what_is_there(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ConfigurationError, match=r"no \*\.safetensors.*pytorch_model\.bin.*save_pretrained"):
        read_checkpoint(folder)


@pytest.mark.parametrize(("text", "message"), [("{", "JSON"), ("[]", "list")])
def test_a_broken_configuration_is_named(tmp_path: Path, text: str, message: str) -> None:
    folder = write_checkpoint(tmp_path)
    (folder / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message):
        read_checkpoint(folder)
    (folder / "config.json").unlink()
    with pytest.raises(ConfigurationError, match=r"has no config\.json"):
        read_checkpoint(folder)
