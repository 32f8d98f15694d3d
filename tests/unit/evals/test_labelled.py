from __future__ import annotations

import pytest

from evals.metrics.measure import measure
from tests.unit.evals.responses import LEAVE, case_of, checked_answer, response_to

ANSWER = "Staff receive thirty days of leave, paid twice."
PARTS = ["thirty days", "paid twice"]
NAMES = (
    "hard flags that touch a label",
    "unsupported parts found",
    "unsupported parts with a hard flag",
    "supported answers with a hard flag",
)


def test_a_flag_inside_a_label_and_one_around_it_touch_it() -> None:
    assert checked_answer(ANSWER, PARTS, thirty="hard").missed == ["paid twice"]
    assert checked_answer(ANSWER, ["thirty"], **{"receive thirty days": "soft"}).missed == []


def test_a_flag_beside_a_label_does_not_touch_it() -> None:
    checked = checked_answer("ab cd", ["cd"], **{"ab ": "hard"})
    assert [flag["text"] for flag in checked.false_alarms] == ["ab "]
    assert checked.missed == ["cd"]


def test_a_soft_flag_finds_a_part_and_is_no_false_alarm() -> None:
    checked = checked_answer(ANSWER, PARTS, thirty="soft", Staff="soft")
    assert checked.false_alarms == []
    assert checked.missed == ["paid twice"]
    assert checked.missed_by_hard_flags == PARTS


def test_the_labelled_answers_of_a_question_are_pooled() -> None:
    checked = [
        checked_answer(ANSWER, PARTS, thirty="hard", leave="hard", twice="soft"),
        checked_answer("Staff receive leave.", leave="hard"),
        checked_answer("Staff receive leave."),
    ]
    measured = measure(response_to(case_of(LEAVE), checked=checked))
    assert {name: (measured[name].numerator, measured[name].denominator) for name in NAMES} == {
        "hard flags that touch a label": (1, 3),
        "unsupported parts found": (2, 2),
        "unsupported parts with a hard flag": (1, 2),
        "supported answers with a hard flag": (1, 2),
    }


@pytest.mark.parametrize("checked", [[], [checked_answer("Staff receive leave.", ["Staff"])]])
def test_what_does_not_apply_contributes_nothing(checked: list[object]) -> None:
    measured = measure(response_to(case_of(LEAVE), checked=checked))  # type: ignore[arg-type]
    assert "hard flags that touch a label" not in measured
    assert "supported answers with a hard flag" not in measured
    assert ("unsupported parts found" in measured) == bool(checked)
