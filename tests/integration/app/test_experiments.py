"""Experiments over HTTP and in both databases: who gets which arm, what stops one, and what the report says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import JSON

from app.answers.delete import delete_answers, delete_older
from app.answers.select import Selection
from app.answers.tables import AnswerRow, FeedbackRow
from app.api import create_app
from app.database import Database
from app.database.tables import Moment
from app.experiments import records
from app.experiments.assignment import arm_at, relaid
from app.experiments.guard_rails import Breach, Stop
from app.experiments.outcomes import Outcome, Rated
from app.service.service import Service
from core.experiments import CONTROL, Arm, Experiment, GuardRails
from core.recipe import Recipe
from testing.handbook import write_domain
from testing.processes import environment, groundwork, serving
from testing.scripted_llm import ScriptedLLMClient
from testing.services import open_service

NOW = datetime(2026, 12, 2, tzinfo=UTC)
TODAY = datetime.now(UTC).date()
SITE = '[[sites]]\nname = "portal"\nkey = "portal-7f3a"\norigins = ["https://portal.example.com"]\n'
ORIGIN = {"Origin": "https://portal.example.com"}


def experiment(share: float, *, recipe: str = "top_k = 1", more: str = "") -> str:
    """An experiment that runs today, with one arm."""
    days = f"start = {TODAY - timedelta(days=1)}\nend = {TODAY + timedelta(days=1)}\n"
    arm = f"[experiments.arms.short]\nshare = {share}\nrecipe = {{ {recipe} }}\n"
    return f'[[experiments]]\nname = "brief"\nwindow_hours = 0.001\n{days}{more}\n{arm}'


def outcome(number: int, arm: str = "short", **changes: Any) -> Outcome:
    at = NOW + number * timedelta(minutes=1)
    made = Outcome(f"answer-{number}", "brief", arm, f"unit-{number}", at, None, False, False, True, False, 12.5)
    return replace(made, **changes)


def rate(database: Database, answer_id: str, rating: str) -> None:
    """Write an answer and its rating, as the service keeps them."""
    needed = [column for column in AnswerRow.__table__.columns if not column.nullable]
    facts: dict[str, Any] = {column.key: _some_value(column.type) for column in needed}
    with database.session() as session:
        session.add(AnswerRow(**{**facts, "id": answer_id}))
        session.flush()
        session.add(FeedbackRow(answer_id=answer_id, given_at=NOW, rating=rating))


def _some_value(kind: Any) -> Any:
    """A value of a column's type."""
    if isinstance(kind, Moment | JSON):
        return NOW if isinstance(kind, Moment) else []
    return kind.python_type()


# The tables


def test_outcomes_are_read_as_they_were_written_and_once(database: Database) -> None:
    written = [outcome(1), outcome(2, flagged=None, refused=None, cited=None, total_ms=None), outcome(3, shown_id="x")]
    with database.session() as session:
        records.keep(session, written)
        records.keep(session, [replace(written[0], failed=True), outcome(4)])
        records.keep(session, [])
    rate(database, "answer-2", "up")
    with database.reading() as session:
        found = records.outcomes_of(session, "brief")
        assert records.outcomes_of(session, "another") == []
    assert [one.outcome for one in found] == [*written, outcome(4)]
    assert [(one.rating, one.rated_at) for one in found] == [(None, None), ("up", NOW), (None, None), (None, None)]


def test_the_latest_outcomes_are_those_of_one_arm(database: Database) -> None:
    with database.session() as session:
        records.keep(session, [outcome(number, CONTROL if number % 2 else "short") for number in range(10)])
        latest = records.latest_outcomes(session, "brief", "short", 3)
    assert latest == [Rated(outcome(number)) for number in (8, 6, 4)]
    rate(database, "answer-0", "down")
    with database.reading() as session:
        rated = records.latest_outcomes(session, "brief", "short", 3, only_rated=True)
    assert rated == [Rated(outcome(0), "down", NOW)]


def test_what_is_forgotten_is_gone_with_its_shadow(database: Database) -> None:
    with database.session() as session:
        records.keep(session, [outcome(1), outcome(2), outcome(3, shown_id="answer-1")])
        records.forget(session, ["answer-1"])
        assert [one.outcome.answer_id for one in records.outcomes_of(session, "brief")] == ["answer-2"]


def test_deleted_and_expired_answers_are_forgotten_by_their_experiments_too(database: Database) -> None:
    rate(database, "answer-1", "up")
    with database.session() as session:
        records.keep(session, [outcome(1), outcome(2, shown_id="answer-1"), outcome(3, failed=True)])
    assert delete_answers(database, Selection(answer="answer-1")) == 1
    with database.reading() as session:
        assert [one.outcome.answer_id for one in records.outcomes_of(session, "brief")] == ["answer-3"]
    assert delete_older(database, 30, NOW + timedelta(days=29)) == 0
    with database.reading() as session:
        assert len(records.outcomes_of(session, "brief")) == 1
    delete_older(database, 30, NOW + timedelta(days=31))
    with database.reading() as session:
        assert records.outcomes_of(session, "brief") == []


