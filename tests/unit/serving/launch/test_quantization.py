"""The kind of a checkpoint's weights, and what has a kernel for it."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import ConfigurationError, ServingError
from serving.kernels import AMX
from serving.launch.quantization import (
    Quantization,
    check_card_kernels,
    check_processor_kernels,
    kernel_notes,
    read_quantization,
)
from serving.machine import GraphicsCard
from testing.checkpoints import compressed

NO_FLAGS: frozenset[str] = frozenset()
FLOAT8 = {"type": "float", "num_bits": 8, "strategy": "channel"}
FLOAT4 = {"type": "float", "num_bits": 4, "strategy": "tensor_group", "group_size": 16}
INT4 = {"type": "int", "num_bits": 4, "strategy": "group", "group_size": 128}


def card(capability: float, name: str = "NVIDIA Some GPU") -> GraphicsCard:
    return GraphicsCard(name, 80 << 30, 79 << 30, capability)


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
    assert read_quantization({"quantization_config": config}, "config.json").kinds == kinds


def test_a_cache_in_fp8_is_seen_even_where_no_weight_is_quantized() -> None:
    config = {"quant_method": "compressed-tensors", "config_groups": {}, "kv_cache_scheme": {"num_bits": 8}}
    assert read_quantization({"quantization_config": config}, "config.json") == Quantization((), fp8_cache=True)


def test_a_quantization_config_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'quantization_config' is 'w4a16'"):
        read_quantization({"quantization_config": "w4a16"}, "config.json")


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("nvfp4", "no NVFP4 kernel"),
        ("mxfp4", "no MXFP4 kernel"),
        ("mxfp8", "no MXFP8 kernel"),
        ("w8a16", "CPUWNA16LinearKernel"),
        ("fp8-weights", "8-bit floating-point weights alone"),
        ("fp8-block", "AMX"),
    ],
)
def test_what_a_processor_cannot_multiply_is_refused_with_the_missing_kernel(kind: str, missing: str) -> None:
    with pytest.raises(ServingError, match=missing):
        check_processor_kernels(Quantization((kind,)), NO_FLAGS)


def test_what_a_processor_can_multiply_is_served() -> None:
    check_processor_kernels(Quantization(("w4a16", "w8a8", "fp8")), NO_FLAGS)
    check_processor_kernels(Quantization(("fp8-block",)), frozenset({AMX}))
    check_processor_kernels(Quantization(), NO_FLAGS)


def test_one_kind_without_a_kernel_among_others_is_enough() -> None:
    with pytest.raises(ServingError, match="nvfp4"):
        check_processor_kernels(Quantization(("w4a16", "nvfp4")), NO_FLAGS)


def test_int8_is_refused_on_blackwell_and_served_before() -> None:
    check_card_kernels(Quantization(("w8a8",)), card(9.0))
    for capability in (10.0, 12.0):
        with pytest.raises(ServingError, match=r"INT8 is not supported on Blackwell.*--scheme fp8"):
            check_card_kernels(Quantization(("w8a8",)), card(capability))


def test_a_gpu_that_is_too_old_is_refused() -> None:
    with pytest.raises(ServingError, match=r"need compute capability 7.5, and NVIDIA Some GPU has 7.0"):
        check_card_kernels(Quantization(("w4a16",)), card(7.0))


def test_what_is_served_without_the_speed_of_its_name_is_told() -> None:
    assert "reference loop" in kernel_notes(Quantization(("fp8",)), None)[0]
    assert "unpacked to 16 bits" in kernel_notes(Quantization(("fp8",)), card(8.0))[0]
    assert "unpacked to 16 bits" in kernel_notes(Quantization(("nvfp4",)), card(9.0))[0]
    assert "vLLM decides" in kernel_notes(Quantization(("method:bitsandbytes",)), card(9.0))[0]
    assert kernel_notes(Quantization(("fp8",)), card(9.0)) == ()
    assert kernel_notes(Quantization(("w8a8",)), None) == ()
