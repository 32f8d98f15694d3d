"""The figures of a system whose answers the app replaced, or showed in part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evals.distill.run.figures import figures
from evals.run.folder import RunFolder
from tests.unit.evals.responses import LEAVE, gold_passage, result_of
from tests.unit.evals.runs import CONFIGURATION, case_named

RIGHT: dict[str, Any] = {"content": f"{LEAVE.quote} [1]", "cited": [gold_passage(LEAVE)]}


def values_of(**returned: Any) -> dict[str, float]:
    """Return the figures of a system with one answer."""
    runs = {
        name: RunFolder(Path(name), dict(CONFIGURATION), (result_of(case_named("a"), **{**RIGHT, **of_system}),))
        for name, of_system in (("extractive", {}), ("student", returned))
    }
    return {name: one.value for name, one in figures(runs, "extractive")["student"].items()}


def test_an_answer_that_was_replaced_is_the_worst_one_and_only_a_loop_is_a_loop() -> None:
    empty = values_of(degraded_reason="empty")
    assert (empty["answers with a gold quote"], empty["answers with a right citation"]) == (0.0, 0.0)
    assert (empty["degraded answers"], empty["answers without a citation"]) == (1.0, 1.0)
    assert (empty["loops"], empty["cut-off answers"]) == (0.0, 0.0)
    assert values_of(degraded_reason="looping")["loops"] == 1.0
    assert values_of(degraded_reason="looping", refused=True)["loops"] == 1.0
    cut = values_of(degraded_reason="cut")
    assert (cut["loops"], cut["cut-off answers"], cut["answers with a gold quote"]) == (0.0, 1.0, 0.0)


def test_a_cut_answer_of_which_the_sound_part_is_shown_counts_as_it_is_shown() -> None:
    shown = values_of(mode="generated", degraded_reason="cut", finish_reason="length")
    assert (shown["cut-off answers"], shown["loops"]) == (1.0, 0.0)
    assert (shown["answers with a gold quote"], shown["answers with a right citation"]) == (1.0, 1.0)
