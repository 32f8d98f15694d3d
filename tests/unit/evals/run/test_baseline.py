from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from core.stats import Estimate
from evals.metrics.catalogue import GROUPS
from evals.run.baseline import GATED, Baseline, check_comparable, compare_to_baseline, load_baseline, save_baseline

CONFIGURATION: dict[str, Any] = {
    "split": "test",
    "cases_sha256": "abc",
    "recipe": {"name": "default", "system_prompt": "Long."},
}
SAVED = Estimate(value=0.8, low=0.7, high=0.9, n=48)


def baseline(**metrics: Estimate) -> Baseline:
    named = {name.replace("_", " "): estimate for name, estimate in metrics.items()}
    return Baseline(Path("baseline.json"), CONFIGURATION, named)


def now(value: float) -> dict[str, dict[str, Estimate]]:
    return {"all": {"citation recall": Estimate(value, value - 0.1, value + 0.1, 48)}}


@pytest.mark.parametrize("value", [0.95, 0.8, 0.7])
def test_a_value_at_or_above_the_lower_bound_ships(value: float) -> None:
    gate = compare_to_baseline(baseline(citation_recall=SAVED), now(value))
    assert gate.ships
    assert gate.exit_code == 0


def test_a_value_below_the_lower_bound_does_not_ship_and_is_named() -> None:
    gate = compare_to_baseline(baseline(citation_recall=SAVED), now(0.699))
    assert not gate.ships
    assert gate.exit_code == 4
    assert str(gate.regressions[0]) == "citation recall is 0.699; the baseline is 0.800, its interval 0.700 to 0.900"


def test_a_metric_that_has_no_value_any_more_does_not_ship() -> None:
    gate = compare_to_baseline(baseline(refusal_precision=SAVED), now(0.8))
    assert [str(regression) for regression in gate.regressions] == [
        "refusal precision has no value any more; the baseline is 0.800, its interval 0.700 to 0.900"
    ]


def test_rounding_in_the_last_place_is_no_regression() -> None:
    perfect = Estimate(1.0, 1.0, 1.0, 8)
    assert compare_to_baseline(baseline(citation_recall=perfect), now(1.0 - 1e-12)).ships
    assert not compare_to_baseline(baseline(citation_recall=perfect), now(1.0 - 1 / 8)).ships


def test_a_saved_baseline_can_be_loaded_and_has_the_gated_metrics_only(tmp_path: Path) -> None:
    file = tmp_path / "domain" / "baseline.json"
    summary = {"all": {"recall@5": SAVED, "recall@1": SAVED, "answer p50, ms": SAVED, "refusal recall": SAVED}}
    save_baseline(file, CONFIGURATION, summary)
    saved = load_baseline(file)
    assert saved.metrics == {"recall@5": SAVED, "refusal recall": SAVED}
    assert saved.configuration == {**CONFIGURATION, "recipe": "default"}


def test_a_baseline_that_cannot_be_written_is_an_error_with_the_fix(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"file/baseline.json cannot be written: .* --save-baseline"):
        save_baseline(tmp_path / "file" / "baseline.json", CONFIGURATION, {"all": {"recall@5": SAVED}})


def test_every_gated_metric_exists_and_none_is_a_duration() -> None:
    reported = {name for group, names in GROUPS.items() if group != "Latency" for name in names}
    assert set(GATED) <= reported


@pytest.mark.parametrize(("key", "value"), [("split", "dev"), ("cases_sha256", "def")])
def test_other_questions_cannot_be_compared(key: str, value: str) -> None:
    check_comparable(baseline(), CONFIGURATION)
    with pytest.raises(ConfigurationError, match=f"baseline.json was made with other questions: its {key} is"):
        check_comparable(baseline(), {**CONFIGURATION, key: value})


def test_another_recipe_or_embedder_can_be_compared() -> None:
    saved = replace(baseline(), configuration={**CONFIGURATION, "embedder": "old", "recipe": "default"})
    check_comparable(saved, {**CONFIGURATION, "embedder": "new", "recipe": {"name": "brief"}})


def test_a_missing_baseline_names_the_command_that_writes_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="groundwork eval run --save-baseline"):
        load_baseline(tmp_path / "none.json")


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", json.dumps({"configuration": {}, "metrics": {"recall@5": {"value": 1}}})]
)
def test_a_file_that_is_not_a_baseline_is_an_error_with_the_fix(tmp_path: Path, text: str) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"baseline.json is not a baseline .* --save-baseline"):
        load_baseline(file)
