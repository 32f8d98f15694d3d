"""The configuration of a checkpoint, and what other files state of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from serving.checkpoint.configuration import read_configuration
from serving.checkpoint.quantization import parse_quantization, stated_quantization

MODELOPT = {"producer": {"name": "modelopt"}, "quantization": {"quant_algo": "FP8", "exclude_modules": ["lm_head"]}}


def test_the_quantization_that_modelopt_writes_beside_the_configuration_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    (tmp_path / "hf_quant_config.json").write_text(json.dumps(MODELOPT), encoding="utf-8")
    stated = stated_quantization(read_configuration(tmp_path), "config.json")
    assert parse_quantization(stated).kinds == ("fp8",)
    assert stated["exclude_modules"] == ["lm_head"]


def test_a_broken_file_beside_the_configuration_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    (tmp_path / "hf_quant_config.json").write_text("[", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"hf_quant_config\.json cannot be read as JSON"):
        read_configuration(tmp_path)
