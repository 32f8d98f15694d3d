"""bfloat16 where a processor multiplies it, float32 elsewhere, as far as vLLM serves a checkpoint in it."""

from __future__ import annotations

import pytest

from serving.hardware.dtype import processor_dtype

AVX2 = frozenset({"avx2", "fma"})


@pytest.mark.parametrize("instructions", ["avx512_bf16", "amx_bf16", "bf16"])
def test_a_processor_with_instructions_for_it_serves_bfloat16(instructions: str) -> None:
    assert processor_dtype({}, frozenset({"avx512f", instructions})) == "bfloat16"


def test_any_other_serves_float32_avx512_or_not() -> None:
    assert processor_dtype({}, AVX2) == processor_dtype({}, AVX2 | {"avx512f"}) == "float32"
    assert processor_dtype({"quant_method": "compressed-tensors"}, AVX2) == "float32"


@pytest.mark.parametrize("method", ["gptq", "awq", "fp8"])
def test_what_vllm_serves_in_16_bits_only_stays_bfloat16(method: str) -> None:
    assert processor_dtype({"quant_method": method}, AVX2) == "bfloat16"
