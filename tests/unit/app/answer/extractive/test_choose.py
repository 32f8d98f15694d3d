"""How much is shown: the smallest whole thing that answers. Scores are given, so that only the choice is tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from app.answer.extractive.choose import Scored, choose
from app.answer.extractive.extract import all_candidates
from app.answer.extractive.write import write
from app.answer.question.kind import Wanted
from app.answer.types import Passage
from core.types import Chunk
from testing.passages import passage

LIST = "Bring these to the desk:\n\n- your passport\n- your contract\n- a photograph"
MEALS = "| Meal | Limit |\n|---|---|\n| Breakfast | 12 EUR |\n| Lunch | 18 EUR |\n| Dinner | 30 EUR |"


def shown(
    passages: Sequence[Passage],
    scores: Mapping[str, float],
    *wanted: Wanted,
    coverage: Mapping[str, float] | None = None,
    neighbours: Sequence[Chunk] = (),
    most: int = 3,
) -> str:
    """Return the answer when the units that contain a text have its score, and all others -9."""
    candidates = all_candidates(passages)

    def values(of: Mapping[str, float], default: float) -> list[float]:
        return [max((value for part, value in of.items() if part in one.text), default=default) for one in candidates]

    scored = Scored(candidates, np.array(values(scores, -9.0)), np.array(values(coverage or {}, 0.0)))
    return write(choose(scored, frozenset(wanted), lambda _: neighbours, most=most), passages)


def test_one_sentence_is_enough_where_no_other_comes_near() -> None:
    assert shown([passage(1, "Lunch is paid. Dinner is not.")], {"Lunch": 2.0}) == "Lunch is paid. [1]"


def test_a_sentence_that_refers_to_the_one_before_it_is_shown_with_it() -> None:
    text = "The card is blue. It expires in March. The desk renews the card."
    assert shown([passage(1, text)], {"expires": 2.0}) == "The card is blue. It expires in March. [1]"


def test_the_sentence_before_is_found_across_paragraphs_but_not_across_headings() -> None:
    assert shown([passage(1, "The card is blue.\n\nIt expires in March.")], {"expires": 2.0}).startswith("The card")
    assert shown([passage(1, "The card is blue.\n\n## New\n\nIt expires.")], {"expires": 2.0}) == "It expires. [1]"


def test_a_lead_in_is_shown_with_its_whole_list() -> None:
    assert shown([passage(1, LIST)], {"Bring": 2.0}) == (
        "Bring these to the desk:\n\n- your passport\n- your contract\n- a photograph [1]"
    )


def test_an_item_that_is_no_sentence_is_shown_with_its_list() -> None:
    assert shown([passage(1, LIST)], {"contract": 2.0}) == shown([passage(1, LIST)], {"Bring": 2.0})


def test_an_item_that_is_a_sentence_is_shown_alone() -> None:
    text = "- You may borrow up to three days a year.\n- You may buy up to five days a year."
    assert shown([passage(1, text)], {"borrow": 2.0}, "number") == "- You may borrow up to three days a year. [1]"


def test_steps_are_shown_whole_and_in_order() -> None:
    text = "1. Open the app and log in.\n2. Choose a date in the calendar.\n3. Send the request to your lead."
    assert shown([passage(1, text)], {"Choose": 2.0}, "steps") == f"{text} [1]"


def test_a_list_that_goes_on_in_the_next_chunk_is_shown_whole() -> None:
    here = passage(1, "Bring these to the desk:\n\n- your passport")
    after = Chunk("page-1.md", "Annual leave", "team", "hash-1", 1, "- your contract", 42, 57)
    assert shown([here], {"Bring": 2.0}, neighbours=[here.chunk, after]).endswith(
        "- your passport\n- your contract [1]"
    )


def test_a_small_table_is_shown_whole_where_no_row_was_asked_for() -> None:
    assert shown([passage(1, MEALS)], {"Lunch": 2.0}) == f"{MEALS[:-2]} [1] |"


def test_the_row_asked_for_is_shown_under_the_header() -> None:
    answer = shown([passage(1, MEALS)], {"Lunch": 2.0}, coverage={"Lunch": 0.6})
    assert answer == "| Meal | Limit |\n|---|---|\n| Lunch | 18 EUR [1] |"


def test_the_marker_is_in_the_last_cell_also_where_it_is_empty_or_ends_with_a_pipe() -> None:
    header = "| Sign | Meaning |\n|---|---|\n"
    assert shown([passage(1, rf"{header}| or | a \| |")], {"or": 2.0}) == rf"{header}| or | a \| [1] |"
    assert shown([passage(1, f"{header}| none | |")], {"none": 2.0}) == f"{header}| none | [1] |"


def test_of_a_large_table_only_the_best_rows_are_shown() -> None:
    rows = "\n".join(f"| Hall {number} | Floor {number} |" for number in range(20))
    answer = shown([passage(1, f"| Hall | Floor |\n|---|---|\n{rows}")], {"Hall 7 ": 2.0})
    assert "| Hall 7 |" in answer
    assert len(answer.splitlines()) <= 6


def test_code_after_a_sentence_is_shown_where_the_question_asks_how() -> None:
    text = "Start it with one command.\n\n```bash\nrun --fast\n```"
    assert shown([passage(1, text)], {"Start": 2.0}, "steps").endswith("```bash\nrun --fast\n```\n[1]")
    assert "run" not in shown([passage(1, text)], {"Start": 2.0}, "number")


def test_the_best_passage_comes_first() -> None:
    found = [passage(1, "The lift is slow on Mondays."), passage(2, "Lunch costs 18 EUR.")]
    assert shown(found, {"Lunch": 2.0, "lift": 1.9}).startswith("Lunch costs 18 EUR. [2]")


def test_sentences_of_one_passage_are_in_the_order_of_the_text() -> None:
    text = "Lunch costs 18 EUR. The desk pays within a week."
    assert shown([passage(1, text)], {"desk": 2.0, "Lunch": 1.9}) == f"{text} [1]"


def test_a_copy_adds_nothing_and_is_cited() -> None:
    copies = [passage(number, "Claims are due within 30 days after the trip.") for number in (1, 2, 3)]
    assert shown(copies, {"Claims": 2.0}) == "Claims are due within 30 days after the trip. [1, 2, 3]"


def test_no_more_excerpts_than_asked_for_are_shown() -> None:
    text = "Lunch costs a lot. Dinner takes an hour. Breakfast begins at seven."
    assert shown([passage(1, text)], {"": 2.0}, most=1).count(".") == 1


def test_a_question_in_a_document_is_no_answer() -> None:
    text = "Who pays for lunch?\n\nThe company does pay."
    assert shown([passage(1, text)], {"Who": 5.0, "company": 2.0}) == "The company does pay. [1]"


def test_sentences_of_neighbouring_chunks_cite_the_passages_that_have_them() -> None:
    lunch, dinner = "Lunch costs 18 EUR at noon.", "Dinner takes a whole hour."
    first, second = passage(1, lunch), passage(2, dinner)
    here = replace(first.chunk, ordinal=0, document_id="page.md")
    after = replace(second.chunk, ordinal=1, document_id="page.md", start=29, end=55)
    found = [replace(first, chunk=here), replace(second, chunk=after)]
    answer = shown(found, {"Dinner": 2.0, "Lunch": 1.9}, neighbours=[here, after])
    assert answer == f"{lunch} [1]\n\n{dinner} [2]"


STEPS = "Follow these steps:\n\n1. Go in.\n2. Show the ID:\n\n   ```bash\n   badge --new\n   ```\n\n3. Sign it."


def test_steps_go_on_after_the_code_of_one_of_them() -> None:
    whole = "Follow these steps:\n\n1. Go in.\n2. Show the ID: [1]\n\n```bash\nbadge --new\n```\n[1]\n\n3. Sign it. [1]"
    for best in ("Follow", "Go in", "Show", "badge", "Sign"):
        assert shown([passage(1, STEPS)], {best: 2.0}, "steps") == whole


def test_an_item_that_ends_with_a_colon_is_shown_with_its_code() -> None:
    steps = "\n".join(f"{number}. Wait for the lamp number {number}." for number in range(1, 20))
    text = f"{steps}\n20. Then enter this command:\n\n```sh\nrun --fast\n```\n\n21. Close the window."
    answer = "- Then enter this command: [1]\n\n```sh\nrun --fast\n```\n[1]"
    assert shown([passage(1, text)], {"command": 2.0}) == answer
    assert shown([passage(1, text)], {"--fast": 2.0}) == answer


def test_nested_items_are_nested_under_their_item() -> None:
    text = "To clean it:\n\n1. Open the lid\n  - unscrew both screws\n    * with care\n  - lift it\n2. Rinse it"
    assert shown([passage(1, text)], {"clean": 2.0}) == (
        "To clean it:\n\n1. Open the lid\n   - unscrew both screws\n     - with care\n   - lift it\n2. Rinse it [1]"
    )


def test_a_list_that_begins_in_a_nested_item_is_no_code() -> None:
    text = "        - the screw\n    - the lid\n- the filter"
    assert shown([passage(1, text)], {"lid": 2.0}) == "- the screw\n- the lid\n- the filter [1]"
