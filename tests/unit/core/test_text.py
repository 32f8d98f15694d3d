"""Where sentences begin and end."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import sentence_spans, squeeze, trim


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("You get 30 days. Ask your manager.", ["You get 30 days.", "Ask your manager."]),
        ("Really? Yes! Good.", ["Really?", "Yes!", "Good."]),
        ("He said “Fine.” Then he left.", ["He said “Fine.”", "Then he left."]),
        ("It is allowed (see below.) Ask first.", ["It is allowed (see below.)", "Ask first."]),
        ("Ask Dr. Bell or Mrs. Quist. They know.", ["Ask Dr. Bell or Mrs. Quist.", "They know."]),
        ("Use a tool, e.g. Slack. It helps.", ["Use a tool, e.g. Slack.", "It helps."]),
        ("We open at 8 a.m. Monday is quiet.", ["We open at 8 a.m. Monday is quiet."]),
        ("Version 2.13.0 costs 3.50 euros. Buy it.", ["Version 2.13.0 costs 3.50 euros.", "Buy it."]),
        ("1. Open the lid. 2. Press the key.", ["1. Open the lid.", "2. Press the key."]),
        ("J. Bell signs. Then you do.", ["J. Bell signs.", "Then you do."]),
        ("Wait… Then go on.", ["Wait…", "Then go on."]),
        ("it ends. but goes on in lower case.", ["it ends. but goes on in lower case."]),
        ("休暇は三十日です。上司に聞いてください。", ["休暇は三十日です。", "上司に聞いてください。"]),
        ("「はい。」次へ！", ["「はい。」", "次へ！"]),
        ("Übung macht Meister. Ärzte auch.", ["Übung macht Meister.", "Ärzte auch."]),
        ("no end at all", ["no end at all"]),
        ("  \n\t ", []),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


PROSE = st.lists(
    st.sampled_from(
        ["Ask", "dr.", "Dr.", "e.g.", "3.5", "No.", "。", "「はい」", "?!", "…", '"', ")", " ", "\n\n", "B."]
    ),
    max_size=40,
).map(" ".join)


@given(st.one_of(PROSE, st.text()))
def test_sentences_are_ordered_disjoint_trimmed_and_hold_every_written_character(text: str) -> None:
    spans = sentence_spans(text)

    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    covered = {position for start, end in spans for position in range(start, end)}
    assert all(position in covered for position, character in enumerate(text) if not character.isspace())


@given(PROSE, st.integers(0, 60), st.integers(0, 60))
def test_sentences_of_a_part_have_the_offsets_of_the_whole(text: str, first: int, length: int) -> None:
    end = min(len(text), first + length)

    spans = sentence_spans(text, min(first, end), end)

    assert all(min(first, end) <= start < stop <= end for start, stop in spans)


def test_a_table_of_contents_with_long_dot_leaders_costs_no_more_than_other_lines() -> None:
    began = time.process_time()

    sentence_spans("Contents " + "." * 50_000 + " 12\n")

    assert time.process_time() - began < 1.0


@pytest.mark.parametrize(
    ("text", "span"), [(" ab ", (1, 3)), ("ab", (0, 2)), ("\n\ta b\n", (2, 5)), ("  ", None), ("", None)]
)
def test_trimming_keeps_the_offsets(text: str, span: tuple[int, int] | None) -> None:
    assert trim(text, 0, len(text)) == span


def test_runs_of_blanks_and_dashes_are_squeezed_and_line_ends_kept() -> None:
    assert squeeze("| a    | b |\n|-----:|---|\n\n  -- c") == "| a | b |\n|---:|---|\n\n -- c"
