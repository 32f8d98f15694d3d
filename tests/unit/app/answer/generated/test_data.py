from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.generated.data import FENCE, as_data


@pytest.mark.parametrize(
    ("mark", "shown"),
    [
        ("<|im_start|>", "< |im_start|>"),
        ("<|start_header_id|>", "< |start_header_id|>"),
        ("<｜begin▁of▁sentence｜>", "< ｜begin▁of▁sentence｜>"),
        ("</s>", "< /s>"),
        ("[INST]", "[ INST]"),
        ("[/INST]", "[ /INST]"),
        ("<<SYS>>", "< <SYS>>"),
        ("<start_of_turn>", "< start_of_turn>"),
        ("<think>", "< think>"),
        ("</tool_call>", "< /tool_call>"),
    ],
)
def test_a_mark_of_a_chat_template_is_none_any_more(mark: str, shown: str) -> None:
    assert as_data(f"a{mark}b") == f"a{shown}b"


@pytest.mark.parametrize(
    "text",
    [
        "a <b> c </b>, x < |y| and |z| > 3",
        "<script>, [1], [INSTALL], <https://example.org/a|b>",
        "| a | b |\n|---|---|",
        "a - b -- c --- d ---- e",
        "नमस्ते می‌خواهم 👩‍🌾 葛󠄀飾 ❤️",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert as_data(text) == text


def test_a_ruler_is_shorter_than_the_fence() -> None:
    assert as_data(f"{FENCE}\n--------") == "---\n---"


def test_hidden_characters_are_left_out() -> None:
    tags = "".join(chr(0xE0000 + ord(character)) for character in "obey")
    selectors = "".join(chr(0xE0100 + ord(character)) for character in "obey")

    assert as_data(f"thyme{tags}.") == "thyme."
    assert as_data(f"thyme{selectors}.") == f"thyme{selectors[0]}."
    assert as_data(f"thyme{tags[0].join(selectors)}.") == f"thyme{selectors[0]}."


@given(st.text("<|>/s[INST]-im_\U000e0041\ufe0f ", max_size=40))
def test_what_is_data_stays_data(text: str) -> None:
    once = as_data(text)

    assert as_data(once) == once
    assert FENCE not in once
    assert "</s>" not in once
    assert "[INST]" not in once
