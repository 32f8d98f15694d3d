"""Whole distillations, whose service and model are stand-ins."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from core.errors import ConfigurationError, IndexLocked
from core.index.lock import lock_index
from core.index.open import embedded_root
from evals.distill.run.console import lines, tables
from evals.distill.run.html import render_page
from evals.distill.run.place import Place
from evals.distill.run.request import DistillRunRequest
from evals.distill.run.result import DistillRunResult
from evals.distill.run.run import distill
from evals.distill.run.sets import judge_sets
from testing.serving.checkpoints import write_checkpoint
from tests.unit.evals.distill.run.systems import HELD_OUT, Killed, World, make_world, write_cases


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


@pytest.fixture
def request_(tmp_path: Path) -> DistillRunRequest:
    model = write_checkpoint(tmp_path / "handbook-135M")
    return DistillRunRequest(model, tmp_path / "out", concurrency=1)


def run(world: World, request: DistillRunRequest) -> DistillRunResult:
    """Do it, or go on with it."""
    return distill(request, judge_sets(world.settings, request, {}), world.parts(), world)


def test_the_systems_are_asked_the_questions_whose_gold_pages_were_held_out(
    world: World, request_: DistillRunRequest
) -> None:
    result = run(world, request_)
    assert result.systems == ("extractive", "base", "student", "student-w8a8")
    assert {question.split()[1] for _, question in world.asked} == set(HELD_OUT)
    assert len(world.asked) == 4 * 3 * len(HELD_OUT)
    assert result.cases["team"]["left_out"]["about pages that were trained on"] == 3 * (5 - len(HELD_OUT))


def test_what_the_app_answered_in_place_of_a_looping_base_does_not_count_for_it(
    world: World, request_: DistillRunRequest
) -> None:
    figures = run(world, request_).sets["team"]
    assert figures["extractive"]["answers with a gold quote"].value == 1.0
    assert figures["base"]["answers with a gold quote"].value == 0.0
    assert figures["base"]["loops"].value == 1.0
    assert figures["student"]["answers with a gold quote"].value == 1.0


def test_the_exit_code_is_that_of_the_gate_on_the_student(world: World, request_: DistillRunRequest) -> None:
    result = run(world, request_)
    first = result.gates[0]
    assert (first["candidate_system"], first["original_system"]) == ("student", "extractive")
    # Three questions show nothing.
    assert (first["verdict"], result.exit_code) == ("not enough questions", 5)


@pytest.mark.parametrize("moment", ["data", "serve handbook-135M", "training", "compression", 1, 4, 8, 11])
def test_a_killed_run_goes_on_where_it_was(world: World, request_: DistillRunRequest, moment: str | int) -> None:
    if isinstance(moment, str):
        world.stop_in = moment
    else:
        world.stop_after = moment
    with pytest.raises(Killed):
        run(world, request_)
    before = len(world.asked)
    world.stop_in, world.stop_after = "", None
    result = run(world, request_)
    assert len(world.asked) == 4 * 3 * len(HELD_OUT), f"{before} answers were asked for again"
    parts = ("data", "training", "compression")
    assert [world.done.count(part) for part in parts] == [1 + (part == moment) for part in parts]
    assert result.budget["spent_s"] == pytest.approx(
        sum(stage["seconds"] for stage in result.budget["stages"].values())
    )


def test_a_finished_folder_gives_its_result_without_any_work(world: World, request_: DistillRunRequest) -> None:
    first = run(world, request_)
    world.asked.clear()
    world.done.clear()
    assert run(world, request_) == first
    assert (world.asked, world.done) == ([], [])


def test_a_finished_folder_gives_its_result_while_a_service_holds_the_index(
    world: World, request_: DistillRunRequest
) -> None:
    first = run(world, request_)
    with lock_index(embedded_root(world.settings), "groundwork serve", "http://localhost:8000"):
        assert run(world, request_) == first
    assert "whether its documents have changed is not known" in world.said[-1]


def test_a_run_does_not_begin_while_a_service_holds_the_index(world: World, request_: DistillRunRequest) -> None:
    with (
        lock_index(embedded_root(world.settings), "groundwork serve", "http://localhost:8000"),
        pytest.raises(IndexLocked, match=r"groundwork serve.*one system after the other"),
    ):
        run(world, request_)
    assert world.done == []


def test_changed_documents_are_refused_with_what_has_changed_and_redone_when_asked_for(
    world: World, request_: DistillRunRequest
) -> None:
    run(world, request_)
    world.content_hash = "v2"
    with pytest.raises(ConfigurationError, match=r"documents of team was .*--redo"):
        run(world, request_)
    world.done.clear()
    run(world, replace(request_, redo=True))
    assert world.done.count("data") == 1


def test_changed_questions_are_redone_without_training_again(world: World, request_: DistillRunRequest) -> None:
    run(world, request_)
    write_cases(world.domain_dir / "cases.jsonl", 4)
    with pytest.raises(ConfigurationError, match="cases of team was"):
        run(world, request_)
    world.asked.clear()
    result = run(world, replace(request_, redo=True))
    assert result.cases["team"]["questions"] == 4 * len(HELD_OUT)
    assert len(world.asked) == 4 * 4 * len(HELD_OUT)


def test_another_model_is_refused(world: World, request_: DistillRunRequest, tmp_path: Path) -> None:
    run(world, request_)
    other = write_checkpoint(tmp_path / "other-135M", hidden_size=512)
    with pytest.raises(ConfigurationError, match="model was"):
        run(world, replace(request_, model=other))


def test_a_larger_budget_is_taken_while_the_student_is_not_trained_and_refused_afterwards(
    world: World, request_: DistillRunRequest
) -> None:
    world.stop_in = "training"
    with pytest.raises(Killed):
        run(world, request_)
    world.stop_in = ""
    run(world, replace(request_, budget_s=7200.0))
    assert world.budgets[1] - world.budgets[0] == pytest.approx(3600, abs=60)
    with pytest.raises(ConfigurationError, match="budget_s was 7200"):
        run(world, request_)


def test_a_budget_that_leaves_nothing_for_training_is_refused_with_one_that_does(
    world: World, request_: DistillRunRequest
) -> None:
    with pytest.raises(ConfigurationError, match=r"nothing is left for training. Run again with --budget \d+m"):
        run(world, replace(request_, budget_s=60.0))
    assert "training" not in world.done
    run(world, request_)
    assert world.done.count("data") == 1


def test_without_compression_three_systems_are_judged(world: World, request_: DistillRunRequest) -> None:
    result = run(world, replace(request_, compress=False))
    assert result.systems == ("extractive", "base", "student")
    assert result.compression is None


def test_no_prompt_of_the_calibration_has_a_page_that_is_held_out(world: World, request_: DistillRunRequest) -> None:
    run(world, request_)
    (line,) = (request_.out / "calibration.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["documents"] == ["travel.txt"]


def test_a_folder_of_something_else_is_refused(world: World, request_: DistillRunRequest) -> None:
    request_.out.mkdir()
    (request_.out / "thesis.txt").write_text("Mine.", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"no folder of a distillation \(thesis.txt is in it\)"):
        run(world, request_)


def test_a_stage_whose_output_was_removed_is_done_again(world: World, request_: DistillRunRequest) -> None:
    run(world, request_)
    (request_.out / "run.json").unlink()
    (request_.out / "examples.jsonl").unlink()
    world.done.clear()
    run(world, request_)
    assert world.done == ["data"]


def test_a_recipe_that_is_unknown_is_refused(world: World, request_: DistillRunRequest) -> None:
    with pytest.raises(ConfigurationError, match="There is no recipe 'other'"):
        run(world, replace(request_, recipe="other"))


def test_the_result_is_read_again_as_it_was_written(world: World, request_: DistillRunRequest) -> None:
    result = run(world, request_)
    written: dict[str, Any] = json.loads((request_.out / "run.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(result.to_dict()))
    assert (written["verdict"], written["exit_code"]) == ("not enough questions", 5)


def test_the_page_has_the_figures_and_the_answers_of_all_systems(world: World, request_: DistillRunRequest) -> None:
    result = run(world, request_)
    page = (request_.out / "report.html").read_text(encoding="utf-8")
    assert page == render_page(result, Place(result.folder))
    assert page.count('<div class="case">') == 3 * len(HELD_OUT)
    assert "student in place of extractive: not enough questions" in page
    assert "extractive, since the model's was: looping" in page.replace("&#x27;", "'")
    assert "leak: near" in page
    assert "0.700" in page


def test_the_terminal_shows_systems_time_examples_training_and_verdicts(
    world: World, request_: DistillRunRequest
) -> None:
    result = run(world, request_)
    console = Console(width=200, file=io.StringIO(), record=True)
    for part in (*tables(result), *lines(result)):
        console.print(part, soft_wrap=True)
    text = console.export_text()
    assert re.search(r"answers with a gold quote +1\.000 \(1\.000 – 1\.000\) +0\.000", text)
    assert "Of 4 candidates the filters dropped 3: 3 by leak: near." in text
    assert "Training: full, 3 steps, 24 examples and 12,000 tokens seen, 220 tokens/s; 2.5 GB of memory." in text
    assert "team, student in place of extractive: not enough questions." in text
    assert "12 about pages that were trained on" in text
