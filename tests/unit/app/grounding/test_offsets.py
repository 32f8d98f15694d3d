"""Offsets for browsers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grounding.text.offsets import to_utf16, to_utf16_offsets


def test_a_character_beyond_the_basic_plane_counts_twice() -> None:
    assert to_utf16("a🎉b", 1) == 1
    assert to_utf16("a🎉b", 2) == 3
    assert to_utf16("a🎉b", 3) == 4


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_offsets_agree_with_the_encoding(text: str) -> None:
    expected = [len(text[:offset].encode("utf-16-le")) // 2 for offset in range(len(text) + 1)]
    assert to_utf16_offsets(text, range(len(text) + 1)) == expected


def test_many_offsets_may_come_in_any_order() -> None:
    assert to_utf16_offsets("🎉🎉", [2, 0, 1]) == [4, 0, 2]


@pytest.mark.parametrize("offset", [-1, 3])
def test_an_offset_outside_the_text_is_refused(offset: int) -> None:
    with pytest.raises(ValueError, match=f"offset {offset} lies outside the text of 2 code points"):
        to_utf16("ab", offset)