def test_a_stop_keeps_its_first_reason(database: Database) -> None:
    first = Stop("short", NOW, Breach("flagged", 0.4, 0.2, 60))
    with database.session() as session:
        records.stop(session, "brief", first)
        records.stop(session, "brief", Stop("short", NOW, Breach("failed", 1.0, 0.1, 80)))
    with database.reading() as session:
        assert records.stops_of(session, "brief") == {"short": first}
        assert records.stops_of(session, "another") == {}


def test_a_layout_is_kept_and_changed_as_little_as_possible(database: Database) -> None:
    small, large = {"short": 10_000, CONTROL: 990_000}, {"short": 400_000, "long": 100_000, CONTROL: 500_000}
    for shares in (small, large, large):
        with database.session() as session:
            layout = records.layout_of(session, "brief", shares, NOW)
    assert layout == relaid(relaid((), small), large)


def test_outcomes_over_a_limit_stop_their_arm_in_the_same_transaction(database: Database) -> None:
    limits = GuardRails(thumbs_down=0.5, flagged=0.3, least=10, least_rated=2)
    arms = (Arm("short", 100_000, Recipe()), Arm("long", 100_000, Recipe()))
    running = Experiment("brief", NOW.date(), NOW.date(), arms, guard_rails=limits)
    few = [outcome(number, flagged=number < 4) for number in range(9)]
    state = records.exchange(database, few, running, (), NOW)
    assert (state.experiment, dict(state.stops)) == (running, {})
    assert {arm_at(state.layout, place) for place in (0, 150_000, 900_000)} == {"short", "long", CONTROL}
    state = records.exchange(database, [outcome(9)], running, state.layout, NOW)
    assert state.stops == {"short": Stop("short", NOW, Breach("flagged", 0.4, 0.3, 10))}
    again = records.exchange(database, [], running, (), NOW + timedelta(days=1))
    assert again.stops == state.stops
    for number in (20, 21):
        rate(database, f"answer-{number}", "down")
    rated = [outcome(number, "long") for number in (20, 21)]
    assert set(records.exchange(database, rated, running, (), NOW).stops) == {"short", "long"}


# Over HTTP


@contextmanager
def serving_here(folder: Path, more: str, llm: ScriptedLLMClient | None = None) -> Iterator[tuple[Service, TestClient]]:
    """A service inside this process, whose experiments do their work when a test says so."""
    with open_service(folder, refuse_below=0.0, more=more, llm=llm) as service:
        service.experiments.monitor.work()
        with TestClient(create_app(service), base_url="http://localhost") as client:
            yield service, client


