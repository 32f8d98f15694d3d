from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from core.errors import ConfigurationError
from core.gate import GateTable
from evals.compare.pairs import pair_runs
from evals.gate.console import print_decision, verdict_table
from evals.gate.gate import gate_runs
from evals.gate.result import Requirement, Verdict
from evals.run.folder import RunFolder, write_json
from tests.unit.evals.runs import binary, case_named, result, run_of

N = 120
RECALL = GateTable(margins={"citation recall": 0.05})


def gate(original: RunFolder, candidate: RunFolder, table: GateTable = RECALL) -> Verdict:
    return gate_runs(pair_runs(original, candidate, common=False), table)


def recalls(wrong: Sequence[int], cases: int = N) -> RunFolder:
    return run_of("candidate" if wrong else "original", {"citation recall": binary(cases, wrong)})


def only(verdict: Verdict) -> Requirement:
    (one,) = verdict.requirements
    return one


def printed(verdict: Verdict) -> str:
    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(verdict_table(verdict))
    print_decision(verdict, console)
    return console.export_text()


def test_an_equal_candidate_ships() -> None:
    verdict = gate(recalls([]), recalls([]))
    assert (verdict.decision, verdict.exit_code, verdict.more_questions) == ("ships", 0, 0)
    # The rule of three: 1 - 0.05 ** (1 / 120).
    assert only(verdict).worst == pytest.approx(0.0247, abs=0.002)
    assert "Ships." in printed(verdict)


def test_a_candidate_that_is_clearly_worse_does_not_ship_and_the_metric_is_named() -> None:
    verdict = gate(recalls([]), recalls(range(24)))
    assert (verdict.decision, verdict.exit_code) == ("does not ship", 4)
    assert only(verdict).observed == pytest.approx(0.2)
    assert only(verdict).best > 0.1
    assert "citation recall is worse by 0.200, and by 0.13" in printed(verdict)
    assert "Does not ship: citation recall." in printed(verdict)


def test_a_loss_that_may_be_larger_than_the_margin_needs_more_questions() -> None:
    verdict = gate(recalls([]), recalls(range(3)))
    assert (verdict.decision, verdict.exit_code) == ("not enough questions", 5)
    needed = only(verdict).needed
    assert needed is not None
    assert verdict.more_questions == needed - N > 0
    assert f"About {needed:,} cases decide; 120 were asked." in printed(verdict)


def test_few_questions_do_not_show_that_nothing_is_lost() -> None:
    verdict = gate(recalls([], 58), recalls([], 58))
    assert verdict.decision == "not enough questions"
    assert gate(recalls([], 62), recalls([], 62)).decision == "ships"


def test_a_loss_as_large_as_the_margin_is_decided_by_no_number_of_questions() -> None:
    verdict = gate(recalls([]), recalls(range(6)))
    assert verdict.decision == "not enough questions"
    assert verdict.more_questions is None
    assert "no reasonable number of them decides" in printed(verdict)


def test_the_more_questions_are_counted_in_the_mix_of_the_evaluation() -> None:
    results = tuple(
        result(case_named(f"case-{n:03}"), {"refusal recall": 1.0} if n % 4 == 0 else {"citation recall": 1.0})
        for n in range(80)
    )
    run = replace(recalls([], 80), results=results)
    verdict = gate(run, run, GateTable(margins={"refusal recall": 0.1}))
    lacking = only(verdict).needed
    assert lacking is not None
    assert verdict.more_questions == 4 * (lacking - 20)


def test_every_requirement_must_be_met() -> None:
    values = {"citation recall": binary(N), "answers with a gold quote": binary(N)}
    table = GateTable(margins=dict.fromkeys(values, 0.05))
    lost = {**values, "answers with a gold quote": binary(N, range(30))}
    verdict = gate(run_of("a", values), run_of("b", lost), table)
    assert [one.outcome for one in verdict.requirements] == ["met", "missed"]
    assert verdict.decision == "does not ship"


