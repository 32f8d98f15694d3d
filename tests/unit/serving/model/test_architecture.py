"""What a config.json becomes, whichever dialect it is written in, and what is said when it cannot be read."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from serving.model.architecture import built_in_models, load_model, read_shape
from serving.model.kv_cache import bytes_per_request, bytes_per_token, state_bytes
from serving.model.shape import Experts, ModelShape

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
NEMOTRON_H: dict[str, Any] = {
    "model_type": "nemotron_h",
    "architectures": ["NemotronHForCausalLM"],
    "auto_map": {"AutoConfig": "configuration_nemotron_h.NemotronHConfig"},
    "hidden_size": 4096,
    "num_hidden_layers": 52,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "attention_head_dim": 128,
    "intermediate_size": 21504,
    "vocab_size": 131072,
    "hybrid_override_pattern": "M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-",
    "mamba_num_heads": 128,
    "mamba_head_dim": 64,
    "ssm_state_size": 128,
    "n_groups": 8,
    "max_position_embeddings": 8192,
}
KIMI_K2: dict[str, Any] = {
    "model_type": "kimi_k2",
    "hidden_size": 7168,
    "intermediate_size": 18432,
    "num_hidden_layers": 61,
    "num_attention_heads": 64,
    "num_key_value_heads": 64,
    "n_routed_experts": 384,
    "n_shared_experts": 1,
    "num_experts_per_tok": 8,
    "first_k_dense_replace": 1,
    "moe_intermediate_size": 2048,
    "max_position_embeddings": 131072,
    "q_lora_rank": 1536,
    "kv_lora_rank": 512,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "vocab_size": 163840,
    "n_group": 1,
    "topk_group": 1,
    "rope_scaling": {"type": "yarn", "factor": 32.0, "original_max_position_embeddings": 4096},
}
JAMBA: dict[str, Any] = {
    "model_type": "jamba",
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "num_experts": 16,
    "num_experts_per_tok": 2,
    "attn_layer_period": 8,
    "attn_layer_offset": 4,
    "expert_layer_period": 2,
    "expert_layer_offset": 1,
    "mamba_d_state": 16,
    "mamba_dt_rank": 256,
    "vocab_size": 65536,
    "max_position_embeddings": 262144,
}
GEMMA_3: dict[str, Any] = {
    "model_type": "gemma3",
    "text_config": {
        "model_type": "gemma3_text",
        "hidden_size": 5376,
        "intermediate_size": 21504,
        "num_hidden_layers": 62,
        "num_attention_heads": 32,
        "num_key_value_heads": 16,
        "head_dim": 128,
        "sliding_window": 1024,
        "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
    },
    "vision_config": {
        "model_type": "siglip_vision_model",
        "hidden_size": 1152,
        "intermediate_size": 4304,
        "num_hidden_layers": 27,
        "num_attention_heads": 16,
        "image_size": 896,
        "patch_size": 14,
        "vision_use_head": False,
    },
}


def parts(shape: ModelShape) -> Counter[str]:
    found: Counter[str] = Counter()
    for weight in shape.weights:
        found[weight.part] += weight.parameters
    return found


def test_a_checkpoints_folder_is_read_and_named_after_itself(tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(TINY), encoding="utf-8")

    shape = load_model(str(folder))

    assert (shape.name, shape.layers, shape.heads) == ("tiny", 4, 4)
    # q, o: 256 x 256; k, v: 128 x 256; gate, up, down: 512 x 256; norms: 2 a layer and one; one table.
    assert shape.parameters == 4 * (2 * 65_536 + 2 * 32_768 + 3 * 131_072) + 9 * 256 + 256_000


def test_absent_key_value_heads_mean_full_heads() -> None:
    shape = read_shape({k: v for k, v in TINY.items() if k != "num_key_value_heads"}, "m", "here")
    assert bytes_per_token(shape) == 4 * 2 * 256 * 2


@pytest.mark.parametrize(
    ("config", "billions", "token"),
    [
        # Published sizes: Nemotron-H-8B, Jamba-1.5-mini, Kimi-K2, Gemma-3-27B with its vision encoder.
        (NEMOTRON_H, 8.10, 16_384),
        (JAMBA, 51.57, 16_384),
        (KIMI_K2, 1026.4, 70_272),
        (GEMMA_3, 27.43, 507_904),
    ],
    ids=["nemotron-h", "jamba", "kimi-k2", "gemma-3"],
)
def test_a_configuration_as_it_is_published_has_the_size_that_is_published(
    config: dict[str, Any], billions: float, token: int
) -> None:
    shape = read_shape(config, "m", "here")
    assert shape.parameters / 1e9 == pytest.approx(billions, rel=0.001)
    assert bytes_per_token(shape) == token


def test_states_are_counted_a_request_and_not_a_token() -> None:
    shape = read_shape(NEMOTRON_H, "m", "here")
    # 24 layers: 3 inputs of a convolution over 10,240 channels in 16 bits, and 128 heads of 64 x 128 in 32 bits.
    assert state_bytes(shape) == 24 * (3 * 10_240 * 2 + 128 * 64 * 128 * 4)
    assert bytes_per_request(shape, 1000) == 1000 * 16_384 + 3 * state_bytes(shape)
    assert state_bytes(shape, 8) == state_bytes(shape)


def test_a_layer_that_shares_the_keys_of_another_has_no_cache() -> None:
    kinds = (["sliding_attention"] * 4 + ["full_attention"]) * 2
    config = {
        **TINY, "model_type": "gemma3n_text", "num_hidden_layers": 10, "num_kv_shared_layers": 5,
        "layer_types": kinds, "sliding_window": 64, "intermediate_size": [512] * 10, "head_dim": 64,
        "activation_sparsity_pattern": [0.0] * 10, "vocab_size_per_layer_input": 1000,
    }  # fmt: skip
    assert [layer.window for layer in read_shape(config, "m", "here").cache.on_each(1)] == [64, 64, 64, 64, None]


def test_the_parts_of_a_mixture_are_separate_and_the_experts_of_one_token_are_counted() -> None:
    config = {
        **TINY, "model_type": "deepseek_v3", "n_routed_experts": 8, "num_experts_per_tok": 2,
        "moe_intermediate_size": 64, "n_shared_experts": 1, "first_k_dense_replace": 1,
        "q_lora_rank": None, "kv_lora_rank": 32, "n_group": 1,
        "topk_group": 1, "qk_nope_head_dim": 32, "qk_rope_head_dim": 16, "v_head_dim": 32, "num_key_value_heads": 4,
    }  # fmt: skip
    shape = read_shape(config, "m", "here")
    found = parts(shape)
    assert shape.experts == Experts(8, 2)
    assert found["expert"] == 3 * 8 * 3 * 64 * 256
    assert found["router"] == 3 * 8 * 256
    assert found["dense"] == 3 * 3 * 64 * 256 + 3 * 512 * 256
    assert found["embedding"] == 256_000
    assert shape.active_parameters == found["attention"] + found["dense"] + found["router"] + found["expert"] // 4


def test_a_vision_encoder_is_a_part_of_its_own_that_no_scheme_quantizes() -> None:
    found = parts(read_shape(GEMMA_3, "m", "here"))
    assert found["vision"] == pytest.approx(0.423e9, rel=0.01)
    assert found["head"] == 0


def test_an_output_head_that_a_multimodal_configuration_does_not_mention_is_the_language_models() -> None:
    text = {**TINY, "model_type": "mistral"}
    del text["tie_word_embeddings"]
    vision = {"model_type": "pixtral", "hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = {"model_type": "mistral3", "text_config": text, "vision_config": {**vision, "intermediate_size": 128}}
    assert parts(read_shape(config, "m", "here"))["head"] == 256_000


def test_a_model_whose_vision_encoder_needs_a_missing_package_is_its_language_model_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def without(*_: object, **__: object) -> None:
        raise ImportError("This model requires the timm library. Install it.")

    monkeypatch.setattr("transformers.AutoModelForImageTextToText.from_config", without)
    shape = read_shape({**GEMMA_3, "quantization_config": {"quant_method": "fp8"}}, "m", "here")
    assert shape.stored is not None
    assert shape.source == "here (the language model alone: ImportError: This model requires the timm library)"
    assert parts(shape)["vision"] == 0
    assert shape.parameters == pytest.approx(27.01e9, rel=0.001)


def test_a_multimodal_model_of_an_unknown_type_is_its_language_model_and_says_so() -> None:
    config = {"model_type": "unheard_vl", "llm_config": TINY, "quantization_config": {"quant_method": "fp8"}}
    shape = read_shape(config, "m", "here")
    assert shape.source == "here (the language model alone: transformers does not know 'unheard_vl')"
    assert (shape.parameters, shape.stored is not None) == (read_shape(TINY, "m", "here").parameters, True)


def test_zero_experts_have_no_weights() -> None:
    config = {
        "model_type": "longcat_flash", "hidden_size": 256, "num_layers": 2, "num_attention_heads": 4,
        "vocab_size": 1000, "ffn_hidden_size": 512, "expert_ffn_hidden_size": 64, "n_routed_experts": 8,
        "zero_expert_num": 4, "moe_topk": 2,
        "q_lora_rank": 64, "kv_lora_rank": 32, "qk_nope_head_dim": 32, "qk_rope_head_dim": 16, "v_head_dim": 32,
    }  # fmt: skip
    assert parts(read_shape(config, "m", "here"))["expert"] == 2 * 8 * 3 * 64 * 256


@pytest.mark.parametrize(
    ("rope", "limit"),
    [
        (None, 4096),
        ({"rope_type": "linear", "factor": 4.0}, 16_384),
        ({"rope_type": "dynamic", "factor": 2.0}, 8192),
        ({"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 1024}, 4096),
    ],
)
def test_the_context_is_scaled_as_vllm_scales_it(rope: dict[str, Any] | None, limit: int) -> None:
    config = {**TINY, "max_position_embeddings": 4096, "rope_scaling": rope}
    assert read_shape(config, "m", "here").context_limit == limit


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model_type": None}, "the field 'model_type' is missing"),
        ({"model_type": "unheard"}, "model_type 'unheard' is not known to transformers"),
        ({"model_type": ["llama"]}, r"the field 'model_type' is \['llama'\]; it must be a string"),
        ({"rope_scaling": {"rope_type": "linear", "factor": float("inf")}}, "the 'factor' of the rope scaling is inf"),
        ({"hidden_size": "wide"}, "Field 'hidden_size' expected int, got str"),
        ({"num_attention_heads": 0}, "does not read it as a configuration of 'llama'"),
        ({"model_type": "t5"}, "encoder-decoder"),
        ({"model_type": "siglip_vision_model"}, "no text-generating model"),
        ({"model_type": "bert"}, "the formulas know the cache of 0"),
        ({"model_type": "recurrent_gemma"}, "RecurrentBlock is not covered"),
        ({"quantization_config": {"quant_method": "quark"}}, "the method 'quark'"),
        ({"quantization_config": 7}, "'quantization_config' is 7"),
    ],
)
def test_a_configuration_that_cannot_be_planned_is_refused_with_its_field_and_the_fix(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message) as refused:
        read_shape({**TINY, **change}, "m", "here/config.json")
    assert str(refused.value).startswith("here/config.json")


@pytest.mark.parametrize("field", ["hidden_size", "num_hidden_layers"])
def test_a_configuration_without_a_size_is_not_taken_for_the_classes_default_model(field: str) -> None:
    with pytest.raises(ConfigurationError, match=f"the field '{field}' is missing"):
        read_shape({name: value for name, value in TINY.items() if name != field}, "m", "here")


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