def ask(client: TestClient, text: str, headers: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
    question = {"messages": [{"role": "user", "content": text}], **body}
    response = client.post("/v1/chat/completions", json=question, headers=headers or {})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def outcomes(service: Service) -> list[Outcome]:
    service.experiments.monitor.work()
    with service.database.reading() as session:
        return [one.outcome for one in records.outcomes_of(session, "brief")]


QUESTIONS = [f"How many days of annual leave are there in year {number}?" for number in range(12)]


def test_conversations_are_answered_by_their_arms(tmp_path: Path) -> None:
    with serving_here(tmp_path, experiment(0.5)) as (service, client):
        answers = [ask(client, text)["groundwork"] for text in QUESTIONS]
        arms = [answer["arm"] for answer in answers]
        assert set(arms) == {"brief/short", "brief/control"}
        for answer in answers:
            assert answer["recipe"] == "default"
            assert (len(answer["passages"]) == 1) == (answer["arm"] == "brief/short")
        assert [ask(client, text)["groundwork"]["arm"] for text in QUESTIONS] == arms
        assert len(outcomes(service)) == 2 * len(QUESTIONS)
        assert 'groundwork_answers_total{arm="brief/short",' in client.get("/metrics").text


def test_a_follow_up_is_answered_by_the_arm_of_its_conversation(tmp_path: Path) -> None:
    with serving_here(tmp_path, experiment(0.5)) as (_, client):
        for text in QUESTIONS[:6]:
            first = ask(client, text)
            turns = [
                {"role": "user", "content": text},
                {"role": "assistant", "content": first["choices"][0]["message"]["content"]},
                {"role": "user", "content": "And how do I book it?"},
            ]
            second = client.post("/v1/chat/completions", json={"messages": turns}).json()
            assert second["groundwork"]["arm"] == first["groundwork"]["arm"]


def test_a_stream_names_its_arm_in_the_first_and_the_last_chunk(tmp_path: Path) -> None:
    with serving_here(tmp_path, experiment(1.0)) as (_, client):
        body = {"messages": [{"role": "user", "content": QUESTIONS[0]}], "stream": True}
        text = client.post("/v1/chat/completions", json=body).text
        assert text.count('"arm":"brief/short"') == 2


@pytest.mark.parametrize(
    "body",
    [
        {"model": "groundwork:brief"},
        {"model": "groundwork:default"},
        {"temperature": 0.5},
        {"top_k": 3},
    ],
)
def test_a_request_that_chooses_its_recipe_is_in_no_experiment(tmp_path: Path, body: dict[str, Any]) -> None:
    with serving_here(tmp_path, experiment(1.0)) as (service, client):
        assert ask(client, QUESTIONS[0], **body)["groundwork"]["arm"] is None
        assert ask(client, QUESTIONS[0], model="groundwork")["groundwork"]["arm"] == "brief/short"
        assert len(outcomes(service)) == 1


def test_a_request_that_is_sent_again_is_one_answer_and_counts_once(tmp_path: Path) -> None:
    with serving_here(tmp_path, experiment(1.0)) as (service, client):
        key = {"Idempotency-Key": "one"}
        first, again = ask(client, QUESTIONS[0], key), ask(client, QUESTIONS[0], key)
        assert first["id"] == again["id"]
        assert len(outcomes(service)) == 1


def test_a_request_that_is_sent_again_after_its_arm_was_stopped_is_another_answer(tmp_path: Path) -> None:
    with serving_here(tmp_path, experiment(1.0)) as (service, client):
        key = {"Idempotency-Key": "one"}
        first = ask(client, QUESTIONS[0], key)
        with service.database.session() as session:
            records.stop(session, "brief", Stop("short", NOW, Breach("flagged", 0.4, 0.2, 60)))
        service.experiments.monitor.work()
        again = ask(client, QUESTIONS[0], key)
        assert (first["groundwork"]["arm"], again["groundwork"]["arm"]) == ("brief/short", "brief/control")
        assert first["id"] != again["id"]
        assert [one.arm for one in outcomes(service)] == ["short", CONTROL]


def test_the_answer_cache_keeps_arms_apart_and_its_answers_have_no_latency(tmp_path: Path) -> None:
    with serving_here(tmp_path, experiment(0.5)) as (service, client):
        for _ in range(2):
            for text in QUESTIONS:
                answer = ask(client, text)["groundwork"]
                assert (len(answer["passages"]) == 1) == (answer["arm"] == "brief/short")
        kept = outcomes(service)
        assert [one.total_ms is None for one in kept] == [False] * len(QUESTIONS) + [True] * len(QUESTIONS)


def test_each_session_of_the_widget_is_a_unit_of_its_own(tmp_path: Path) -> None:
    with serving_here(tmp_path, SITE + experiment(0.5)) as (service, client):
        arms: list[str] = []
        for _ in range(12):
            begun = client.post("/v1/widget/session", json={"site_key": "portal-7f3a"}, headers=ORIGIN).json()
            token = {"Authorization": f"Bearer {begun['token']}", **ORIGIN}
            of_session = {ask(client, text, token)["groundwork"]["arm"] for text in QUESTIONS[:3]}
            assert len(of_session) == 1
            arms += of_session
        assert set(arms) == {"brief/short", "brief/control"}
        assert len({one.unit for one in outcomes(service)}) == 12


def test_a_session_of_the_widget_may_not_read_experiments(tmp_path: Path) -> None:
    with serving_here(tmp_path, SITE + experiment(0.5)) as (_, client):
        begun = client.post("/v1/widget/session", json={"site_key": "portal-7f3a"}, headers=ORIGIN).json()
        token = {"Authorization": f"Bearer {begun['token']}", **ORIGIN}
        for path in ("/v1/experiments", "/v1/experiments/brief"):
            assert client.get(path, headers=token).status_code == 403


def test_a_rating_is_one_of_the_arm_that_answered(tmp_path: Path) -> None:
    limits = "[experiments.guard_rails]\nthumbs_down = 0.5\nleast_rated = 2\n"
    with serving_here(tmp_path, experiment(1.0) + limits) as (service, client):
        for text in QUESTIONS[:2]:
            answer = ask(client, text)["groundwork"]
            rated = client.post("/v1/feedback", json={"answer_id": answer["answer_id"], "rating": "down"})
            assert rated.status_code == 200, rated.text
            outcomes(service)
        outcomes(service)
        with service.database.reading() as session:
            kept = {row.arm for row in session.query(AnswerRow)}
            assert [one.rating for one in records.outcomes_of(session, "brief")] == ["down", "down"]
            assert records.stops_of(session, "brief")["short"].breach == Breach("thumbs_down", 1.0, 0.5, 2)
        assert kept == {"brief/short"}


def test_experiments_are_listed_and_reported(tmp_path: Path) -> None:
    limits = "[experiments.guard_rails]\nfailed = 0.5\np95_ms = 1.0\nleast = 3\n"
    with serving_here(tmp_path, experiment(1.0) + limits) as (service, client):
        for text in QUESTIONS[:3]:
            ask(client, text)
        assert len(outcomes(service)) == 3
        (row,) = client.get("/v1/experiments").json()["experiments"]
        assert (row["name"], row["status"], row["metric"]) == ("brief", "running", "thumbs_up")
        stopped = row["arms"][0]
        assert (stopped["name"], stopped["share"], stopped["stop"]["guard_rail"]) == ("short", 1.0, "p95_ms")
        report = client.get("/v1/experiments/brief").json()
        arm = report["arms"][1]
        assert (arm["name"], arm["units"], arm["open_units"]) == ("short", 0, 3)
        assert arm["stop"]["limit"] == 1.0
        assert arm["metrics"]["cited"]["value"] is None
        assert ask(client, QUESTIONS[0])["groundwork"]["arm"] == "brief/control"


def test_an_unknown_experiment_is_not_found_and_the_known_ones_are_named(tmp_path: Path) -> None:
    with serving_here(tmp_path, experiment(1.0)) as (_, client):
        response = client.get("/v1/experiments/other")
        assert response.status_code == 404
        assert "There is no experiment 'other' in domain.toml. Experiments: brief." in response.text


def test_in_shadow_mode_both_answer_and_the_control_is_shown(tmp_path: Path) -> None:
    model = ScriptedLLMClient("Every colleague has 25 days of annual leave a year [1].")
    shadow = experiment(1.0, recipe="grounding = 'withhold', top_k = 1", more="shadow = true")
    with serving_here(tmp_path, shadow, model) as (service, client):
        answer = ask(client, QUESTIONS[0])["groundwork"]
        assert answer["arm"] == "brief/control"
        assert len(answer["passages"]) > 1
        deadline = time.monotonic() + 10.0
        while len(kept := outcomes(service)) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert [one.arm for one in kept] == [CONTROL, "short"]
        assert kept[1].shown_id == answer["answer_id"]
        assert len(model.asked) == 2
        assert 'groundwork_experiment_shadows_total{arm="brief/short",outcome="answered"} 1.0' in (
            client.get("/metrics").text
        )


def test_a_stop_survives_a_restart(tmp_path: Path) -> None:
    limits = "[experiments.guard_rails]\np95_ms = 1.0\nleast = 2\n"
    for expected in ("brief/short", "brief/control"):
        with serving_here(tmp_path, experiment(1.0) + limits) as (service, client):
            for text in QUESTIONS[:2]:
                assert ask(client, text)["groundwork"]["arm"] == expected
            outcomes(service)


def test_a_change_of_shares_moves_only_the_units_that_must_move(tmp_path: Path) -> None:
    arms = []
    for share in (0.3, 0.6, 0.3):
        with serving_here(tmp_path, experiment(share)) as (_, client):
            arms.append([ask(client, text)["groundwork"]["arm"] for text in QUESTIONS])
    small, large, again = arms
    assert small == again
    assert small.count("brief/short") < large.count("brief/short")
    assert all(after == "brief/short" for before, after in zip(small, large, strict=True) if before == "brief/short")


# The process


def test_a_running_service_keeps_outcomes_which_the_command_line_reports(tmp_path: Path, embedding_url: str) -> None:
    limits = "[experiments.guard_rails]\np95_ms = 1.0\nleast = 2\n"
    domain = write_domain(tmp_path / "team", refuse_below=0.0, more=experiment(1.0) + limits)
    env = environment(tmp_path / "data", domain, EMBEDDING_BASE_URL=embedding_url, EMBEDDING_MODEL="hash")
    with serving(env, tmp_path / "log") as service, service.client() as http:
        service.ingest()
        deadline = time.monotonic() + 30.0
        arms: list[str | None] = []
        while "brief/control" not in arms and time.monotonic() < deadline:
            body = {"messages": [{"role": "user", "content": QUESTIONS[len(arms) % len(QUESTIONS)]}]}
            arms.append(http.post("/v1/chat/completions", json=body).json()["groundwork"]["arm"])
            time.sleep(0.05)
    assert [arm for arm, _ in groupby(arms) if arm is not None] == ["brief/short", "brief/control"]
    assert "the arm brief/short was stopped" in (tmp_path / "log").read_text(encoding="utf-8")
    shown = groundwork("experiment", "report", env=env)
    assert (shown.code, shown.err) == (0, "")
    assert "the arm brief/short was stopped" in shown.out
