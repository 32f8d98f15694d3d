from __future__ import annotations

from evals.metrics.catalogue import GROUPS, METRICS
from evals.metrics.measure import measure
from tests.unit.evals.responses import LEAVE, case_of, checked_answer, gold_passage, response_to


def test_every_ratio_of_a_response_in_the_catalogue_is_measured_and_nothing_else() -> None:
    cited = [gold_passage(LEAVE)]
    labelled = [checked_answer("You get 30 days.", ["30"], days="hard"), checked_answer("Everybody has 25 days.")]
    answered = response_to(
        case_of(LEAVE, answer="25 days.", required=[["25"]], forbidden=["26"]),
        content="Everybody has 25 days. [1]",
        mode="generated",
        hits=cited,
        cited=cited,
        passages=cited,
        checked=labelled,
    )
    others = [
        response_to(case_of(), refused=True),
        response_to(case_of(kind="underspecified"), kind="clarification"),
    ]
    measured = {name for response in (answered, *others) for name in measure(response)}
    of_other_stages = {name for group in ("Judge", "Requests", "Speed and cost") for name in GROUPS[group]}
    assert measured == {metric.name for metric in METRICS.values() if metric.duration is None} - of_other_stages


def test_every_group_has_metrics_and_every_metric_a_group() -> None:
    assert [name for names in GROUPS.values() for name in names] == list(METRICS)
