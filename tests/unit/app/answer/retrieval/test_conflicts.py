from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.retrieval.conflicts import find_conflicts, with_other_sides
from testing.passages import passage

PAIRS = [json.loads(line) for line in (Path(__file__).parent / "conflict_pairs.jsonl").read_text("utf-8").splitlines()]
MEALS = passage(1, "Meals are refunded up to 28 EUR a day. Keep the receipts.", name="Expenses")
TRIPS = passage(2, "On trips you sit in second class.\n\n- Meals are refunded up to 35 EUR a day.", name="Trips")


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair['a'][1][:30]} / {pair['b'][0]}")
def test_a_pair_of_pages_is_in_conflict_or_not(pair: dict[str, Any]) -> None:
    (name, text), (other_name, other_text) = pair["a"], pair["b"]
    found = find_conflicts([passage(1, text, name=name), passage(2, other_text, name=other_name)])
    assert [conflict.what for conflict in found] == ([] if pair["what"] is None else [pair["what"]])


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair['b'][1][:30]} / {pair['a'][0]}")
def test_a_conflict_does_not_depend_on_the_order_of_the_passages(pair: dict[str, Any]) -> None:
    (name, text), (other_name, other_text) = pair["b"], pair["a"]
    found = find_conflicts([passage(1, text, name=name), passage(2, other_text, name=other_name)])
    turned = [f"{conflict.b.value} / {conflict.a.value}" for conflict in found]
    assert turned == ([] if pair["what"] is None else [pair["what"]])


def test_a_conflict_has_the_sentences_and_the_passages_in_their_order() -> None:
    (conflict,) = find_conflicts([MEALS, TRIPS])
    assert (conflict.a.passage, conflict.a.sentence) == (MEALS, "Meals are refunded up to 28 EUR a day.")
    assert (conflict.b.passage, conflict.b.value) == (TRIPS, "35 EUR")


def test_one_document_does_not_contradict_itself() -> None:
    same = replace(TRIPS, chunk=replace(TRIPS.chunk, document_id=MEALS.chunk.document_id))
    assert find_conflicts([MEALS, same]) == ()


def test_copies_of_a_passage_are_not_compared() -> None:
    assert find_conflicts([MEALS, replace(TRIPS, copy_of=1)]) == ()


def test_tables_and_code_are_not_compared() -> None:
    rows = "| Meals are refunded up to a day | {} EUR |"
    assert find_conflicts([passage(1, rows.format(28), name="A"), passage(2, rows.format(35), name="B")]) == ()


def test_an_answer_with_one_side_gets_the_other_one_and_is_left_alone_without_either() -> None:
    conflicts = find_conflicts([MEALS, TRIPS])
    one_side = "Meals are refunded up to 28 EUR a day. [1]"
    both = f"{one_side}\n\nMeals are refunded up to 35 EUR a day. [2]"
    assert with_other_sides(one_side, [MEALS], conflicts) == both
    assert with_other_sides(both, [MEALS, TRIPS], conflicts) == both
    assert with_other_sides("Keep the receipts. [1]", [MEALS], conflicts) == "Keep the receipts. [1]"


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_texts_can_be_compared(texts: list[str]) -> None:
    for conflict in find_conflicts([passage(number, text) for number, text in enumerate(texts, start=1)]):
        assert conflict.a.passage.index < conflict.b.passage.index


def test_a_side_that_is_shown_with_several_citations_is_not_repeated() -> None:
    conflicts = find_conflicts([MEALS, TRIPS])
    both = "Up to 28 EUR is refunded. [1, 3]\n\nUp to 35 EUR is refunded. [2, 4]"
    assert with_other_sides(both, [MEALS, TRIPS], conflicts) == both


def test_a_value_inside_another_number_is_not_said() -> None:
    (conflict,) = find_conflicts([MEALS, TRIPS])
    assert conflict.concerns("Meals are paid up to 28 EUR. [1]", [MEALS])
    assert not conflict.concerns("Hotels are paid up to 128 EUR. [1]", [MEALS])
    assert not conflict.concerns("Snacks are paid up to 1.28 EUR. [1]", [MEALS])
