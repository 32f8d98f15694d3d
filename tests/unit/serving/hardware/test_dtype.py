"""bfloat16 where a processor multiplies it, float32 elsewhere, as far as vLLM serves a checkpoint in it."""

from __future__ import annotations

import pytest

from serving.hardware.dtype import processor_dtype

AVX2 = frozenset({"avx2", "fma"})


@pytest.mark.parametrize("instructions", ["avx512_bf16", "amx_bf16", "bf16"])
def test_a_processor_with_instructions_for_it_serves_bfloat16(instructions: str) -> None:
    assert processor_dtype(frozenset({"avx512f", instructions})) == "bfloat16"


def test_any_other_serves_float32_avx512_or_not() -> None:
    assert processor_dtype(AVX2) == processor_dtype(AVX2 | {"avx512f"}) == "float32"
    assert processor_dtype(AVX2, ("w8a8",)) == "float32"


@pytest.mark.parametrize("method", ["gptq", "awq", "fp8"])
def test_what_vllm_serves_in_16_bits_only_stays_bfloat16(method: str) -> None:
    assert processor_dtype(AVX2, ("w4a16",), method) == "bfloat16"


def test_four_bit_weights_have_no_kernel_in_float32() -> None:
    assert processor_dtype(AVX2 | {"avx512f"}, ("w4a16",)) == "bfloat16"
