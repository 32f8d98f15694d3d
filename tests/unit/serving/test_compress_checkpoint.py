from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError, ServingError
from serving.compress.checkpoint import read_checkpoint
from serving.safetensors import stored_bytes
from testing.serving.checkpoint_files import CONFIG, SHAPES, write_checkpoint, write_safetensors


def test_matrices_of_layers_are_compressible_and_tables_norms_and_routers_are_not(tmp_path: Path) -> None:
    shapes = {
        **SHAPES,
        "model.layers.0.mlp.gate.weight": (8, 128),
        "model.layers.0.mlp.gate_proj.weight": (256, 128),
        "model.layers.0.mlp.experts.down_proj": (8, 128, 64),
        "visual.blocks.0.attn.qkv.weight": (96, 32),
    }
    found = read_checkpoint(str(write_checkpoint(tmp_path, shapes)))
    assert {tensor.name.removeprefix("model.layers.0.") for tensor in found.matrices} == {
        "self_attn.q_proj.weight",
        "mlp.down_proj.weight",
        "mlp.gate_proj.weight",
        "mlp.experts.down_proj",
    }


def test_parameters_and_bytes_are_those_of_all_tensors(tmp_path: Path) -> None:
    found = read_checkpoint(str(write_checkpoint(tmp_path / "a-model")))
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
    assert len(read_checkpoint(str(folder)).tensors) == len(SHAPES)
    (folder / "part-2.safetensors").unlink()
    with pytest.raises(ServingError, match=r"lacks 1 of 2 weight files, part-2\.safetensors"):
        read_checkpoint(str(folder))


@pytest.mark.parametrize("name", ["no-such-folder", "organisation/model"])
def test_no_such_model_tells_how_to_get_one(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"There is no model '{name}'.*hf download"):
        read_checkpoint(name)


@pytest.mark.parametrize("cut", [1, 1000, 10**6])
def test_a_truncated_file_is_named(tmp_path: Path, cut: int) -> None:
    folder = write_checkpoint(tmp_path)
    file = folder / "model.safetensors"
    whole = file.read_bytes()
    file.write_bytes(whole[: max(4, len(whole) - cut)])
    with pytest.raises(ServingError, match=r"model\.safetensors is truncated"):
        read_checkpoint(str(folder))


@pytest.mark.parametrize(
    ("header", "told"),
    [(b"not json at all", "broken header"), (b'{"a": {"dtype": "BF16"}}', "broken header"), (b"[1]", "broken header")],
)
def test_a_broken_header_is_named(tmp_path: Path, header: bytes, told: str) -> None:
    folder = write_checkpoint(tmp_path)
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(ServingError, match=told):
        read_checkpoint(str(folder))


@pytest.mark.parametrize(
    ("configuration", "told"),
    [
        ({"quant_method": "compressed-tensors", "format": "pack-quantized"}, "compressed already.*original in 16 bits"),
        ({"quant_method": "awq"}, r"compressed already \(awq"),
        (
            {
                "quant_method": "compressed-tensors",
                "sparsity_config": {"format": "sparse-24-bitmask", "targets": ["Linear"]},
            },
            "sparsity_config.*sparse-24-bitmask.*vLLM refuses.*original, dense checkpoint",
        ),
    ],
)
@pytest.mark.parametrize("place", ["quantization_config", "compression_config", "text_config"])
def test_what_is_compressed_already_is_refused_with_what_to_do(
    tmp_path: Path, configuration: dict[str, Any], told: str, place: str
) -> None:
    inner = {"quantization_config": configuration} if place == "text_config" else configuration
    folder = write_checkpoint(tmp_path)
    (folder / "config.json").write_text(json.dumps({**CONFIG, place: inner}), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=told):
        read_checkpoint(str(folder))


def test_an_empty_sparsity_config_is_none(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path, quantization_config={})
    assert read_checkpoint(str(folder)).matrices


def test_weights_in_8_bits_are_refused_though_the_configuration_does_not_tell(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path)
    write_safetensors(folder / "model.safetensors", SHAPES, "F8_E4M3")
    with pytest.raises(ConfigurationError, match="stored as F8_E4M3"):
        read_checkpoint(str(folder))


def test_a_folder_without_safetensors_names_what_is_there(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ConfigurationError, match=r"no \*\.safetensors.*pytorch_model\.bin.*save_pretrained"):
        read_checkpoint(str(folder))


@pytest.mark.parametrize(("text", "told"), [("{", "JSON"), ("[]", "list")])
def test_a_broken_configuration_is_named(tmp_path: Path, text: str, told: str) -> None:
    folder = write_checkpoint(tmp_path)
    (folder / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=told):
        read_checkpoint(str(folder))
    (folder / "config.json").unlink()
    with pytest.raises(ConfigurationError, match=r"has no config\.json"):
        read_checkpoint(str(folder))


def test_weights_without_a_layer_are_no_model(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path, {"model.embed_tokens.weight": (8, 8)})
    with pytest.raises(ConfigurationError, match="no matrix of a layer"):
        read_checkpoint(str(folder))
