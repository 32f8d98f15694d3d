"""Everything that cannot work is refused before the work begins."""

from __future__ import annotations

import json
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError, ServingError
from serving.checkpoint.read import read_checkpoint
from serving.checkpoint.tensors import Tensor
from serving.compress.calibration import choose_samples
from serving.compress.estimate import estimate
from serving.compress.methods import parse_scheme
from serving.compress.refusals import PRUNING, available_memory, check_possible, check_space, check_uncompressed
from serving.compress.target import Target, find_target
from serving.hardware.gpu import Gpu
from testing.serving.checkpoints import CONFIG, SHAPES, write_checkpoint, write_safetensors
from testing.serving.prompts import make_prompts

CPU = Target()
HOPPER = Target(Gpu("NVIDIA H100", 9.0, 80e9))
BLACKWELL = Target(Gpu("NVIDIA B200", 10.0, 180e9))


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"quant_method": "compressed-tensors", "format": "pack-quantized"}, "compressed already.*original in 16 bits"),
        ({"quant_method": "awq"}, r"compressed already \(awq"),
    ],
)
@pytest.mark.parametrize("place", ["quantization_config", "compression_config", "text_config"])
def test_what_is_compressed_already_is_refused_with_what_to_do(
    tmp_path: Path, configuration: dict[str, Any], message: str, place: str
) -> None:
    inner = {"quantization_config": configuration} if place == "text_config" else configuration
    folder = write_checkpoint(tmp_path)
    (folder / "config.json").write_text(json.dumps({**CONFIG, place: inner}), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message):
        check_uncompressed(read_checkpoint(folder))


def test_weights_in_8_bits_are_refused_even_if_the_configuration_states_no_quantization(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path)
    write_safetensors(folder / "model.safetensors", SHAPES, "F8_E4M3")
    with pytest.raises(ConfigurationError, match="stored as F8_E4M3"):
        check_uncompressed(read_checkpoint(folder))


def test_weights_without_a_layer_are_no_model(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path, {"model.embed_tokens.weight": (8, 8)})
    with pytest.raises(ConfigurationError, match="no matrix of a layer"):
        check_uncompressed(read_checkpoint(folder))


def test_an_empty_quantization_config_is_none(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path, quantization_config={})
    check_uncompressed(read_checkpoint(folder))


def test_dimensions_that_the_group_does_not_divide_are_named(tmp_path: Path) -> None:
    shapes = {**SHAPES, "model.layers.0.mlp.down_proj.weight": (128, 200)}
    checkpoint = read_checkpoint(write_checkpoint(tmp_path, shapes))
    with pytest.raises(ConfigurationError, match=r"groups of 128.*down_proj\.weight \(128 x 200\).*w8a8 or fp8"):
        check_possible(checkpoint, parse_scheme("w4a16"), CPU, accelerator=False)
    assert check_possible(checkpoint, parse_scheme("w8a8"), CPU, accelerator=False) == ()


def test_blocks_must_divide_the_rows_as_well(tmp_path: Path) -> None:
    shapes = {**SHAPES, "model.layers.0.mlp.down_proj.weight": (96, 256)}
    checkpoint = read_checkpoint(write_checkpoint(tmp_path, shapes))
    with pytest.raises(ConfigurationError, match="96 x 256"):
        check_possible(checkpoint, parse_scheme("fp8-block"), CPU, accelerator=False)


def test_int8_is_refused_for_blackwell(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(write_checkpoint(tmp_path))
    for target in (BLACKWELL, find_target("b200")):
        with pytest.raises(ConfigurationError, match=r"INT8 is not supported on Blackwell.*use fp8"):
            check_possible(checkpoint, parse_scheme("w8a8"), target, accelerator=True)
        assert check_possible(checkpoint, parse_scheme("fp8"), target, accelerator=True) == ()
    assert check_possible(checkpoint, parse_scheme("w8a8"), HOPPER, accelerator=True) == ()


@pytest.mark.parametrize("scheme", ["nvfp4", "mxfp4", "fp8-block"])
def test_what_has_no_kernel_here_is_made_with_a_warning(tmp_path: Path, scheme: str) -> None:
    checkpoint = read_checkpoint(write_checkpoint(tmp_path))
    (warning,) = check_possible(checkpoint, parse_scheme(scheme), CPU, accelerator=False)
    assert "no kernel" in warning
    assert "served elsewhere" in warning


def test_fp8_on_a_cpu_and_pruning_anywhere_are_warned_of(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(write_checkpoint(tmp_path))
    (slow,) = check_possible(checkpoint, parse_scheme("fp8"), CPU, accelerator=False)
    assert "a thousand tokens of this model may take about" in slow
    assert "make w8a8" in slow
    (pruned,) = check_possible(checkpoint, parse_scheme("w8a8", prune="wanda"), HOPPER, accelerator=True)
    assert "neither smaller nor faster" in pruned


def test_awq_needs_an_accelerator(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(write_checkpoint(tmp_path))
    with pytest.raises(ServingError, match=r"AWQ needs an accelerator.*--scheme w4a16"):
        check_possible(checkpoint, parse_scheme("awq"), CPU, accelerator=False)


def test_prompts_need_a_chat_template_and_weights_alone_do_not(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(write_checkpoint(tmp_path, template=False))
    with pytest.raises(ConfigurationError, match="no chat template"):
        check_possible(checkpoint, parse_scheme("w8a8"), CPU, accelerator=False)
    assert check_possible(checkpoint, parse_scheme("mxfp4"), CPU, accelerator=False)


def test_too_little_memory_is_said_before_the_work(tmp_path: Path) -> None:
    # A terabyte of weights that need not exist: headers are enough.
    shapes = {f"model.layers.{number}.mlp.up_proj.weight": (65536, 65536) for number in range(120)}
    tensors = tuple(
        Tensor(name, "BF16", shape, f"{name}.safetensors", 0, 2 * prod(shape)) for name, shape in shapes.items()
    )
    small = read_checkpoint(write_checkpoint(tmp_path / "model"))
    large = replace(small, tensors=tensors)
    prompts = make_prompts()
    expected = estimate(large, parse_scheme("w8a8"), choose_samples(prompts, 4, None, 0.0), 64)
    with pytest.raises(ServingError, match=r"of memory are needed, .* are free.*--samples"):
        check_space(expected, tmp_path / "out")


def test_free_memory_is_the_container_s_where_that_is_less(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 16000000 kB\nMemAvailable: 8000000 kB\n", encoding="utf-8")
    assert available_memory(tmp_path, tmp_path / "none") == 8_000_000 * 1024
    (tmp_path / "memory.max").write_text("2000000000\n", encoding="utf-8")
    (tmp_path / "memory.current").write_text("500000000\n", encoding="utf-8")
    (tmp_path / "memory.stat").write_text("anon 0\n", encoding="utf-8")
    assert available_memory(tmp_path, tmp_path) == 1_500_000_000
    (tmp_path / "memory.max").write_text("max\n", encoding="utf-8")
    assert available_memory(tmp_path, tmp_path) == 8_000_000 * 1024
    assert available_memory(tmp_path / "none", tmp_path / "none") == float("inf")


def test_the_sentence_on_pruning_is_plain() -> None:
    assert "neither smaller nor faster" in PRUNING
