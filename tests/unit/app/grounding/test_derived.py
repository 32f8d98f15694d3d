"""Numbers that no context has and that follow from those that it has."""

from __future__ import annotations

import pytest

from app.grounding import check


def flagged(source: str, answer: str) -> dict[str, str]:
    """Return the flags of numbers and units; words are not what this is about."""
    flags = check(answer, [source]).flags
    return {flag.text: flag.reason for flag in flags if flag.reason not in ("term_absent", "sentence_unsupported")}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("By train it takes 9.04 hours to the coast.", "Getting there takes 9 hours."),
        ("By train it takes 9.04 hours to the coast.", "The trip lasts about 9.0 hours."),
        ("A brick of the wall weighs 3.1416 kg.", "The wall: bricks of about 3.14 kg."),
        ("A brick of the wall weighs 27.86 kg.", "The wall: bricks of about 28 kg."),
    ],
)
def test_a_rounded_number(source: str, answer: str) -> None:
    assert flagged(source, answer) == {}


@pytest.mark.parametrize(
    ("source", "answer", "number"),
    [
        ("By train it takes 2.5 hours to the coast.", "Getting there takes 3 hours.", "3"),
        ("By train it takes 9.04 hours to the coast.", "Getting there takes 9.1 hours.", "9.1"),
        ("A brick of the wall weighs 28 kg.", "Bricks weigh 28.4 kg each.", "28.4"),
        ("A brick of the wall weighs 27 kg.", "Bricks weigh 30 kg each.", "30"),
    ],
)
def test_a_number_that_is_not_a_rounded_one(source: str, answer: str, number: str) -> None:
    assert number in flagged(source, answer)


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("The trip takes 9.04 hours by train.", "The trip takes 9 hours by train."),
        ("The park has 31 oaks and 13 beeches.", "The park has a total of 44 oaks and beeches."),
        (
            "The table is in millions. The revenue was 7,442 in the year.",
            "The revenue was $7,442 million in the year.",
        ),
    ],
    ids=["rounded", "added up", "scaled"],
)
def test_a_number_that_follows_is_no_contradiction_where_it_stands_in_the_place_of_its_source(
    source: str, answer: str
) -> None:
    assert flagged(source, answer) == {}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("The film lasts 90 minutes without a break. It is silent for hours.", "Films of 1.5 hours have no break."),
        ("The bag weighs 2 kilograms when it is full, not a few grams.", "When full, bags have 2,000 grams."),
        ("The oven reaches 80 °F in the morning.", "The oven reaches 26 °C in the morning."),
        ("The oven reaches 80 °F in the morning.", "The oven reaches 26.7 °C in the morning."),
        ("The walk is 5 miles long.", "The walk is 8 km long."),
        ("The walk is 1,000 miles long.", "The walk is 1,600 kilometers long."),
        ("The break lasts 30 minutes.", "The break lasts half an hour."),
        ("Die Pause dauert 90 Minuten und ist nicht kurz.", "Die Pause dauert 1,5 Stunden und ist nicht kurz."),
    ],
)
def test_a_quantity_in_another_unit(source: str, answer: str) -> None:
    assert flagged(source, answer) == {}


@pytest.mark.parametrize(
    "answer", ["The film lasts 1.5 hours without a break.", "The film goes on for 1.5 hours.", "It lasts 1.5 hours."]
)
def test_a_quantity_in_a_unit_that_no_context_has(answer: str) -> None:
    assert flagged("The film lasts 90 minutes without a break.", answer) == {}


def test_another_quantity_in_another_unit_is_flagged() -> None:
    assert "2.5" in flagged("The film lasts 90 minutes without a break.", "The film lasts 2.5 hours without a break.")


@pytest.mark.parametrize(
    ("source", "answer", "number"),
    [
        ("The oven reaches 80 °F in the morning.", "The oven reaches 24 °C in the morning.", "24"),
        ("The walk is 5 miles long.", "The walk is 9 km long.", "9"),
        ("The walk is 5 miles long.", "The walk is 8.5 km long.", "8.5"),
        ("The walk is 5 miles long.", "The walk is 5 km long.", "5 km"),
    ],
)
def test_a_wrong_conversion_is_flagged(source: str, answer: str, number: str) -> None:
    assert number in flagged(source, answer)


def test_a_table_whose_head_names_a_scale() -> None:
    table = "All figures in millions of dollars\n\n| Year | Revenue |\n|---|---|\n| 2023 | 7,442 |"
    assert flagged(table, "Its revenue in 2023 was $7,442 million.") == {}
    assert flagged(table, "Its revenue in 2023 was $7,443 million.") == {"$7,443 million": "number_absent"}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("In the park oaks number 31, beeches 13, and elms 6.", "The park has 44 oaks and beeches altogether."),
        ("In the park oaks number 31, beeches 13, and elms 6.", "In total the park has 50 oaks, beeches and elms."),
    ],
)
def test_what_the_numbers_of_the_source_give_when_they_are_added_up(source: str, answer: str) -> None:
    assert flagged(source, answer) == {}


@pytest.mark.parametrize(
    ("source", "answer", "number"),
    [
        ("The rent rose from 400 to 500 euros in May.", "The rent rose by 110 euros in May.", "110 euros"),
        ("Of the 200 guests 25 were late to the hall.", "17% of the guests were late to the hall.", "17%"),
        ("In the park oaks number 31 and beeches 13.", "Oaks and beeches: the park of 44.", "44"),
    ],
    ids=["another difference", "another share", "a sum where nothing is said to be added"],
)
def test_a_number_that_does_not_follow_is_flagged(source: str, answer: str, number: str) -> None:
    assert number in flagged(source, answer)
