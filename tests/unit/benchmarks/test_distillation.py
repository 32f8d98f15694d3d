from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.distillation.curve import checkpoints
from benchmarks.distillation.sets import QUESTIONS, chosen
from benchmarks.distillation.systems import name_of
from benchmarks.distillation.table import figures, markdown, sizes
from core.errors import ConfigurationError
from core.stats import Estimate
from evals.cases.case import Gold
from evals.cases.read import load_cases
from evals.run.folder import RESULTS_FILE, result_line, write_json
from serving.get.folders import RECORD, write_record
from testing.serving.checkpoints import of_bytes, write_checkpoint, write_safetensors
from tests.unit.evals.responses import LEAVE
from tests.unit.evals.runs import CONFIGURATION, case_named, result


def test_a_question_that_a_page_of_the_training_answers_too_is_left_out() -> None:
    held_out = replace(case_named("held-out"), tags=frozenset({"held-out"}))
    both = replace(held_out, id="both", gold=(LEAVE, Gold("trained.md", "Everybody has 25 days.")))
    unanswerable = replace(held_out, id="unanswerable", kind="unanswerable", gold=())
    assert chosen([held_out, both, unanswerable, case_named("untagged")], frozenset({LEAVE.document_id})) == [
        held_out,
        unanswerable,
    ]


def test_the_questions_about_held_out_pages_have_no_gold_elsewhere_but_for_three() -> None:
    cases = [case for case in load_cases(QUESTIONS) if "held-out" in case.tags]
    pages = frozenset(gold.document_id for case in cases for gold in case.gold if not _elsewhere(gold))
    assert len(cases) - len(chosen(cases, pages)) == 3


def test_a_degraded_answer_counts_for_the_model_as_one_without_tokens_and_citations(tmp_path: Path) -> None:
    metrics: Mapping[str, float | tuple[float, float]] = {
        "required tokens": (2.0, 2.0),
        "answers with a right citation": 1.0,
        "loops": 0.0,
    }
    written = [
        result(case_named("own"), metrics),
        result(case_named("replaced"), {**metrics, "loops": 1.0}, degraded=True),
    ]
    write_json(tmp_path / "configuration.json", CONFIGURATION)
    (tmp_path / RESULTS_FILE).write_text("".join(map(result_line, written)), encoding="utf-8")
    for_the_model, seen = figures(tmp_path, as_seen=False), figures(tmp_path, as_seen=True)
    for name in ("required tokens", "answers with a right citation"):
        assert (for_the_model[name].value, seen[name].value) == (0.5, 1.0)
    assert for_the_model["loops"].value == seen["loops"].value == 0.5


def test_the_table_has_a_row_for_each_figure_that_a_system_has() -> None:
    one: Mapping[str, Estimate] = {"loops": Estimate(0.0, 0.0, 0.0, 9), "answer p50, ms": Estimate(1234, 900, 2000, 9)}
    table = markdown({"base": {"loops": Estimate(0.52, 0.4, 0.6, 9)}, "extractive": one})
    assert table.splitlines() == [
        "| | base | extractive |",
        "|---|---:|---:|",
        "| loops | .52 (.40 to .60) | .00 (.00 to .00) |",
        "| answer p50, ms | – | 1,234 (900 to 2,000) |",
    ]


def test_the_sizes_name_both_kinds_of_questions() -> None:
    kinds = {"answerable but refused": Estimate(0, 0, 0, 70), "refusal recall": Estimate(1, 1, 1, 17)}
    assert sizes([kinds]) == "70 answerable questions and 17 that the documents do not answer"


def test_the_checkpoints_of_a_training_have_the_files_of_the_base_and_names_of_their_own(tmp_path: Path) -> None:
    base = write_checkpoint(tmp_path / "base", of_bytes(270_000_000))
    write_record(base, {"served_name": "base-135M"})
    for step in (100, 20, 300):
        (tmp_path / "training" / f"checkpoint-{step}").mkdir(parents=True)
        if step != 300:
            write_safetensors(tmp_path / "training" / f"checkpoint-{step}" / "model.safetensors")
    found = checkpoints(tmp_path / "training", base, tmp_path / "curve")
    assert [system.name for system in found] == ["step-20", "step-100"]
    folder = found[0].checkpoint
    assert folder is not None
    assert (folder / "tokenizer.json").resolve() == base / "tokenizer.json"
    assert (folder / "model.safetensors").resolve().parent.name == "checkpoint-20"
    assert not (folder / RECORD).exists()
    assert name_of(folder) == "step-20-distilled-135M"


def test_a_training_without_checkpoints_is_an_error_that_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=str(tmp_path)):
        checkpoints(tmp_path, tmp_path, tmp_path / "curve")


def _elsewhere(gold: Gold) -> bool:
    return gold.document_id.endswith(("external-speaking-request-playbook.md", "office-of-operations/outreach.md"))
