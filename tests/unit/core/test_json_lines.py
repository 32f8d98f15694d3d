from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from core.json_lines import json_lines


def test_blank_lines_are_left_out_and_numbers_are_those_of_the_file() -> None:
    assert json_lines('{"a": 1}\n\n  \n{"b": 2}\n') == [(1, '{"a": 1}'), (4, '{"b": 2}')]


@given(st.lists(st.text()))
def test_every_text_comes_back_whatever_its_characters(texts: list[str]) -> None:
    written = "".join(json.dumps(text, ensure_ascii=False) + "\n" for text in texts)
    assert [json.loads(line) for _, line in json_lines(written)] == texts
