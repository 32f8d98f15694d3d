"""The schemes, and the words of the command line that name them."""

from __future__ import annotations

import pytest

from core.errors import ConfigurationError
from serving.compress.methods import METHODS, parse_scheme
from serving.model.schemes import SCHEMES


def test_every_scheme_that_is_planned_with_can_be_made() -> None:
    assert set(SCHEMES) <= set(METHODS)
    assert all(METHODS[name].storage is SCHEMES[name] for name in SCHEMES)


@pytest.mark.parametrize(
    ("words", "label", "needs_prompts"),
    [
        (("w8a8",), "w8a8", True),
        (("fp8",), "fp8", False),
        (("awq",), "w4a16", True),
        (("fp8", "fp8"), "fp8+kv-fp8", True),
        (("bf16", "bf16", "wanda"), "bf16+wanda-2:4", True),
        (("w8a8", "bf16", "sparsegpt", "0.5"), "w8a8+sparsegpt-50%", True),
    ],
)
def test_a_scheme_is_named_by_what_is_done(words: tuple[str, ...], label: str, needs_prompts: bool) -> None:
    scheme = parse_scheme(*words)
    assert (scheme.label, scheme.needs_prompts) == (label, needs_prompts)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("int3",), "no scheme 'int3'.*w4a16"),
        (("bf16",), "keeps the weights as they are"),
        (("w8a8", "bf16", "magnitude"), "--prune is 'magnitude'"),
        (("w8a8", "bf16", "wanda", "2:5"), "--sparsity is '2:5'.*2:4"),
        (("w8a8", "bf16", "wanda", "1"), "--sparsity is '1'"),
        (("w8a8", "bf16", "wanda", "nan"), "--sparsity is 'nan'"),
    ],
)
def test_a_wrong_word_is_refused_with_the_right_ones(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        parse_scheme(*words)
