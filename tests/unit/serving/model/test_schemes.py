"""Weights: parameters of published models to the last one, and bytes under each scheme by hand."""

from __future__ import annotations

import pytest

from core.errors import ConfigurationError
from serving.model.architecture import load_model
from serving.model.schemes import SCHEMES, Scheme, bits_per_weight, bytes_read, find_schemes, weight_bytes
from serving.model.shape import Linear


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("llama-3.1-8b", 8_030_261_248),
        ("llama-3.1-70b", 70_553_706_496),
        ("llama-3.1-405b", 405_853_388_800),
        ("llama-4-scout", 107_769_861_120),
        ("qwen2.5-7b", 7_615_616_512),
        ("qwen3-8b", 8_190_735_360),
        ("qwen3-32b", 32_762_123_264),
        ("qwen3-30b-a3b", 30_532_122_624),
        ("mixtral-8x7b", 46_702_792_704),
        ("gemma-3-27b", 27_009_346_304),
        ("deepseek-v3", 671_026_404_352),
    ],
)
def test_a_built_in_shape_has_every_parameter_that_transformers_counts_in_the_same_model(
    model: str, parameters: int
) -> None:
    assert load_model(model).parameters == parameters


@pytest.mark.parametrize(
    ("model", "billions"), [("llama-4-scout", 17), ("qwen3-30b-a3b", 3.3), ("deepseek-v3", 37), ("mixtral-8x7b", 13)]
)
def test_the_active_parameters_of_a_mixture_of_experts_are_those_of_its_name(model: str, billions: float) -> None:
    shape = load_model(model)
    with_tables = shape.active_parameters + 2 * shape.head_parameters
    assert with_tables / 1e9 == pytest.approx(billions, rel=0.11)


# Llama-3.1-8B, by hand. In a layer: q and o 4096 x 4096, k and v 1024 x 4096, gate and up 14336 x 4096, down 4096 x
# 14336: 218,103,808 weights; 32 layers hold 6,979,321,856. Both tables: 2 x 128,256 x 4,096; norms: 65 x 4,096.
MATRICES = 6_979_321_856
REST = 2 * (2 * 128_256 * 4_096 + 65 * 4_096)
# Output rows of a layer: q 4096, k 1024, v 1024, o 4096, gate 14336, up 14336, down 4096.
ROWS = 32 * (4_096 + 1_024 + 1_024 + 4_096 + 14_336 + 14_336 + 4_096)


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("bf16", 2 * MATRICES + REST),
        ("fp8", MATRICES + 2 * ROWS + REST),
        ("w8a8", MATRICES + 2 * ROWS + REST),
        ("w4a16", MATRICES / 2 + 2 * MATRICES / 128 + REST),
        ("nvfp4", MATRICES / 2 + MATRICES / 16 + REST),
        ("mxfp4", MATRICES / 2 + MATRICES / 32 + REST),
    ],
)
def test_bytes_are_those_of_the_matrices_their_scales_and_the_unquantized_rest(scheme: str, expected: float) -> None:
    assert weight_bytes(load_model("llama-3.1-8b"), SCHEMES[scheme]) == expected


def test_a_70b_and_an_8b_model_shrink_as_their_quantized_checkpoints_do() -> None:
    sizes = {
        (model, scheme): round(weight_bytes(load_model(model), SCHEMES[scheme]) / 1e9, 1)
        for model in ("llama-3.1-70b", "llama-3.1-8b")
        for scheme in ("bf16", "fp8", "w4a16")
    }
    assert sizes == {
        ("llama-3.1-70b", "bf16"): 141.1, ("llama-3.1-70b", "fp8"): 72.7, ("llama-3.1-70b", "w4a16"): 39.5,
        ("llama-3.1-8b", "bf16"): 16.1, ("llama-3.1-8b", "fp8"): 9.1, ("llama-3.1-8b", "w4a16"): 5.7,
    }  # fmt: skip


def test_four_bits_in_groups_of_128_are_four_and_an_eighth_and_more_with_the_unquantized_rest() -> None:
    scheme = SCHEMES["w4a16"]
    assert 8 * scheme.linear_bytes(Linear("dense", 256, 1024, 1)) / (256 * 1024) == 4.125
    assert bits_per_weight(load_model("llama-3.1-8b"), scheme) == pytest.approx(5.679, abs=0.001)


def test_a_last_group_that_is_not_full_has_a_scale_of_its_own() -> None:
    assert Scheme("x", 4, "bf16", 128, 2).linear_bytes(Linear("dense", 10, 130, 1)) == 10 * 130 / 2 + 10 * 2 * 2


def test_routers_are_never_quantized() -> None:
    assert SCHEMES["w4a16"].linear_bytes(Linear("router", 8, 4096, 32)) == 8 * 4096 * 32 * 2


def test_a_step_reads_all_matrices_of_a_dense_model_and_the_output_head_once() -> None:
    assert bytes_read(load_model("llama-3.1-8b"), SCHEMES["bf16"], 1) == 2 * (MATRICES + 128_256 * 4_096)
    assert bytes_read(load_model("llama-3.1-8b"), SCHEMES["bf16"], 64) == 2 * (MATRICES + 128_256 * 4_096)


def test_a_step_reads_one_expert_for_one_token_and_nearly_all_for_many() -> None:
    scout = load_model("llama-4-scout")
    experts = sum(linear.parameters for linear in scout.linears if linear.part == "expert")
    other = bytes_read(scout, SCHEMES["bf16"], 0)
    assert bytes_read(scout, SCHEMES["bf16"], 1) - other == pytest.approx(2 * experts / 16)
    assert bytes_read(scout, SCHEMES["bf16"], 16) - other == pytest.approx(2 * experts * (1 - (15 / 16) ** 16))


def test_an_unknown_scheme_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"no scheme 'int3'.*bf16, fp8, w8a8, w4a16, nvfp4, mxfp4"):
        find_schemes(["int3"])


def test_pruning_is_refused_because_it_gains_nothing() -> None:
    with pytest.raises(ConfigurationError, match="loads a pruned checkpoint as a dense one"):
        find_schemes(["w4a16-sparse"])


def test_no_scheme_named_means_all_and_a_scheme_named_twice_is_planned_once() -> None:
    assert [scheme.name for scheme in find_schemes([])] == list(SCHEMES)
    assert [scheme.name for scheme in find_schemes(["fp8", "fp8"])] == ["fp8"]
