"""What is refused of mixtures of experts before the work, and what of them stays in 16 bits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from serving.checkpoint.read import Checkpoint, read_checkpoint
from serving.checkpoint.tensors import Tensor
from serving.compress.matrices import is_compressible
from serving.compress.methods import parse_scheme
from serving.compress.mixtures import check_mixture
from serving.compress.target import Target
from serving.hardware.gpu import find_gpus
from testing.serving.checkpoints import SHAPES, write_checkpoint

AMX = Target(flags=frozenset({"amx_tile"}))
GPU = Target(find_gpus(["h100"])[0])
SINGLE = {"model.layers.0.mlp.experts.0.up_proj.weight": (256, 128)}
STACK = {"model.layers.0.block_sparse_moe.input_linear.weight": (8, 512, 128)}


def mixture(folder: Path, experts: Mapping[str, tuple[int, ...]], model_type: str = "qwen2_moe") -> Checkpoint:
    return read_checkpoint(write_checkpoint(folder / "mixture", {**SHAPES, **experts}, model_type=model_type))


@pytest.mark.parametrize(
    "module",
    [
        "mlp.gate", "block_sparse_moe.gate", "feed_forward.router", "mlp.router", "block_sparse_moe.router.layer",
        "mlp.shared_expert_gate", "mixer.gate",
    ],
)  # fmt: skip
def test_routers_and_what_weighs_a_shared_expert_stay_in_16_bits(module: str) -> None:
    assert not is_compressible(Tensor(f"model.layers.0.{module}.weight", "BF16", (8, 128), "m", 0, 0))


@pytest.mark.parametrize("module", ["mlp.gate_proj", "mlp.shared_expert.gate_proj", "mlp.experts.3.gate_proj"])
def test_gate_proj_is_a_matrix_like_any_other(module: str) -> None:
    assert is_compressible(Tensor(f"model.layers.0.{module}.weight", "BF16", (8, 128), "m", 0, 0))


@pytest.mark.parametrize(
    ("scheme", "reason"),
    [
        ("w8a8", "CPUExpertsInt8, needs AMX"),
        ("w4a16", "CPUExpertsInt4, needs AMX"),
        ("fp8", "no kernel for experts in fp8 on a processor"),
    ],
)
def test_experts_without_a_kernel_on_this_processor_are_refused(tmp_path: Path, scheme: str, reason: str) -> None:
    checkpoint = mixture(tmp_path, SINGLE)
    with pytest.raises(ConfigurationError, match=rf"mixture of experts: .*{reason}.*--gpu"):
        check_mixture(checkpoint, parse_scheme(scheme), Target())
    check_mixture(checkpoint, parse_scheme(scheme), GPU)


def test_experts_with_a_kernel_and_dense_models_are_accepted(tmp_path: Path) -> None:
    check_mixture(mixture(tmp_path, SINGLE), parse_scheme("w8a8"), AMX)
    check_mixture(mixture(tmp_path, SINGLE), parse_scheme("bf16", "fp8"), Target())
    dense = read_checkpoint(write_checkpoint(tmp_path / "dense"))
    check_mixture(dense, parse_scheme("fp8"), Target())


def test_a_routing_that_no_kernel_takes_is_refused_on_processors(tmp_path: Path) -> None:
    checkpoint = mixture(tmp_path, SINGLE, "deepseek_v3")
    with pytest.raises(ConfigurationError, match=r"of the type deepseek_v3: .*no kernel for w8a8 with their routing"):
        check_mixture(checkpoint, parse_scheme("w8a8"), AMX)
    check_mixture(checkpoint, parse_scheme("w8a8"), GPU)


def test_stacks_of_experts_need_the_model_in_memory(tmp_path: Path) -> None:
    checkpoint = mixture(tmp_path, STACK, "granitemoe")
    with pytest.raises(ConfigurationError, match=r"stacks \(.*input_linear\.weight, 8 x 512 x 128\).*--scheme w8a8"):
        check_mixture(checkpoint, parse_scheme("fp8"), GPU)
    check_mixture(checkpoint, parse_scheme("w4a16"), GPU)
    with pytest.raises(ConfigurationError, match="not for the text model alone"):
        check_mixture(mixture(tmp_path / "other", STACK, "llama4_text"), parse_scheme("w8a8"), GPU)
