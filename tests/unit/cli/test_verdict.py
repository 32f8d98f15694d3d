"""The line on an answer, on the terminal. The page is tested with the same reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from app.grounding import check
from app.grounding.report import UnjudgedReason
from cli.verdict import UNJUDGED, listed, summary, unjudged_words

CASES = json.loads((Path(__file__).resolve().parents[3] / "testing" / "verdicts.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_the_line_says_what_a_report_means(case: dict[str, Any]) -> None:
    assert summary(case["report"]) == case["line"]


def test_the_line_counts_sentences_of_a_real_report() -> None:
    answer = "Every colleague has 77 days of leave. The leave is paid in full by the firm."
    source = "Every colleague has 25 days of leave. The leave is paid in full by the firm."
    assert summary(check(answer, [source]).to_dict()) == "1 statement contradicts the sources."


def test_every_reason_for_which_something_is_not_judged_has_a_text() -> None:
    assert set(UNJUDGED) == set(get_args(UnjudgedReason))


def test_a_reason_of_a_newer_service_is_shown_by_its_name() -> None:
    assert unjudged_words("too_long") == "too long"


def test_words_of_a_sentence_that_is_flagged_as_a_whole_are_not_listed_again() -> None:
    answer = "The canteen on the ground floor serves 7 vegetarian lunches to every visitor."
    report = check(answer, ["Unused days expire in March. The leave is paid in full by the firm."]).to_dict()
    reasons = {flag["reason"] for flag in report["flags"]}
    assert {"term_absent", "sentence_unsupported", "number_absent"} <= reasons
    assert [flag["text"] for flag in listed(report["flags"])] == [answer, "7"]
    words = [flag for flag in report["flags"] if flag["reason"] == "term_absent"]
    assert listed(words) == words
