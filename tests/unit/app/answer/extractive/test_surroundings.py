"""The text around a chunk."""

from __future__ import annotations

from app.answer.extractive.surroundings import surroundings
from core.types import Chunk

HEADER = "| Meal | Limit |\n|---|---|"


def chunk(ordinal: int, text: str, start: int, *, section: str = "Travel", lead: str = "") -> Chunk:
    return Chunk("page.md", "Page", "team", "v1", ordinal, text, start, start + len(text), (section,), lead=lead)


def test_a_chunk_without_neighbours_is_its_own_surroundings() -> None:
    alone = chunk(3, "Lunch is paid.", 40)
    around = surroundings(alone, [])
    assert (around.text, around.start, around.end) == ("Lunch is paid.", 0, 14)


def test_the_neighbours_of_the_same_section_are_joined() -> None:
    before, here, after = chunk(0, "Bring:\n\n- a pass", 0), chunk(1, "- a pen", 17), chunk(2, "Then go.", 26)
    around = surroundings(here, [before, here, after])
    assert around.text == "Bring:\n\n- a pass\n- a pen\n\nThen go."
    assert around.text[around.start : around.end] == "- a pen"


def test_a_neighbour_of_another_section_or_further_away_is_left_out() -> None:
    other, here, far = chunk(0, "Old.", 0, section="Leave"), chunk(1, "Lunch.", 10), chunk(3, "Far.", 90)
    assert surroundings(here, [other, here, far]).text == "Lunch."


def test_rows_that_go_on_in_the_next_chunk_follow_without_a_gap() -> None:
    here = chunk(0, "| Lunch | 18 |", 30, lead=HEADER)
    after = chunk(1, "| Dinner | 30 |", 45, lead=HEADER)
    around = surroundings(here, [here, after])
    assert (around.text, around.header) == ("| Lunch | 18 |\n| Dinner | 30 |", HEADER)


def test_a_table_that_begins_in_the_next_chunk_has_its_header() -> None:
    here, after = chunk(0, "The limits:", 0), chunk(1, "| Lunch | 18 |", 50, lead=HEADER)
    assert surroundings(here, [here, after]).text == f"The limits:\n\n{HEADER}\n| Lunch | 18 |"


def test_a_chunk_of_which_a_part_is_cited_keeps_its_place() -> None:
    before, whole = chunk(0, "Bring a pass.", 0), chunk(1, "Bring a pen. Then go.", 14)
    around = surroundings(chunk(1, "Then go.", 27), [before, whole])
    assert around.text[around.start : around.end] == "Then go."
    around = surroundings(chunk(1, "Then go.", 27), [whole])
    assert around.text[around.start : around.end] == "Then go."
