from pathlib import Path
from typing import Any

import pytest

from core.errors import ServingError
from serving.get.gguf_file import read_gguf
from testing.serving.tiny_gguf import HIDDEN, TEMPLATE, TOKENS, write_gguf


def test_a_file_says_what_it_is(tmp_path: Path) -> None:
    facts = read_gguf(write_gguf(tmp_path / "tiny.gguf", split="smollm"))
    assert (facts.architecture, facts.tied, facts.split, facts.template) == ("llama", True, "smollm", TEMPLATE)
    assert facts.types == ("F16", "F32")
    assert facts.bytes == 2 * facts.parameters


def test_an_output_matrix_of_its_own_means_that_embeddings_are_not_tied(tmp_path: Path) -> None:
    tied = read_gguf(write_gguf(tmp_path / "tied.gguf"))
    own = read_gguf(write_gguf(tmp_path / "own.gguf", tensors={"output.weight": (len(TOKENS), HIDDEN)}))
    assert not own.tied
    assert own.parameters - tied.parameters == len(TOKENS) * HIDDEN


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"architecture": "rwkv6"},
            "has the architecture rwkv6, which transformers cannot convert from GGUF. It converts",
        ),
        ({"architecture": "bert"}, "is no language model that answers"),
        ({"template": None}, "has no chat template"),
        ({"template": "  "}, "has no chat template"),
        ({"parts": 3}, "is one of 3 parts. Join them"),
        ({"tensors": {"rope_freqs.weight": (16,)}}, "scales its positions (rope_freqs.weight)"),
        ({"scaling": "yarn"}, "scales its positions (yarn)"),
    ],
)
def test_what_cannot_be_converted_or_would_become_another_model_is_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ServingError) as refused:
        read_gguf(write_gguf(tmp_path / "tiny.gguf", **changes))
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("length", "message"),
    [
        (0, "is no GGUF file"),
        (3, "is no GGUF file"),
        (20, "broken header"),
        (400, "broken header"),
        (-1, "is truncated"),
    ],
)
def test_a_file_that_is_cut_is_refused_wherever_it_is_cut(tmp_path: Path, length: int, message: str) -> None:
    file = write_gguf(tmp_path / "tiny.gguf")
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(ServingError, match=message):
        read_gguf(file)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(b"PK\x03\x04 not a model")
    with pytest.raises(ServingError, match="is no GGUF file: it begins with b'PK"):
        read_gguf(tmp_path / "tiny.gguf")
