"""The kinds of weights that a configuration states."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import ConfigurationError
from serving.checkpoint.quantization import Quantization, parse_quantization, stated_quantization
from testing.serving.checkpoints import compressed

FLOAT8 = {"type": "float", "num_bits": 8, "strategy": "channel"}


FLOAT4 = {"type": "float", "num_bits": 4, "strategy": "tensor_group", "group_size": 16}


INT4 = {"type": "int", "num_bits": 4, "strategy": "group", "group_size": 128}


@pytest.mark.parametrize(
    ("config", "kinds"),
    [
        (compressed(), ("w8a8",)),
        (compressed(INT4, None), ("w4a16",)),
        (compressed({**INT4, "num_bits": 8}, None), ("w8a16",)),
        (compressed(FLOAT8, {"type": "float", "num_bits": 8, "dynamic": True}), ("fp8",)),
        (compressed({**FLOAT8, "strategy": "block"}, {"type": "float", "num_bits": 8}), ("fp8-block",)),
        (compressed(FLOAT8, None), ("fp8-weights",)),
        (compressed(FLOAT4, dict(FLOAT4)), ("nvfp4",)),
        (compressed(FLOAT4, None, format="nvfp4-pack-quantized"), ("nvfp4",)),
        (compressed({**FLOAT4, "group_size": 32}, None), ("mxfp4",)),
        (compressed({**FLOAT8, "group_size": 32}, dict(FLOAT8)), ("mxfp8",)),
        ({"quant_method": "gptq", "bits": 4}, ("w4a16",)),
        ({"quant_method": "awq", "w_bit": 4}, ("w4a16",)),
        ({"quant_method": "fp8"}, ("fp8",)),
        ({"quant_method": "fp8", "weight_block_size": [128, 128]}, ("fp8-block",)),
        ({"quant_method": "mxfp4"}, ("mxfp4",)),
        ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, ("nvfp4",)),
        ({"quant_method": "bitsandbytes"}, ("method:bitsandbytes",)),
        (None, ()),
    ],
)
def test_the_kind_of_weights_is_read(config: Any, kinds: tuple[str, ...]) -> None:
    assert parse_quantization(stated_quantization({"quantization_config": config}, "config.json")).kinds == kinds


def test_a_cache_in_fp8_is_seen_even_where_no_weight_is_quantized() -> None:
    config = {"quant_method": "compressed-tensors", "config_groups": {}, "kv_cache_scheme": {"num_bits": 8}}
    assert parse_quantization(config) == Quantization((), fp8_cache=True)


def test_a_quantization_config_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'quantization_config' is 'w4a16'"):
        stated_quantization({"quantization_config": "w4a16"}, "config.json")


@pytest.mark.parametrize("place", ["quantization_config", "compression_config"])
@pytest.mark.parametrize(
    ("stored", "fix"), [("dense", "remove that key"), ("sparse-24-bitmask", "take the original, dense checkpoint")]
)
def test_a_sparsity_config_is_refused_with_what_to_do(place: str, stored: str, fix: str) -> None:
    sparsity = {"format": stored, "targets": ["Linear"], "sparsity_structure": "2:4"}
    stated = {place: compressed(sparsity_config=sparsity)}
    for config in (stated, {"text_config": stated}):
        with pytest.raises(ConfigurationError, match=f"'sparsity_config'.*vLLM refuses.*{fix}"):
            stated_quantization(config, "config.json")


def test_a_sparsity_config_without_targets_is_accepted_as_by_vllm() -> None:
    config = {"quantization_config": compressed(sparsity_config={"format": "dense"})}
    assert parse_quantization(stated_quantization(config, "config.json")).kinds == ("w8a8",)


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"quant_method": ["gptq"]}, r"'quant_method' .* is \['gptq'\]; it must be a string"),
        ({"config_groups": [{}]}, "'config_groups' .* must be an object of objects"),
        ({"config_groups": {"group_0": None}}, "'config_groups' .* must be an object of objects"),
        ({"config_groups": {"group_0": {"weights": "int4"}}}, "'config_groups' .* must be an object of objects"),
        ({"config_groups": {"group_0": {"weights": {"num_bits": True}}}}, "1 to 16 'num_bits'"),
        ({"config_groups": {"group_0": {"weights": {"block_structure": "128x128"}}}}, "'block_structure' of two sizes"),
        ({"quant_method": "gptq", "bits": "4"}, "'bits' .* is '4'; it must be a number from 1 to 16"),
        ({"quant_method": "awq", "w_bit": -4}, "'w_bit' .* is -4; it must be a number from 1 to 16"),
        ({"quant_method": "fp8", "weight_block_size": 128}, "'weight_block_size' .* is 128; it must be two sizes"),
        ({"quant_method": "fp8", "weight_block_size": [0, 128]}, "'weight_block_size' .* must be two sizes"),
        ({"quant_method": "fp8", "ignored_layers": "lm_head"}, "'ignored_layers' .* must be a list of names"),
        ({"quant_method": "fp8", "ignored_layers": ["re:*("]}, "'ignored_layers' .* must be a list of names"),
        ({"quant_method": "fp8", "ignored_layers": ["model.(layers"]}, "'ignored_layers' .* must be a list of names"),
        ({"quant_method": "gptq", "dynamic": {"-:*(": {}}}, "'dynamic' .* with regular expressions"),
        ({"kv_cache_scheme": "fp8"}, "'kv_cache_scheme' .* must be an object"),
    ],
)
def test_a_field_that_no_reader_could_use_is_refused_with_its_value(stated: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as refused:
        stated_quantization({"quantization_config": stated}, "config.json")
    assert str(refused.value).endswith("Copy the checkpoint's file again.")


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        ({"quant_method": "GPTQ", "bits": 4}, "w4a16"),
        (compressed(quant_method="compressed_tensors"), "w8a8"),
        ({"quant_method": "modelopt", "quantization": {"quant_algo": "FP8"}}, "fp8"),
    ],
)
def test_a_method_is_read_under_each_of_its_names(stated: dict[str, Any], kind: str) -> None:
    assert parse_quantization(stated_quantization({"quantization_config": stated}, "config.json")).kinds == (kind,)
