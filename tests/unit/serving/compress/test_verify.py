"""Whether a compressed checkpoint is what was promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from pathlib import Path

import pytest

from core.errors import ServingError
from serving.checkpoint.read import Checkpoint
from serving.checkpoint.tensors import Tensor
from serving.compress.methods import CompressionScheme, parse_scheme
from serving.compress.verify import check_compressed

Shapes = Mapping[str, tuple[str, tuple[int, ...]]]
IGNORED = {"ignore": ["lm_head", "re:.*router$", "model.layers.0.mlp.gate"]}
ORIGINAL: Shapes = {
    "model.embed_tokens.weight": ("BF16", (512, 128)),
    "model.layers.0.input_layernorm.weight": ("BF16", (128,)),
    "model.layers.0.self_attn.q_proj.weight": ("BF16", (256, 128)),
    "model.layers.0.mlp.gate.weight": ("BF16", (4, 128)),
    "lm_head.weight": ("BF16", (512, 128)),
}
Q = "model.layers.0.self_attn.q_proj"


def checkpoint(shapes: Shapes, stated: Mapping[str, object] = IGNORED) -> Checkpoint:
    """A checkpoint of headers alone."""
    tensors = tuple(Tensor(name, dtype, shape, "m", 0, prod(shape)) for name, (dtype, shape) in shapes.items())
    return Checkpoint(Path("/models/small"), {"hidden_size": 128}, stated, tensors)


def made(stored: Shapes, stated: Mapping[str, object] = IGNORED) -> Checkpoint:
    kept = {name: found for name, found in ORIGINAL.items() if not name.startswith(Q)}
    return checkpoint({**kept, **stored}, stated)


INT8: Shapes = {f"{Q}.weight": ("I8", (256, 128)), f"{Q}.weight_scale": ("BF16", (256, 1))}
INT4: Shapes = {f"{Q}.weight_packed": ("I32", (256, 16)), f"{Q}.weight_scale": ("BF16", (256, 2))}
FP4: Shapes = {f"{Q}.weight_packed": ("U8", (256, 64)), f"{Q}.weight_scale": ("F8_E4M3", (256, 8))}
BLOCKS: Shapes = {f"{Q}.weight": ("F8_E4M3", (256, 128)), f"{Q}.weight_scale": ("BF16", (2, 1))}


def groups_of_64() -> CompressionScheme:
    scheme = parse_scheme("w4a16")
    return replace(scheme, method=replace(scheme.method, storage=replace(scheme.method.storage, group=64)))


@pytest.mark.parametrize(
    ("scheme", "stored"),
    [
        (parse_scheme("w8a8"), INT8),
        (groups_of_64(), INT4),
        (parse_scheme("nvfp4"), FP4),
        (parse_scheme("fp8-block"), BLOCKS),
    ],
)
def test_a_checkpoint_with_all_its_scales_is_accepted(scheme: CompressionScheme, stored: Shapes) -> None:
    check_compressed(checkpoint(ORIGINAL), made(stored), scheme)


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        (
            {f"{Q}.weight": ("BF16", (256, 128))},
            r"0 weights are quantized, and the original has 32,768.*stored as BF16",
        ),
        ({f"{Q}.weight": ("I8", (256, 128))}, r"q_proj\.weight has no scales"),
        ({**INT8, f"{Q}.weight_scale": ("BF16", (1, 1))}, r"weight_scale has 1 values, and 256 are needed"),
    ],
)
def test_a_matrix_that_was_left_out_or_has_no_scales_is_an_error(stored: Shapes, message: str) -> None:
    with pytest.raises(ServingError, match=message):
        check_compressed(checkpoint(ORIGINAL), made(stored), parse_scheme("w8a8"))


def test_a_stack_of_experts_that_stayed_in_16_bits_is_an_error() -> None:
    experts: Shapes = {"model.layers.0.mlp.experts.down_proj": ("BF16", (4, 128, 128))}
    with pytest.raises(ServingError, match=r"32,768 weights are quantized, and the original has 98,304"):
        check_compressed(checkpoint({**ORIGINAL, **experts}), made({**INT8, **experts}), parse_scheme("w8a8"))


def test_a_stack_that_was_split_along_the_wrong_side_is_an_error() -> None:
    stack: Shapes = {"model.layers.0.mlp.experts.gate_up_proj": ("BF16", (1, 128, 512))}
    name = "model.layers.0.mlp.experts.0.gate_proj"
    wrong: Shapes = {f"{name}.weight": ("I8", (128, 512)), f"{name}.weight_scale": ("BF16", (128, 1))}
    with pytest.raises(ServingError, match=r"a matrix of 128 x 512, and a layer has 128 numbers"):
        check_compressed(checkpoint({**ORIGINAL, **stack}), made({**INT8, **wrong}), parse_scheme("w8a8"))


def test_a_router_that_the_configuration_does_not_ignore_is_an_error() -> None:
    with pytest.raises(
        ServingError, match=r"mlp\.gate\.weight is not quantized, and the configuration does not ignore"
    ):
        check_compressed(checkpoint(ORIGINAL), made(INT8, {"ignore": ["lm_head"]}), parse_scheme("w8a8"))


def test_a_cache_has_a_scale_for_keys_and_one_for_values() -> None:
    scheme = parse_scheme("bf16", "fp8")
    scales = {f"model.layers.0.self_attn.{kind}_scale": ("BF16", (1,)) for kind in "kv"}
    check_compressed(checkpoint(ORIGINAL), checkpoint({**ORIGINAL, **scales}), scheme)
    with pytest.raises(ServingError, match="no scales of the key-value cache"):
        check_compressed(checkpoint(ORIGINAL), checkpoint(ORIGINAL), scheme)
    del scales["model.layers.0.self_attn.v_scale"]
    with pytest.raises(ServingError, match="1 layers have a scale for keys, and 0 have one for values"):
        check_compressed(checkpoint(ORIGINAL), checkpoint({**ORIGINAL, **scales}), scheme)
