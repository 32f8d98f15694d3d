from __future__ import annotations

from typing import Any

import pytest

from evals.metrics.source_words import measure_source_words
from tests.unit.evals.responses import LEAVE, case_of, passage, response_to

SOURCE = passage("leave.md", "Up to five unused days move into the new year and must be taken by 31 March 2027.")


def share(answer: str, *passages: dict[str, Any], **returned: Any) -> float | None:
    response = response_to(case_of(LEAVE), content=answer, passages=passages or [SOURCE], **returned)
    measured = measure_source_words(response).get("answer words in the sources")
    return measured.numerator / measured.denominator if measured else None


def test_an_answer_in_the_words_of_the_passage_has_all_of_them() -> None:
    assert share("Unused days must be taken by 31 March 2027. [1]") == 1.0


def test_other_forms_of_a_word_and_of_a_value_are_had() -> None:
    assert share("A day that is unused moves into the new year: 5 at most.") == 1.0


def test_a_word_and_a_value_that_no_passage_has_lower_the_share() -> None:
    # unused, days, expire, 30 April 2027: the first two are had.
    assert share("Unused days expire 30 April 2027.") == pytest.approx(2 / 4)


def test_the_headings_of_a_passage_are_read_as_well() -> None:
    headed = {**SOURCE, "section": "Unused leave"}
    assert share("Unused leave: five days.", headed) == 1.0


def test_refusals_questions_back_and_other_languages_are_left_out() -> None:
    assert share("I could not find this.", refused=True) is None
    assert share("Which days do you mean?", kind="clarification") is None
    assert share("Nicht genommene Tage verfallen nach dem Ende des Jahres, wenn niemand etwas anderes sagt.") is None
