"""A finished run is judged without a service, and its judgements become metrics of the run."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from rich.console import Console

from core.errors import ConfigurationError, GenerationError
from evals.cases.case import LabelledAnswer
from evals.compare.compare import compare_runs
from evals.compare.pairs import pair_runs
from evals.judge.labels import Labels, SupportLabel
from evals.run.folder import read_run
from evals.run.judge_console import print_judged
from evals.run.judge_run import JudgedRun, judge_run
from evals.run.judgements import read_judge
from evals.run.summary import summarise
from testing.judges import Responder, completion, judge_client, verdict_by_words
from tests.unit.evals.judge.runs import answered, failed, unanswerable, write_run

LABELLED = [LabelledAnswer("It is right.", ()), LabelledAnswer("It is wrong.", ("wrong",))]


def by_words(body: dict[str, Any]) -> httpx2.Response:
    return completion(json.dumps(verdict_by_words(body, "right")))


def judged(folder: Path, respond: Responder = by_words, labels: Labels | None = None) -> JudgedRun:
    async def judge() -> JudgedRun:
        client = judge_client(folder / "cache", respond)
        try:
            return await judge_run(read_run(folder), client, labels, lambda done, total: None)
        finally:
            await client.close()

    return asyncio.run(judge())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_run(
        tmp_path / "run",
        answered("a", "It is right.", labelled=LABELLED),
        answered("b", "It is wrong."),
        unanswerable("c", "Not found.", refused=True),
        failed("d"),
    )


def test_judgements_become_metrics_of_the_run(folder: Path) -> None:
    result = judged(folder)

    correct = result.summary["all"]["correct (judge)"]
    assert (correct.value, correct.n) == (0.5, 4)
    assert result.summary["all"]["faithful (judge)"].value == pytest.approx(1 / 3)
    assert summarise(read_run(folder).results) == result.summary
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["all"]["correct (judge)"]["value"] == 0.5
    about = read_judge(folder)
    assert about is not None
    assert about["judge"]["model"] == "a-judge"


def test_the_agreement_is_that_with_the_labelled_answers_and_with_further_labels(folder: Path) -> None:
    agreement = judged(folder).agreement
    assert (agreement.faithful.labels, agreement.correct.labels) == (2, 0)
    assert agreement.faithful.raw is not None
    assert agreement.faithful.raw.value == 1.0

    more = Labels((SupportLabel(None, "It is right, too.", ("Text.",), False, "1"),), (), 0)
    agreement = judged(folder, labels=more).agreement
    assert agreement.faithful.raw is not None
    assert agreement.faithful.labels == 3
    assert agreement.faithful.raw.value == pytest.approx(2 / 3)


def test_a_second_judgement_replaces_the_first(folder: Path) -> None:
    judged(folder)

    def never_faithful(body: dict[str, Any]) -> httpx2.Response:
        is_faithful = body["response_format"]["json_schema"]["name"] == "faithful"
        return completion("no JSON" if is_faithful else '{"reason": "x", "correct": true}')

    (folder / "cache").rename(folder / "first-cache")
    result = judged(folder, never_faithful)

    contributions = read_run(folder).results[0].contributions
    assert "faithful (judge)" not in contributions
    assert contributions["not judged (judge)"].numerator == 1.0
    assert result.causes == {"the reply is not JSON: 'no JSON'": 4}


def test_a_judge_that_gives_no_verdict_at_all_is_an_error_and_nothing_is_written(folder: Path) -> None:
    with pytest.raises(GenerationError, match="judged no answer: the reply is empty"):
        judged(folder, lambda _: completion(""))
    assert not (folder / "judgements.jsonl").exists()
    assert read_judge(folder) is None


def test_a_broken_judgement_is_named_with_the_command(folder: Path) -> None:
    (folder / "judgements.jsonl").write_text('{"case_id": "a"}\n')
    with pytest.raises(ConfigurationError, match=r"judgements\.jsonl, line 1 .* groundwork eval judge"):
        read_run(folder)
    (folder / "judge.json").write_text("[")
    with pytest.raises(ConfigurationError, match=r"judge\.json"):
        read_judge(folder)


def test_the_agreement_is_printed_beside_the_figures(folder: Path) -> None:
    console = Console(width=200, file=io.StringIO(), record=True)
    print_judged(judged(folder), console)
    text = console.export_text()

    assert "correct (judge)" in text
    # Two questions about each of two answers, and one about each of two labelled answers.
    assert "6 questions asked, 0 without a usable reply; 0 replies from the cache; 1,320 tokens." in text
    assert "faithful (judge): on 2 labels the judge agrees with people in 100%" in text
    assert "correct (judge): agreement with people unknown" in text
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "The judge is a-judge." in page
    assert "correct (judge): agreement with people unknown" in page
    cautions = compare_runs(pair_runs(read_run(folder), read_run(folder), common=False)).cautions
    assert cautions[-1].startswith("The judge of B is a-judge. faithful (judge): on 2 labels")
