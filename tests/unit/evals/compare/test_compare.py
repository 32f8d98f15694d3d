from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from core.errors import ConfigurationError
from evals.compare.compare import compare_runs, holm
from evals.compare.console import comparison_table, print_cases, print_closing
from evals.compare.html import render_page
from evals.compare.pairs import pair_runs
from evals.compare.result import Comparison, Difference
from evals.run.folder import RunFolder
from tests.unit.evals.runs import binary, case_named, result, run_of

N = 60


def comparison(a: RunFolder, b: RunFolder) -> Comparison:
    return compare_runs(pair_runs(a, b, common=False))


@pytest.fixture(scope="module")
def worse() -> Comparison:
    """B loses twelve cases of one metric, and has no value of another."""
    a = run_of("original", {"citation recall": binary(N, [40]), "refusal recall": binary(N), "nDCG@10": [0.5] * N})
    b = run_of("candidate", {"citation recall": binary(N, range(12)), "nDCG@10": [0.5] * N}, ms=[200.0] * N)
    return comparison(a, b)


def of(found: Comparison, name: str) -> Difference:
    return next(one for one in found.differences if one.metric.name == name)


def printed(found: Comparison, metric: str) -> str:
    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(comparison_table(found))
    print_closing(found, console)
    print_cases(found, of(found, metric), console)
    return console.export_text()


def test_holm_corrects_by_the_number_of_hypotheses_that_are_left() -> None:
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_a_loss_is_shown_with_its_cases(worse: Comparison) -> None:
    lost = of(worse, "citation recall")
    assert lost.direction == "worse"
    assert lost.difference == pytest.approx(-11 / N)
    assert lost.low < lost.difference < lost.high < 0
    assert lost.lost == tuple(f"case-{n:03}" for n in range(12))
    assert lost.won == ("case-040",)
    assert lost.needed is not None
    assert lost.needed < N


def test_a_metric_without_a_difference_is_undecided_and_says_what_would_be_seen(worse: Comparison) -> None:
    same = of(worse, "nDCG@10")
    assert (same.difference, same.p_value, same.direction, same.needed) == (0.0, 1.0, "undecided", None)
    assert same.low < 0 < same.high
    assert 0.05 < same.detectable < 0.1


def test_slower_is_worse(worse: Comparison) -> None:
    slower = of(worse, "answer p50, ms")
    assert (slower.a, slower.b, slower.direction, len(slower.lost)) == (100.0, 200.0, "worse", N)
    # The bounds of a 95th percentile need 72 cases.
    assert of(worse, "answer p95, ms").low == -float("inf")


def test_a_metric_that_one_run_lacks_is_named(worse: Comparison) -> None:
    assert worse.missing == {"refusal recall": "B"}


def test_what_else_differs_is_said() -> None:
    a = run_of("a", {"citation recall": binary(3)})
    b = run_of("b", {"citation recall": binary(3)}, configuration={"corpus_sha256": "c1"})
    failed = result(case_named("case-000"), {"citation recall": 0.0}, failure="timeout")
    degraded = result(case_named("case-001"), {"citation recall": 0.0}, degraded=True)
    found = comparison(a, replace(b, results=(failed, degraded, b.results[2])))
    assert found.cautions == (
        "The corpus_sha256 of A is c0, that of B is c1: a part of the differences may come from that.",
        "1 of 3 requests of B failed; they count as the worst answers.",
        "1 answers of B are extractive ones in place of the model's (degraded).",
    )


def test_runs_without_a_metric_in_common_are_refused() -> None:
    a = run_of("a", {"citation recall": [1.0]})
    empty = replace(a, results=(replace(a.results[0], contributions={}, durations={}),))
    with pytest.raises(ConfigurationError, match="no metric in common"):
        comparison(a, empty)


def test_the_terminal_shows_the_figures_and_the_cases_that_were_lost(worse: Comparison) -> None:
    text = printed(worse, "citation recall")
    assert "citation recall" in text
    assert "-0.183" in text
    assert "B is worse in: citation recall, answer p50, ms, search p50, ms." in text
    assert "refusal recall: B has no value." in text
    assert "Lost by B in citation recall: 12 cases" in text
    assert "    B  candidate answers 3." in text


def test_the_page_has_both_answers_of_each_case_that_differs(worse: Comparison) -> None:
    page = render_page(worse)
    assert '<a href="#case-case-003">case-003</a>' in page
    assert "original answers 3." in page
    assert "candidate answers 3." in page
    assert "original answers 30." not in page


def test_the_json_has_null_for_what_is_not_bounded(worse: Comparison) -> None:
    found = json.loads(json.dumps(worse.to_dict(), allow_nan=False))
    assert found["metrics"]["answer p95, ms"]["low"] is None
    assert found["metrics"]["citation recall"]["direction"] == "worse"
    assert found["missing"] == {"refusal recall": "B"}
