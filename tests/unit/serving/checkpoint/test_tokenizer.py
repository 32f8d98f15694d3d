"""What makes two tokenizers different, by name."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from serving.checkpoint.tokenizer import tokenizer_difference

TEMPLATE = "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}{% endfor %}"


def tokenizer(folder: Path, *, eos: Any = "<|end|>", template: str = TEMPLATE, **model: Any) -> Path:
    folder.mkdir()
    whole = {
        "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"], **model},
        "added_tokens": [{"id": 3, "content": "<|end|>"}],
        "pre_tokenizer": {"type": "ByteLevel"},
    }
    (folder / "tokenizer.json").write_text(json.dumps(whole), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": eos}), encoding="utf-8")
    (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
    return folder


def test_the_same_tokenizer_written_in_another_way_is_the_same(tmp_path: Path) -> None:
    one = tokenizer(tmp_path / "one")
    other = tokenizer(tmp_path / "other", eos={"content": "<|end|>"}, merges=[["a", "b"]], template=f"{TEMPLATE}\n")
    assert tokenizer_difference(one, other) is None
    (other / "chat_template.jinja").unlink()
    settings = {"eos_token": "<|end|>", "chat_template": [{"name": "default", "template": TEMPLATE}]}
    (other / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    assert tokenizer_difference(one, other) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"vocab": {"a": 0, "b": 2, "ab": 1}}, "the token 'b' is number 1 in the one and 2 in the other"),
        ({"vocab": {"a": 0, "b": 1}}, r"the token 'ab' \(2\) is only in the one, which has 4 tokens to 3"),
        ({"vocab": {"a": 0, "b": 1, "ab": 2, "c": 4}}, r"the token 'c' \(4\) is only in the other"),
        ({"vocab": [["a", -1.0], ["b", -2.0], ["ab", -3.0]], "merges": []}, "merges of the vocabulary differ"),
        ({"eos": "<|stop|>"}, r"eos_token is '<\|end\|>' in the one and '<\|stop\|>' in the other"),
        ({"template": TEMPLATE.replace("role", "who")}, "differ from character 43 on: .role"),
        ({"template": ""}, "only the one has a chat template"),
    ],
)
def test_the_difference_is_named(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    found = tokenizer_difference(tokenizer(tmp_path / "one"), tokenizer(tmp_path / "other", **change))
    assert found is not None
    assert re.search(said, found), found


def test_other_rules_of_splitting_are_another_tokenizer(tmp_path: Path) -> None:
    one, other = tokenizer(tmp_path / "one"), tokenizer(tmp_path / "other")
    whole = json.loads((other / "tokenizer.json").read_text(encoding="utf-8"))
    (other / "tokenizer.json").write_text(json.dumps({**whole, "pre_tokenizer": {"type": "Digits"}}), encoding="utf-8")
    assert "pre_tokenizer" in str(tokenizer_difference(one, other))


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_a_tokenizer_that_cannot_be_read_is_refused(tmp_path: Path, content: str | None) -> None:
    one, other = tokenizer(tmp_path / "one"), tokenizer(tmp_path / "other")
    if content is None:
        (other / "tokenizer.json").unlink()
    else:
        (other / "tokenizer.json").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"other/tokenizer\.json .*Save the tokenizer again"):
        tokenizer_difference(one, other)