def test_a_lower_value_is_better_for_some_metrics() -> None:
    name = "answers with a hard flag"
    table = GateTable(margins={name: 0.05})
    none, many = run_of("a", {name: [0.0] * N}), run_of("b", {name: [1.0] * 30 + [0.0] * 90})
    assert gate(none, many, table).decision == "does not ship"
    assert gate(many, none, table).decision == "ships"


@pytest.mark.parametrize(
    ("ms", "limit", "decision"),
    [(300.0, 400, "ships"), (300.0, 250, "does not ship"), (300.0, 300, "ships")],
)
def test_an_slo_is_a_limit_for_the_candidate_alone(ms: float, limit: float, decision: str) -> None:
    slow = run_of("slow", {"citation recall": binary(N)}, ms=[ms] * N)
    table = GateTable(margins={}, slos={"answer p95, ms": limit})
    assert gate(recalls([]), slow, table).decision == decision


def test_an_slo_on_a_percentile_needs_questions_beyond_it() -> None:
    table = GateTable(margins={}, slos={"answer p95, ms": 400})
    verdict = gate(recalls([], 40), recalls([], 40), table)
    assert (verdict.decision, only(verdict).needed) == ("not enough questions", 59)
    assert "answer p95, ms is 100, and may be ∞; at most 400 is allowed." in printed(verdict)


def test_an_slo_may_be_a_least_value() -> None:
    table = GateTable(margins={}, slos={"citation recall": 0.8})
    assert gate(recalls([]), recalls(range(6)), table).decision == "ships"
    assert gate(recalls([]), recalls(range(60)), table).decision == "does not ship"
    assert gate(recalls([]), recalls(range(22)), table).decision == "not enough questions"


def test_a_metric_that_the_candidate_has_no_value_of_does_not_ship() -> None:
    original = run_of("original", {"refusal recall": binary(N), "citation recall": binary(N)})
    verdict = gate(original, run_of("candidate", {"refusal recall": binary(N)}))
    assert verdict.decision == "does not ship"
    assert "citation recall: the candidate has no value any more; the original has 1.000." in printed(verdict)
    json.dumps(verdict.to_dict(), allow_nan=False)


def test_guards_are_in_every_gate_and_can_be_widened() -> None:
    refusing = {"citation recall": binary(N), "answerable but refused": [1.0] * 30 + [0.0] * 90}
    original = {"citation recall": binary(N), "answerable but refused": [0.0] * N}
    verdict = gate(run_of("a", original), run_of("b", refusing))
    assert [(one.metric.name, one.is_guard) for one in verdict.requirements] == [
        ("citation recall", False),
        ("answerable but refused", True),
    ]
    assert verdict.decision == "does not ship"
    wide = GateTable(margins={"citation recall": 0.05, "answerable but refused": 0.5})
    assert gate(run_of("a", original), run_of("b", refusing), wide).decision == "ships"


def candidate_with(count: int, *, failure: str | None = None, degraded: bool = False, ms: float = 100.0) -> RunFolder:
    """Return a candidate of which the first cases failed, or are degraded."""
    good = recalls([])
    values = {"citation recall": 1.0, "degraded answers": float(degraded)}
    first = [result(one.case, values, failure=failure, degraded=degraded, ms=ms) for one in good.results[:count]]
    return replace(good, results=(*first, *good.results[count:]))


def test_degraded_answers_count_as_the_worst_answers_however_good_and_fast_they_are() -> None:
    degraded = candidate_with(30, degraded=True, ms=1.0)
    verdict = gate(recalls([]), degraded)
    assert only(verdict).candidate == 0.75
    assert verdict.decision == "does not ship"
    slos = GateTable(margins={}, slos={"answer p95, ms": 400})
    assert gate(recalls([]), degraded, slos).decision == "does not ship"
    assert "Of the candidate, 0 requests failed and 30 answers are degraded" in printed(verdict)


