"""Quantized checkpoints: their sizes, by the configurations that tools write, against the sizes of published files."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import ConfigurationError
from serving.model.architecture import built_in_models, read_shape
from serving.model.schemes import weight_bytes

GPT_OSS: dict[str, Any] = {
    "model_type": "gpt_oss", "hidden_size": 2880, "intermediate_size": 2880, "num_hidden_layers": 36, "head_dim": 64,
    "num_attention_heads": 64, "num_key_value_heads": 8, "num_local_experts": 128, "num_experts_per_tok": 4,
    "vocab_size": 201088, "sliding_window": 128, "tie_word_embeddings": False, "attention_bias": True,
}  # fmt: skip
FP8_CHANNELS = {
    "quant_method": "compressed-tensors",
    "config_groups": {
        "group_0": {
            "targets": ["Linear"],
            "weights": {"num_bits": 8, "type": "float", "strategy": "channel"},
            "input_activations": {"num_bits": 8, "type": "float", "strategy": "token", "dynamic": True},
        }
    },
    "ignore": ["lm_head"],
}


def built_in(name: str) -> dict[str, Any]:
    return dict(built_in_models()[name]["config"])


@pytest.mark.parametrize(
    ("config", "stated", "gigabytes"),
    [
        # The total of model.safetensors.index.json of openai/gpt-oss-120b: 65,248,815,744 bytes.
        (GPT_OSS, {"quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn"]}, 65.248815744),
        (built_in("llama-3.1-8b"), FP8_CHANNELS, 9.08),
        (built_in("qwen2.5-7b"), {"quant_method": "awq", "bits": 4, "group_size": 128, "zero_point": True}, 5.57),
        (built_in("qwen2.5-7b"), {"quant_method": "gptq", "bits": 8, "group_size": 128}, 8.86),
        (built_in("llama-3.1-8b"), {"quant_method": "bitsandbytes", "load_in_4bit": True,
                                    "bnb_4bit_use_double_quant": True}, 5.70),
        (built_in("llama-3.1-8b"), {"quant_method": "bitsandbytes", "load_in_8bit": True}, 9.09),
        # DeepSeek-V3 without its module for multi-token prediction; scales of blocks are in 32 bits.
        (built_in("deepseek-v3"), {"quant_method": "fp8", "weight_block_size": [128, 128]}, 673.15),
        (built_in("llama-3.1-8b"), {"quant_method": "modelopt", "quant_algo": "NVFP4"}, 6.03),
    ],
    ids=["mxfp4", "compressed-tensors", "awq", "gptq", "bnb-4bit", "bnb-8bit", "fp8-block", "modelopt"],
)  # fmt: skip
def test_a_quantized_checkpoint_has_the_size_of_its_files(
    config: dict[str, Any], stated: dict[str, Any], gigabytes: float
) -> None:
    shape = read_shape({**config, "quantization_config": stated}, "m", "here")
    assert shape.stored is not None
    assert weight_bytes(shape, shape.stored.scheme) / 1e9 == pytest.approx(gigabytes, rel=0.002)


def test_the_quantization_of_the_text_part_counts_and_modules_may_be_named_in_any_way() -> None:
    text = {**built_in("llama-3.1-8b"), "num_hidden_layers": 2}
    names = ["re:.*self_attn.*", "model.layers.1.mlp.gate_proj", "layers.*.mlp.up_proj", "lm_head"]
    stated = {**FP8_CHANNELS, "ignore": names}
    shape = read_shape(
        {"model_type": "unheard_vl", "text_config": {**text, "quantization_config": stated}}, "m", "here"
    )
    kept = {(linear.name.split(".")[-2], linear.count) for linear in shape.weights if linear.kept}
    attention = {("q_proj", 2), ("k_proj", 2), ("v_proj", 2), ("o_proj", 2)}
    assert kept == {*attention, ("gate_proj", 1), ("up_proj", 2)}
    assert shape.stored is not None


def test_modules_that_a_rule_of_gptq_excludes_stay_in_16_bits() -> None:
    stated = {
        "quant_method": "gptq",
        "bits": 4,
        "group_size": 128,
        "dynamic": {"-:.*down.*": {}, "+:.*up.*": {"bits": 8}},
    }
    shape = read_shape({**built_in("llama-3.1-8b"), "quantization_config": stated}, "m", "here")
    assert {linear.name for linear in shape.weights if linear.kept} == {"model.layers.*.mlp.down_proj.weight"}


def test_a_method_whose_size_is_not_known_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="'quark', whose size the planner does not know"):
        read_shape({**built_in("qwen3-8b"), "quantization_config": {"quant_method": "quark"}}, "m", "here")


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"quant_method": "exl2", "bits": 4.25}, r"the method 'exl2' \(4.25\), whose size"),
        ({"bits": 4, "group_size": 128}, "states no 'quant_method'"),
        ({"quant_method": "modelopt", "quant_algo": "W4A8_AWQ"}, r"the method 'modelopt' \(W4A8_AWQ\), whose size"),
    ],
)
def test_a_storage_that_is_not_known_is_refused_with_what_is_stated(stated: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read_shape({**built_in("qwen3-8b"), "quantization_config": stated}, "m", "here")


def test_several_kinds_of_weights_are_refused_and_not_taken_for_the_first() -> None:
    groups = {"a": {"weights": {"num_bits": 8, "type": "float"}}, "b": {"weights": {"num_bits": 4, "type": "int"}}}
    stated = {"quant_method": "compressed-tensors", "config_groups": groups}
    with pytest.raises(ConfigurationError, match=r"'compressed-tensors' \(weights of several kinds\), whose size"):
        read_shape({**built_in("qwen3-8b"), "quantization_config": stated}, "m", "here")
