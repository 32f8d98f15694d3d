"""A judge behind a real server, and people at the real review queue, judge the answers of finished runs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.database import open_database
from app.reviews.decide import decide_review
from app.reviews.review import Decision
from cli.client import connect
from cli.evaluation import evaluation
from core.errors import ConfigurationError, GenerationError
from core.settings import Settings
from evals.arena.matches import Entry
from evals.arena.run import ArenaRequest, run_arena
from evals.cases.case import LabelledAnswer
from testing.judges import running_judge
from tests.unit.evals.judge.runs import answered, write_run

LABELLED = [LabelledAnswer("It is right.", ()), LabelledAnswer("It is wrong.", ("wrong",))]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two finished runs of one question each; the data directory is empty."""
    monkeypatch.setenv("GROUNDWORK_DATA_DIR", str(tmp_path / "data"))
    good, bad = ("It is right.", "It is wrong."), ("It is not.", "It is wrong.")
    return [
        write_run(
            tmp_path / name,
            *(answered(f"q{number}", answer, labelled=LABELLED) for number, answer in enumerate(answers)),
            model=name,
        )
        for name, answers in (("good", good), ("bad", bad))
    ]


def invoked(*arguments: str) -> Any:
    return CliRunner().invoke(evaluation, arguments, catch_exceptions=True)


def test_a_run_is_judged_and_the_labels_say_how_good_the_judge_is(runs: list[Path], tmp_path: Path) -> None:
    with running_judge("right") as url:
        result = invoked("judge", str(runs[0]), "--judge-url", url, "--json")
        judged = json.loads(result.stdout)
        shown = invoked("judge", str(runs[0]), "--judge-url", url)
        labels = tmp_path / "labels.jsonl"
        labels.write_text('{"answer": "It is right.", "contexts": ["It is."], "supported": false}\n')
        measured = json.loads(invoked("judge-agreement", str(labels), "--judge-url", url, "--json").stdout)
        printed = invoked("judge-agreement", str(labels), "--judge-url", url).stdout

    assert judged["judge"]["model"] == "judge-by-words"
    assert judged["summary"]["all"]["correct (judge)"]["value"] == 0.5
    assert judged["faithful"]["raw"]["value"] == 1.0
    # 2 answers, each judged twice, and 4 labelled answers, of which two questions ask the same two.
    assert judged["judge"]["asked"] + judged["judge"]["cached"] == 8
    assert "Judge: judge-by-words" in shown.stdout
    assert "no better than chance" in printed
    assert "correct (judge)" not in printed
    assert (measured["faithful"]["raw"]["value"], measured["faithful"]["usable"]) == (0.0, "no better than chance")


def test_models_are_ranked_by_a_judge(runs: list[Path], tmp_path: Path) -> None:
    with running_judge("right") as url:
        result = invoked("arena", *map(str, runs), "--judge-url", url, "--out", str(tmp_path / "arena"), "--json")

    (standings,) = json.loads(result.stdout)["standings"]
    assert [one["model"] for one in standings["groups"][0]] == ["good", "bad"]
    assert (tmp_path / "arena" / "report.html").exists()


def test_a_judge_that_is_not_named_or_not_there_is_an_error(runs: list[Path]) -> None:
    assert isinstance(invoked("judge", str(runs[0])).exception, ConfigurationError)
    gone = invoked("judge", str(runs[0]), "--judge-url", "http://127.0.0.1:9/v1").exception
    assert isinstance(gone, GenerationError)
    assert "--judge-url" in str(gone)


def test_a_run_is_judged_as_a_part_of_the_run(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDWORK_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("GROUNDWORK_DOMAIN", str(settings.domain_dir))
    out = tmp_path / "run"
    with running_judge("25 days") as url:
        monkeypatch.setenv("JUDGE_BASE_URL", url)
        result = invoked("run", "--split", "dev", "--judge", "--out", str(out), "--json")

    judged = json.loads(result.stdout)["judge"]
    # Of the two questions one is answered with these words, and one is refused. One labelled answer has them, too.
    assert judged["summary"]["all"]["correct (judge)"]["value"] == 1.0
    assert judged["faithful"]["raw"]["value"] == 1.0
    assert "The judge is judge-by-words." in (out / "report.html").read_text(encoding="utf-8")


def test_people_vote_on_pairs_in_the_queue_of_the_service(settings: Settings, runs: list[Path], tmp_path: Path) -> None:
    entries = tuple(map(Entry, runs))

    async def arena(request: ArenaRequest) -> Any:
        return await run_arena(request, None, lambda: connect(settings, "a test"), lambda done, total: None)

    async def waiting() -> list[dict[str, Any]]:
        async with connect(settings, "a test") as client:
            return list((await client.get("/v1/reviews?source=pair"))["items"])

    posted = asyncio.run(arena(ArenaRequest(entries, tmp_path / "posted", queue=10)))
    (item,) = asyncio.run(waiting())
    database = open_database(settings)
    try:
        better = Decision("a" if "right" in item["a"]["answer"] else "b")
        decide_review(database, item["id"], better, tmp_path / "cases.jsonl")
    finally:
        database.close()
    voted = asyncio.run(arena(ArenaRequest(entries, tmp_path / "voted", votes=True)))

    # The answers to the second question are equal: nobody has to decide.
    assert posted.posted.added == 1
    (people,) = voted.standings
    assert [one.model for one in people.groups[0]] == ["good", "bad"]
    assert (people.pairs[0].wins_a, people.pairs[0].score.n) == (1, 1)