def test_failed_requests_have_no_end() -> None:
    failing = candidate_with(30, failure="timeout")
    slos = GateTable(margins={}, slos={"answer p95, ms": 400})
    assert gate(recalls([]), failing, slos).decision == "does not ship"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (GateTable(margins={"recall@7": 0.1}), r"\[gate.margins\] names 'recall@7', which is no metric. Metrics: rec"),
        (GateTable(slos={"p95": 1}), r"\[gate.slos\] names 'p95', which is no metric"),
        (GateTable(margins={"refusal recall": 0.1}), r"names 'refusal recall', of which the runs have no value"),
    ],
)
def test_a_metric_that_does_not_exist_or_was_not_measured_is_refused(table: GateTable, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        gate(recalls([]), recalls([]), table)


def test_runs_over_different_documents_are_refused() -> None:
    other = run_of("other", {"citation recall": binary(N)}, configuration={"corpus_sha256": "0123"})
    with pytest.raises(ConfigurationError, match="were run over different documents"):
        gate(recalls([]), other)
    old = run_of("old", {"citation recall": binary(N)}, configuration={"corpus_sha256": None})
    with pytest.raises(ConfigurationError, match="old does not say which documents it was run over"):
        gate(recalls([]), old)


def test_an_interrupted_run_is_refused_with_the_command_that_continues_it() -> None:
    run = recalls([])
    with pytest.raises(ConfigurationError, match=r"results of 119 of 120 questions. Continue it: .* --resume runs/or"):
        gate(replace(run, results=run.results[1:]), replace(run, results=run.results[1:]))


def test_what_the_candidate_changes_is_named() -> None:
    changed = {"model": "tiny-w4a16", "recipe": {"name": "other", "system_prompt": "Long. " * 30, "top_k": 1}}
    other = run_of("candidate", {"citation recall": binary(N)}, configuration=changed)
    verdict = gate(recalls([]), other)
    assert verdict.changes == ("model: tiny -> tiny-w4a16", "system_prompt: another one", "top_k: None -> 1")
    assert "The runs have the same recipe and a model of the same name" in gate(recalls([]), recalls([])).cautions[0]


def test_runs_that_were_judged_by_different_models_are_refused_where_a_margin_is_a_judges(tmp_path: Path) -> None:
    runs = []
    for model in ("large", "small"):
        (tmp_path / model).mkdir()
        write_json(tmp_path / model / "judge.json", {"judge": {"model": model}})
        runs.append(replace(run_of(model, {"correct (judge)": binary(N)}), folder=tmp_path / model))
    table = GateTable(margins={"correct (judge)": 0.05})
    with pytest.raises(ConfigurationError, match=r"large was judged by large, and .*small by small"):
        gate(runs[0], runs[1], table)
    assert gate(runs[0], runs[0], table).decision == "ships"


def test_durations_under_another_load_are_cautioned() -> None:
    other = run_of("other", {"citation recall": binary(N)}, configuration={"concurrency": 4})
    assert any("with concurrency 1, the candidate with 4" in line for line in gate(recalls([]), other).cautions)


def test_a_decision_on_questions_that_were_tuned_on_is_cautioned() -> None:
    assert "those of the split 'all'" in gate(recalls([]), recalls([])).cautions[-1]


def test_runs_of_another_domain_than_that_of_the_margins_are_refused() -> None:
    runs = pair_runs(recalls([]), recalls([]), common=False)
    assert gate_runs(runs, RECALL, "team").decision == "ships"
    with pytest.raises(ConfigurationError, match="a run of the domain 'team', and the margins are those of 'other'"):
        gate_runs(runs, RECALL, "other")


def test_answers_that_the_judge_could_not_judge_are_no_way_to_ship() -> None:
    def judged(name: str, unjudged: int) -> RunFolder:
        values = {"citation recall": binary(N, []), "not judged (judge)": binary(N, range(unjudged, N))}
        return run_of(name, values)

    verdict = gate(judged("original", 0), judged("candidate", 60))
    assert [one.metric.name for one in verdict.of("missed")] == ["not judged (judge)"]


@pytest.mark.parametrize(
    "table", [GateTable(margins={"citation recall": 5.0}), GateTable(slos={"citation recall": 1.5}, margins={})]
)
def test_a_limit_that_no_share_can_reach_is_refused(table: GateTable) -> None:
    with pytest.raises(ConfigurationError, match=r"its values are between 0 and 1: write 0\.05 for five points"):
        gate(recalls([]), recalls([]), table)
