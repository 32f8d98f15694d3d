"""What is read from a config.json, and what is message when it cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from serving.model.architecture import built_in_models, load_model, read_shape
from serving.model.shape import GroupedAttention

TINY: dict[str, Any] = {
    "model_type": "llama",
    "hidden_size": 256,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 512,
    "vocab_size": 1000,
    "tie_word_embeddings": True,
}


def test_a_checkpoints_folder_is_read_and_named_after_itself(tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(TINY), encoding="utf-8")

    shape = load_model(str(folder))

    assert (shape.name, shape.layers, shape.tied_embeddings) == ("tiny", 4, True)
    # q, o: 256 x 256; k, v: 128 x 256; gate, up, down: 512 x 256; norms: 2 a layer and one; one table.
    assert shape.parameters == 4 * (2 * 65_536 + 2 * 32_768 + 3 * 131_072) + 9 * 256 + 256_000


def test_absent_key_value_heads_mean_full_heads_and_an_absent_head_dim_is_the_share_of_the_width() -> None:
    shape = read_shape({k: v for k, v in TINY.items() if k != "num_key_value_heads"}, "m", "here")
    assert shape.attention == GroupedAttention(heads=4, kv_heads=4, head_dim=64)


def test_the_text_part_of_a_multimodal_model_is_the_one_that_is_planned() -> None:
    assert read_shape({"model_type": "x", "text_config": TINY, "vision_config": {}}, "m", "here").layers == 4


def test_shared_experts_dense_first_layers_and_the_router_are_counted() -> None:
    config = {
        **TINY, "n_routed_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 64, "n_shared_experts": 1,
        "first_k_dense_replace": 1,
    }  # fmt: skip
    shape = read_shape(config, "m", "here")
    parts = {part: sum(x.parameters for x in shape.linears if x.part == part) for part in ("expert", "dense", "router")}
    assert parts == {"expert": 3 * 8 * 3 * 64 * 256, "router": 3 * 8 * 256, "dense": 3 * 3 * 64 * 256 + 3 * 512 * 256}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden_size": None}, "the field 'hidden_size' is missing"),
        ({"num_hidden_layers": "four"}, "'num_hidden_layers' is 'four'; it must be a whole number above 0"),
        ({"vocab_size": 0}, "'vocab_size' is 0"),
        ({"num_key_value_heads": 3}, "'num_attention_heads' is 4 and 'num_key_value_heads' is 3"),
        ({"layer_types": ["full_attention"]}, "'layer_types' has 1 entries for 4 layers"),
        ({"layer_types": ["linear_attention"] * 4}, "layer type 'linear_attention' is not covered"),
        ({"layer_types": ["sliding_attention"] * 4}, "the field 'sliding_window' is missing"),
        ({"text_config": 7}, "'text_config' is 7"),
    ],
)
def test_a_configuration_that_cannot_be_planned_is_refused_with_its_field(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read_shape({**TINY, **change}, "m", "here")


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"no model 'llama-9'.*llama-3-8b"):
        load_model("llama-9")


@pytest.mark.parametrize(
    ("content", "message"), [(None, "has no config.json"), ("{", "cannot be read as JSON"), ("[]", "holds list")]
)
def test_a_folder_without_a_readable_configuration_is_refused(
    tmp_path: Path, content: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message):
        load_model(str(tmp_path))


def test_every_built_in_model_has_a_source_and_can_be_read() -> None:
    for name, entry in built_in_models().items():
        assert entry["source"]
        assert load_model(name).parameters > 1e9
