"""Tiny files through transformers itself, in this process and in the one that the command starts."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import gguf
import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from core.errors import DiskFull, ServingError
from serving.get.catalogue import SMOLLM2
from serving.get.check import check_conversion
from serving.get.convert import convert
from serving.get.folders import sized_name
from serving.get.process import Conversion
from serving.get.request import GetRequest
from serving.get.run import get_model
from serving.get.source import GgufSource
from testing.serving.tiny_gguf import CONTEXT, HEADS, HIDDEN, TEMPLATE, TOKENS, write_gguf


def test_the_checkpoint_has_the_weights_tokenizer_and_template_of_the_file(tmp_path: Path) -> None:
    file = write_gguf(tmp_path / "tiny.gguf")
    out = tmp_path / "out"
    out.mkdir()
    assert convert(file, out).notes == ()
    stored = load_file(out / "model.safetensors")
    given = {each.name: np.asarray(each.data, dtype=np.float32) for each in gguf.GGUFReader(file).tensors}
    assert "lm_head.weight" not in stored
    assert _same(stored["model.embed_tokens.weight"], given["token_embd.weight"])
    assert _same(stored["model.layers.0.mlp.down_proj.weight"], given["blk.0.ffn_down.weight"])
    # GGUF keeps the two halves of a head's rotation side by side, transformers one behind the other.
    query = given["blk.0.attn_q.weight"].reshape(HEADS, HIDDEN // HEADS // 2, 2, HIDDEN)
    assert _same(stored["model.layers.0.self_attn.q_proj.weight"], query.swapaxes(1, 2).reshape(HIDDEN, HIDDEN))
    tokenizer = AutoTokenizer.from_pretrained(out)
    assert tokenizer.chat_template == TEMPLATE
    assert tokenizer.model_max_length == CONTEXT
    assert tokenizer.encode("<|im_start|>ab") == [1, TOKENS.index("ab")]
    assert "_model_name_or_path" not in json.loads((out / "config.json").read_text())


def test_the_checkpoint_loads_and_computes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    convert(write_gguf(tmp_path / "tiny.gguf"), out)
    model = AutoModelForCausalLM.from_pretrained(out)
    assert model.config.tie_word_embeddings
    with torch.inference_mode():
        assert torch.isfinite(model(torch.tensor([[1, 5, 9]])).logits).all()


def test_digits_are_split_as_the_model_learned_them(tmp_path: Path) -> None:
    encoded = {}
    for split in ("smollm", "gpt-2"):
        out = tmp_path / split
        out.mkdir()
        convert(write_gguf(tmp_path / f"{split}.gguf", split=split), out)
        encoded[split] = AutoTokenizer.from_pretrained(out).tokenize("a  12")
    assert encoded == {"smollm": ["a", "ĠĠ", "1", "2"], "gpt-2": ["a", "Ġ", "Ġ", "1", "2"]}


def test_a_rule_that_nobody_knows_is_noted_on_the_card_and_in_the_result(tmp_path: Path) -> None:
    request = GetRequest(GgufSource(write_gguf(tmp_path / "tiny.gguf", split="strange")), tmp_path / "models" / "tiny")
    lines: list[str] = []
    result = get_model(request, lines.append)
    assert "'strange'" in result.notes[0]
    assert "'strange'" in (request.place / "README.md").read_text()
    assert lines == ["Converting tiny.gguf to bfloat16."]
    assert sorted(each.name for each in request.place.parent.iterdir()) == ["tiny"]
    again = get_model(request, lines.append)
    assert (again.state, again.parameters, again.notes) == ("there", result.parameters, result.notes)


def test_a_file_without_a_tensor_of_its_architecture_is_refused(tmp_path: Path) -> None:
    file = write_gguf(tmp_path / "tiny.gguf", without=["blk.0.ffn_up.weight"])
    with pytest.raises(ServingError, match=r"does not have the tensors.*up_proj"):
        convert(file, tmp_path)


def test_a_disk_without_space_is_reported_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = write_gguf(tmp_path / "tiny.gguf"), tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=200_000_000))
    missing = r"200 MB are free, and \d+ MB are needed.*--out"
    with pytest.raises(DiskFull, match=missing):
        convert(file, out)
    with pytest.raises(DiskFull, match=missing):
        get_model(GetRequest(SMOLLM2, tmp_path / "models" / "smollm2"), lambda _: None)
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [file]


def test_a_conversion_that_lost_something_is_not_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    facts = convert(write_gguf(tmp_path / "tiny.gguf"), out).facts
    conversion = Conversion(
        facts.architecture, "", "", facts.parameters, facts.types, facts.tied, facts.template, notes=()
    )
    assert check_conversion(out, conversion).parameters == conversion.parameters
    (out / "chat_template.jinja").write_text("{{ messages }}")
    with pytest.raises(ServingError, match="changed the chat template"):
        check_conversion(out, conversion)


@pytest.mark.parametrize(
    ("name", "parameters", "shown"),
    [
        ("smollm2", 134_515_008, "smollm2-135M"),
        ("Qwen2.5-0.5B-Instruct", 494_032_768, "Qwen2.5-0.5B-Instruct"),
        ("gemma-3-270m-it", 268_098_176, "gemma-3-270m-it"),
        ("mine", 8_030_261_248, "mine-8.0B"),
        ("model-2Beta", 5_000_000, "model-2Beta-5M"),
    ],
)
def test_a_served_name_states_the_parameters(name: str, parameters: int, shown: str) -> None:
    assert sized_name(name, parameters) == shown


def _same(stored: torch.Tensor, given: np.ndarray) -> bool:
    return torch.equal(stored, torch.from_numpy(np.ascontiguousarray(given)).to(torch.bfloat16))
