"""A public set, indexed and asked for real: its own index, the bundled embedder, a service in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from cli.client import connect
from core.errors import ConfigurationError
from core.settings import Settings
from evals.external.passages import ReportProgress
from evals.external.result import ExternalResult
from evals.external.run import ExternalRequest, run_external
from tests.unit.evals.external.sets import write_squad


@contextmanager
def quiet(_: str) -> Iterator[ReportProgress]:
    yield lambda done, total: None


def result_of(settings: Settings, request: ExternalRequest) -> ExternalResult:
    return asyncio.run(run_external(settings, request, lambda own: connect(own, "groundwork eval external"), quiet))


@pytest.fixture(scope="module")
def measured(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> ExternalResult:
    folder = tmp_path_factory.mktemp("external")
    request = ExternalRequest("squad2", write_squad(folder / "dev.json"), index=folder / "index", out=folder / "run")
    # Not the data directory whose index the other tests use: the set must not need it.
    return result_of(replace(settings, data_dir=folder / "data"), request)


def test_the_passages_are_found_and_the_questions_answered(measured: ExternalResult) -> None:
    assert measured.metrics["recall@1"].value == 1.0
    assert measured.metrics["F1, answerable"].value > 0
    assert measured.metrics["refusal recall"].n == 1
    assert measured.configuration["mode"] == "extractive"
    assert [figure.metric for figure in measured.published] == ["F1", "F1"]


def test_each_question_is_written_with_its_ranking_and_its_answer(measured: ExternalResult) -> None:
    lines = (measured.folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert '"ranked": ["1-Social_insects#1"' in lines[0]
    assert "Bees make honey" in lines[0]


def test_the_index_of_the_set_is_apart_from_the_users(measured: ExternalResult, settings: Settings) -> None:
    assert (measured.folder.parent / "index" / "index" / "current").is_file()
    assert not (measured.folder.parent / "data" / "index").exists()
    assert measured.configuration["passages"] == 2
    del settings


def test_the_index_of_another_set_or_of_the_user_is_refused(
    measured: ExternalResult, settings: Settings, tmp_path: Path
) -> None:
    del measured
    request = ExternalRequest(
        "squad2", write_squad(tmp_path / "dev.json"), index=settings.data_dir, out=tmp_path / "run"
    )
    with pytest.raises(ConfigurationError, match=r"has documents of .*Name another folder with --index"):
        result_of(settings, request)


def test_a_kept_index_is_not_made_again(measured: ExternalResult, settings: Settings, tmp_path: Path) -> None:
    before = (measured.folder.parent / "index" / "index" / "current").stat().st_mtime_ns
    request = ExternalRequest(
        "squad2",
        write_squad(tmp_path / "dev.json"),
        answers=False,
        index=measured.folder.parent / "index",
        out=tmp_path / "run",
        limit=1,
    )
    again = result_of(replace(settings, data_dir=tmp_path / "data"), request)
    assert (measured.folder.parent / "index" / "index" / "current").stat().st_mtime_ns == before
    assert again.is_sample
    assert "F1" not in again.metrics
