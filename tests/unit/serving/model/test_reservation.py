"""What is done with vLLM's answers; a stand-in gives them. The real vLLM is asked in tests/serving."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError, ServingError
from serving.model.architecture import read_shape
from serving.model.kv_cache import bytes_per_request, bytes_per_token, state_bytes
from serving.model.reservation import Refused, Reservation, VllmEnvironment, ask_vllm, find_vllm

ATTENTION = {"kind": "FullAttentionSpec", "block": 16, "page_bytes": 16 * 1024, "window": None, "width": 2}
INDEXER = {"kind": "MLAAttentionSpec", "block": 16, "page_bytes": 16 * 132, "window": None, "width": 1}
STATE = {"kind": "MambaSpec", "states": 2, "state_bytes": 5000}
ANSWER: dict[str, Any] = {
    "context": 4096,
    "block": 16,
    "weights": [["model.embed_tokens.weight", [1000, 64]], ["model.layers.0.mixer.in_proj.weight", [256, 64]]],
    "layers": {"1": [["0", ATTENTION], ["1", INDEXER], ["2", STATE]]},
    "refused": {"2": "not divisible"},
}
CONFIG = {
    "model_type": "unheard", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 1000,
    "quantization_config": {"quant_method": "fp8"},
}  # fmt: skip


def stand_in(folder: Path, answer: dict[str, Any], status: int = 0) -> VllmEnvironment:
    """Return an environment whose Python answers every model so, and writes down what it was asked."""
    python = folder / "python"
    lines = [
        f"#!{sys.executable}",
        "import json, sys",
        "job = json.load(open(sys.argv[-1]))",
        f"open({str(folder / 'asked')!r}, 'a').write(json.dumps(job['models']) + '\\n')",
        f"answers = [{{**{answer!r}, 'name': model['name']}} for model in job['models']]",
        f"print('no vLLM here', file=sys.stderr); {status} and sys.exit({status})",
        "json.dump(answers, open(job['result'], 'w'))",
    ]
    python.write_text("\n".join(lines), encoding="utf-8")
    python.chmod(0o755)
    return VllmEnvironment(python, "0.32.0", folder / "kept")


def test_a_model_that_only_vllm_knows_is_planned_from_its_answer(tmp_path: Path) -> None:
    shape = read_shape(CONFIG, "m", "here", stand_in(tmp_path, ANSWER))
    assert {(weight.part, weight.parameters) for weight in shape.weights} == {
        ("embedding", 64_000),
        ("attention", 256 * 64),
    }
    assert (bytes_per_token(shape), bytes_per_token(shape, "fp8"), state_bytes(shape)) == (1024 + 132, 512 + 132, 5000)
    assert bytes_per_request(shape, 10) == 10 * 1156 + 2 * 5000
    assert (shape.context_limit, shape.cache.source) == (4096, "vLLM 0.32.0")
    assert [shape.divides_among(gpus) for gpus in (1, 2)] == [True, False]


def test_an_answer_is_kept_for_the_same_configuration_and_the_quantization_is_not_asked_about(tmp_path: Path) -> None:
    vllm = stand_in(tmp_path, ANSWER)
    for config in (CONFIG, {**CONFIG, "quantization_config": {"quant_method": "awq"}}, {**CONFIG, "vocab_size": 2000}):
        assert isinstance(ask_vllm({"m": config}, vllm)["m"], Reservation)
    asked = [json.loads(line) for line in (tmp_path / "asked").read_text(encoding="utf-8").splitlines()]
    assert [[model["config"]["vocab_size"] for model in models] for models in asked] == [[1000], [2000]]
    assert "quantization_config" not in asked[0][0]["config"]


def test_what_neither_knows_is_refused_with_vllms_reason(tmp_path: Path) -> None:
    vllm = stand_in(tmp_path, {"error": "ValueError: no such model"})
    with pytest.raises(ConfigurationError, match=r"'unheard'\), and vLLM 0.32.0 does not build it: .*no such model"):
        read_shape(CONFIG, "m", "here", vllm)


def test_what_vllm_cannot_build_is_counted_by_the_formulas_where_they_know_it(tmp_path: Path) -> None:
    known = {**CONFIG, "model_type": "llama", "intermediate_size": 128}
    shape = read_shape(known, "m", "here", stand_in(tmp_path, {"error": "no backend"}))
    assert bytes_per_token(shape) == 2 * 2 * 64 * 2
    assert shape.cache.source.startswith("formulas")


def test_what_neither_vllm_nor_the_formulas_know_is_refused_with_vllms_reason(tmp_path: Path) -> None:
    encoder = {**CONFIG, "model_type": "bert", "intermediate_size": 128}
    with pytest.raises(ConfigurationError, match=r"formulas do not cover .*BertLMHeadModel, and vLLM .*no such model"):
        read_shape(encoder, "m", "here", stand_in(tmp_path, {"error": "ValueError: no such model"}))


def test_a_multimodal_model_that_vllm_does_not_build_is_its_language_model(tmp_path: Path) -> None:
    text = {**CONFIG, "model_type": "llama", "intermediate_size": 128}
    shape = read_shape({**CONFIG, "text_config": text}, "m", "here", stand_in(tmp_path, {"error": "no such model"}))
    assert shape.source == "here (the language model alone: transformers does not know 'unheard')"


def test_a_kind_of_cache_that_is_not_covered_is_no_answer(tmp_path: Path) -> None:
    answer = {**ANSWER, "layers": {"1": [["0", {**ATTENTION, "kind": "CrossAttentionSpec"}]]}}
    found = ask_vllm({"m": CONFIG}, stand_in(tmp_path, answer))["m"]
    assert isinstance(found, Refused)
    assert "CrossAttentionSpec" in found.reason


def test_a_worker_that_fails_is_reported_with_its_last_lines(tmp_path: Path) -> None:
    with pytest.raises(ServingError, match=r"status 3[^x]*no vLLM here"):
        ask_vllm({"m": CONFIG}, stand_in(tmp_path, ANSWER, status=3))


def test_without_an_environment_there_is_nothing_to_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.model.reservation.python_of", lambda name: tmp_path / name)
    assert find_vllm({}) is None
