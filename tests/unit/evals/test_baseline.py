from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from core.stats import Estimate
from evals.baseline import GATED, Baseline, check_comparable, judge_against, load_baseline, save_baseline
from evals.summary import GROUPS

CONFIGURATION: dict[str, Any] = {
    "split": "test",
    "cases_sha256": "abc",
    "recipe": {"name": "default", "system_prompt": "Long."},
}
HELD = Estimate(value=0.8, low=0.7, high=0.9, n=48)


def baseline(**metrics: Estimate) -> Baseline:
    named = {name.replace("_", " "): estimate for name, estimate in metrics.items()}
    return Baseline(Path("baseline.json"), CONFIGURATION, named)


def now(value: float) -> dict[str, dict[str, Estimate]]:
    return {"all": {"citation recall": Estimate(value, value - 0.1, value + 0.1, 48)}}


@pytest.mark.parametrize("value", [0.95, 0.8, 0.7])
def test_a_value_at_or_above_the_lower_bound_ships(value: float) -> None:
    verdict = judge_against(baseline(citation_recall=HELD), now(value))
    assert verdict.ships
    assert verdict.exit_code == 0


def test_a_value_below_the_lower_bound_does_not_ship_and_is_named() -> None:
    verdict = judge_against(baseline(citation_recall=HELD), now(0.699))
    assert not verdict.ships
    assert verdict.exit_code == 4
    assert str(verdict.falls[0]) == "citation recall is 0.699; the baseline is 0.800, its interval 0.700 to 0.900"


def test_a_metric_that_has_no_value_any_more_does_not_ship() -> None:
    verdict = judge_against(baseline(refusal_precision=HELD), now(0.8))
    assert [str(fall) for fall in verdict.falls] == [
        "refusal precision has no value any more; the baseline is 0.800, its interval 0.700 to 0.900"
    ]


def test_rounding_in_the_last_place_is_no_fall() -> None:
    perfect = Estimate(1.0, 1.0, 1.0, 8)
    assert judge_against(baseline(citation_recall=perfect), now(1.0 - 1e-12)).ships
    assert not judge_against(baseline(citation_recall=perfect), now(1.0 - 1 / 8)).ships


def test_what_is_saved_can_be_read_again_and_holds_the_gated_metrics_only(tmp_path: Path) -> None:
    file = tmp_path / "domain" / "baseline.json"
    summary = {"all": {"recall@5": HELD, "recall@1": HELD, "answer p50, ms": HELD, "refusal recall": HELD}}
    save_baseline(file, CONFIGURATION, summary)
    held = load_baseline(file)
    assert held.metrics == {"recall@5": HELD, "refusal recall": HELD}
    assert held.configuration == {**CONFIGURATION, "recipe": "default"}


def test_every_gated_metric_exists_and_none_is_a_duration() -> None:
    reported = {name for group, names in GROUPS.items() if group != "Latency" for name in names}
    assert set(GATED) <= reported


@pytest.mark.parametrize(("key", "value"), [("split", "dev"), ("cases_sha256", "def")])
def test_other_questions_cannot_be_compared(key: str, value: str) -> None:
    check_comparable(baseline(), CONFIGURATION)
    with pytest.raises(ConfigurationError, match=f"baseline.json was made with other questions: its {key} is"):
        check_comparable(baseline(), {**CONFIGURATION, key: value})


def test_another_recipe_or_embedder_is_what_a_baseline_is_for() -> None:
    held = replace(baseline(), configuration={**CONFIGURATION, "embedder": "old", "recipe": "default"})
    check_comparable(held, {**CONFIGURATION, "embedder": "new", "recipe": {"name": "brief"}})


def test_a_missing_baseline_names_the_command_that_writes_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="groundwork eval run --save-baseline"):
        load_baseline(tmp_path / "none.json")


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", json.dumps({"configuration": {}, "metrics": {"recall@5": {"value": 1}}})]
)
def test_a_file_that_is_no_baseline_is_named_with_the_mend(tmp_path: Path, text: str) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"baseline.json is no baseline .* --save-baseline"):
        load_baseline(file)
