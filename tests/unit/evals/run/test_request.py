"""What a run that is continued takes from its folder, and which combinations are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from evals.run.configuration import check_unchanged
from evals.run.folder import write_json
from evals.run.price import Price
from evals.run.request import EvaluationRequest, request_of

BEGUN: dict[str, Any] = {
    "date": "2026-11-30",
    "split": "all",
    "recipe": {"name": "brief", "top_k": 6, "system_prompt": "Answer. " * 40},
    "concurrency": 4,
    "price": {"per_hour": 2.0},
    "cases": "cases.jsonl",
    "cases_sha256": "abc",
    "chunks": 412,
}


def chosen(resume: Path | None = None, out: Path | None = None, concurrency: int | None = None) -> EvaluationRequest:
    return request_of(None, None, None, out, None, concurrency, Price(), resume)


def test_without_options_the_test_questions_are_asked_one_at_a_time() -> None:
    assert chosen() == EvaluationRequest("test", "default", concurrency=1)


def test_a_continued_run_has_the_options_of_its_folder(tmp_path: Path) -> None:
    write_json(tmp_path / "configuration.json", BEGUN)

    request = chosen(tmp_path)

    assert (request.split, request.recipe, request.concurrency, request.price) == ("all", "brief", 4, Price(2.0))


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"configuration\.json cannot be read.*groundwork eval run"):
        chosen(tmp_path)


def test_a_new_folder_and_an_old_one_are_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "configuration.json", BEGUN)
    with pytest.raises(ConfigurationError, match="Omit one of them"):
        chosen(tmp_path, out=tmp_path / "new")


@pytest.mark.parametrize("concurrency", [0, -3])
def test_a_concurrency_below_one_is_refused(concurrency: int) -> None:
    with pytest.raises(ConfigurationError, match=f"--concurrency is {concurrency}"):
        chosen(concurrency=concurrency)


def test_the_command_that_continues_a_run_can_be_pasted_into_a_shell() -> None:
    request = EvaluationRequest("all", cases=Path("my cases.jsonl"))

    assert request.resume_command(Path("a run")) == ("groundwork eval run --resume 'a run' --cases 'my cases.jsonl'")


def test_a_run_of_the_same_system_goes_on_on_another_day() -> None:
    check_unchanged(Path("run"), BEGUN, {**BEGUN, "date": "2026-12-01"})


def test_what_has_changed_is_named_with_both_values(tmp_path: Path) -> None:
    recipe = {**BEGUN["recipe"], "top_k": 8, "system_prompt": "Say it. " * 40}
    with pytest.raises(ConfigurationError) as raised:
        check_unchanged(Path("run"), BEGUN, {**BEGUN, "chunks": 415, "recipe": recipe, "model": "new"})

    message = str(raised.value)
    assert message.startswith("The run in run cannot be continued: since it was begun, recipe.top_k was 6 and is 8; ")
    assert 'recipe.system_prompt was "Answer. ' in message
    assert 'chunks was 412 and is 415; model was null and is "new".' in message
    assert len(message) < 500


def test_other_questions_are_refused_with_the_option_that_names_the_file() -> None:
    with pytest.raises(ConfigurationError, match=r"questions of cases\.jsonl as it was then.* with --cases"):
        check_unchanged(Path("run"), BEGUN, {**BEGUN, "cases": "new.jsonl", "cases_sha256": "def"})
