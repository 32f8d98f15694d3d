"""GPUs of the table and of a machine, and what they multiply."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import ConfigurationError, ServingError
from serving.hardware import gpu as module
from serving.hardware.gpu import Gpu, Unsupported, arithmetic, installed_gpu, load_gpus
from serving.hardware.kernels import KERNELS
from serving.model.schemes import SCHEMES


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("NVIDIA H100 80GB HBM3", "h100"),
        ("NVIDIA H100 PCIe", "h100"),
        ("NVIDIA A100-SXM4-80GB", "a100"),
        ("NVIDIA L4", "l4"),
        ("NVIDIA L40S", "l40s"),
        ("NVIDIA H200", "h200"),
        ("NVIDIA B200", "b200"),
        ("NVIDIA L40", None),
        ("Tesla T4", None),
    ],
)
def test_the_data_sheet_of_an_installed_gpu_is_found_by_a_word_of_its_name(name: str, known: str | None) -> None:
    gpu = installed_gpu(name, 9.0, 80 << 30, 79 << 30)
    assert gpu.sheet == (None if known is None else load_gpus()[known].sheet)
    assert (gpu.name, gpu.memory, gpu.free) == (name, 80 << 30, 79 << 30)


def test_a_gpu_without_a_data_sheet_is_named_with_the_table() -> None:
    with pytest.raises(ServingError, match=r"Tesla T4 is not in serving/hardware/gpus\.yaml"):
        _ = Gpu("Tesla T4", 7.5, 16e9).data_sheet


@pytest.mark.parametrize(
    ("gpu", "types"),
    [
        ("a100", {"bf16": "bf16", "fp8": "bf16", "w8a8": "int8", "w4a16": "bf16", "nvfp4": "bf16", "mxfp4": "bf16"}),
        ("l4", {"bf16": "bf16", "fp8": "fp8", "w8a8": "int8", "w4a16": "bf16", "nvfp4": "bf16", "mxfp4": "bf16"}),
        ("h100", {"bf16": "bf16", "fp8": "fp8", "w8a8": "int8", "w4a16": "bf16", "nvfp4": "bf16", "mxfp4": "bf16"}),
        ("b200", {"bf16": "bf16", "fp8": "fp8", "w8a8": None, "w4a16": "bf16", "nvfp4": "fp4", "mxfp4": "fp4"}),
    ],
)
def test_a_gpu_multiplies_in_the_type_of_its_tensor_cores_or_in_16_bits(gpu: str, types: dict[str, Any]) -> None:
    found = {name: arithmetic(load_gpus()[gpu], scheme) for name, scheme in SCHEMES.items()}
    assert {name: None if isinstance(kind, Unsupported) else kind for name, kind in found.items()} == types


def test_the_data_sheets_have_a_figure_for_every_type_that_the_rules_choose() -> None:
    for gpu in load_gpus().values():
        for scheme in SCHEMES.values():
            kind = arithmetic(gpu, scheme)
            assert isinstance(kind, Unsupported) or gpu.data_sheet.flops[kind] > 0


def test_every_scheme_but_bf16_has_a_rule() -> None:
    assert set(SCHEMES) - {"bf16"} <= set(KERNELS)


def test_an_incomplete_entry_of_the_table_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "parse_table", lambda name, text: {"gpus": {"h900": {"memory_gb": 80}}})
    load_gpus.cache_clear()
    try:
        with pytest.raises(ConfigurationError, match=r"gpus\.yaml: the entry 'h900' .*KeyError"):
            load_gpus()
    finally:
        load_gpus.cache_clear()
