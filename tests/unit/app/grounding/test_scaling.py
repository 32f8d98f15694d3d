"""Twice the text takes about twice the time, whatever the text is.

Bounds are ratios of processor time on this machine, not seconds. A quadratic step takes four times as long at twice
the length and was found by each of these shapes at some point, or is what an attacker would send.
"""

from __future__ import annotations

import time

import pytest

from app.grounding import ContextIndex, check

SHAPES = {
    "prose": "The fee is 50 euros for Rolf Amsel on 5 March 2024. ",
    "zero width": "\u200b",
    "combining marks": "\u0301\u0316",
    "soft hyphens": "a\u00ad",
    "one long word": "a",
    "dotted word": "a.",
    "nested brackets": "[(",
    "open citations": "[source ",
    "emphasis": "** ",
    "digits": "7",
    "groups of digits": "123 ",
    "number words": "one hundred and ",
    "backslashes": "\\",
    "blank lines": "\n",
    "addresses": "a@",
    "paths": "/a",
    "scaffolding": "according to the provided ",
    "capitals": "A ",
    "ideographs": "休暇",
}
SMALL = 1_500


def seconds(text: str) -> float:
    """Return the least processor time of three runs: as the answer to a stranger, and to itself."""
    times = []
    for _ in range(3):
        begin = time.thread_time()
        check(text, ["The fee is 49 euros."])
        check("The fee is 49 euros.", ContextIndex.build([text]))
        times.append(time.thread_time() - begin)
    return min(times)


@pytest.mark.parametrize("unit", SHAPES.values(), ids=SHAPES.keys())
def test_eight_times_the_text_takes_less_than_half_of_what_a_quadratic_step_would(unit: str) -> None:
    seconds(unit * (SMALL // len(unit)))  # fills the caches of words
    once = seconds(unit * (SMALL // len(unit)))
    eight_times = seconds(unit * (8 * SMALL // len(unit)))
    assert eight_times < 32 * once + 0.05


def test_a_million_invisible_characters_leave_the_rest_in_place() -> None:
    answer = "\u200b" * 1_000_000 + "28 days"
    (flag,) = check(answer, ["25 days"]).flags
    assert (flag.start, flag.text) == (1_000_000, "28")


def test_a_megabyte_of_context_is_read_to_its_end() -> None:
    context = "word " * 40_000 + "-" * 800_000 + " The fee is 49 euros."
    assert check("The fee is 49 euros.", [context]).supported


def test_a_megabyte_of_answer_is_judged_to_its_end() -> None:
    answer = "word. " * 40_000 + "-" * 800_000 + " and 28 days"
    flags = check(answer, ["The word is on the page for days."]).flags
    assert [(flag.text, flag.start) for flag in flags if flag.reason == "number_absent"] == [("28", len(answer) - 7)]
