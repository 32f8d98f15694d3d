"""Which questions an experiment concerns, which arm answers them, and what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest

from app.answer.events import AnswerEvent, Finished
from app.answer.reply import reply_events
from app.answer.types import Question
from app.experiments.assignment import Layout, relaid
from app.experiments.experiments import Assignment, Experiments
from app.experiments.guard_rails import Breach, Stop
from app.experiments.outcomes import Outcome
from app.experiments.state import State
from app.experiments.units import unit_of
from app.service.metrics import Metrics
from app.service.principals import ANONYMOUS, EVERYTHING, Principal, widget_principal
from core.errors import GenerationError, Overloaded
from core.experiments import CONTROL, PARTS, Arm, Experiment
from core.recipe import Recipe
from core.sites import Site
from core.types import Message

NOW = datetime(2026, 12, 2, tzinfo=UTC)
DEFAULT, WIDE = Recipe(), Recipe(top_k=10)
EXPERIMENT = Experiment("wider", date(2026, 12, 1), date(2026, 12, 14), (Arm("top-10", PARTS // 2, WIDE),))
SITE = Site("portal", "portal-7f3a")
STOP = Stop("top-10", NOW, Breach("flagged", 0.4, 0.2, 60))


@dataclass
class Running:
    """Experiments over a database that only keeps outcomes in memory."""

    experiment: Experiment = EXPERIMENT
    now: datetime = NOW
    stops: dict[str, Stop] = field(default_factory=dict)
    kept: list[Outcome] = field(default_factory=list)
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        self.experiments = Experiments([self.experiment], self._exchange, self.metrics, lambda: self.now)
        self.experiments.monitor.work()

    def _exchange(
        self, outcomes: Sequence[Outcome], running: Experiment | None, layout: Layout, now: datetime
    ) -> State:
        self.kept += outcomes
        return State() if running is None else State(running, layout or relaid((), running.shares), dict(self.stops))

    def assign(self, principal: Principal, question: Question | None = None) -> Assignment:
        assigned = self.experiments.assign(principal, question or Question("Why?"), DEFAULT)
        assert assigned is not None
        return assigned

    def in_arm(self, arm: str) -> Assignment:
        """The assignment of a visitor who gets an arm, or its shadow."""
        found = (self.assign(visitor(number)) for number in range(100))
        return next(one for one in found if arm in (one.counted.arm, one.shadow.name if one.shadow else ""))

    def outcomes(self) -> list[Outcome]:
        self.experiments.monitor.work()
        return self.kept


def visitor(number: int) -> Principal:
    return widget_principal(SITE, f"session-{number}")


async def events(error: Exception | None = None) -> AsyncGenerator[AnswerEvent, None]:
    started, text, finished = reply_events("answer-1", "25 days.", "small_talk")
    assert isinstance(finished, Finished)
    yield started
    if error is not None:
        raise error
    yield text
    yield replace(finished, replied=None, timings_ms={"total": 7.0})


def no_shadow(_: Recipe) -> None:
    raise AssertionError("no shadow is asked for")


async def answered(running: Running, assignment: Assignment | None, error: Exception | None = None) -> None:
    observed = running.experiments.observed(events(error), assignment, "answer-1", lambda _: events())
    async for _ in observed:
        pass
    for _ in range(10):
        await asyncio.sleep(0)


def test_about_half_of_the_visitors_get_an_arm_of_half_and_keep_it() -> None:
    running = Running()
    first = [running.assign(visitor(number)) for number in range(1_000)]
    assert [running.assign(visitor(number)) for number in range(1_000)] == first
    arms = [one.counted.arm for one in first]
    assert 430 < arms.count("top-10") < 570
    assert all(one.recipe == (WIDE if one.counted.arm == "top-10" else DEFAULT) for one in first)
    assert {one.label for one in first} == {"wider/top-10", "wider/control"}


def test_the_id_of_a_unit_is_not_kept() -> None:
    unit = Running().assign(visitor(1)).counted.unit
    assert len(unit) == 32
    assert "session" not in unit


def test_nothing_is_assigned_before_start_after_end_or_before_the_database_was_read() -> None:
    for day in (date(2026, 11, 30), date(2026, 12, 15)):
        running = Running(now=datetime(day.year, day.month, day.day, tzinfo=UTC))
        assert running.experiments.assign(ANONYMOUS, Question("Why?"), DEFAULT) is None
    unread = Experiments([EXPERIMENT], running._exchange, Metrics(), lambda: NOW)
    assert unread.assign(ANONYMOUS, Question("Why?"), DEFAULT) is None


def test_an_experiment_ends_with_its_last_day_even_if_the_database_is_not_read_again() -> None:
    running = Running()
    running.now = datetime(2026, 12, 15, tzinfo=UTC)
    assert running.experiments.assign(ANONYMOUS, Question("Why?"), DEFAULT) is None


def test_the_units_of_a_stopped_arm_get_the_control() -> None:
    running = Running(stops={"top-10": STOP})
    for number in range(50):
        assigned = running.assign(visitor(number))
        assert (assigned.counted.arm, assigned.recipe, assigned.label) == (CONTROL, DEFAULT, "wider/control")


def test_a_conversation_keeps_its_arm_from_the_first_question_on() -> None:
    first = Question("How many days of leave do I have?")
    history = (Message("user", first.text), Message("assistant", "25 [1]."))
    follow_up = Question("And in Spain?", history)
    assert unit_of(ANONYMOUS, first, "user") == unit_of(ANONYMOUS, follow_up, "user")
    assert unit_of(ANONYMOUS, first, "user") != unit_of(ANONYMOUS, Question("And in Spain?"), "user")


def test_a_session_of_the_widget_is_one_user_and_its_conversations_are_its_own() -> None:
    one, other = Question("Why?"), Question("How?")
    assert unit_of(visitor(1), one, "user") == unit_of(visitor(1), other, "user")
    assert unit_of(visitor(1), one, "user") != unit_of(visitor(2), one, "user")
    assert unit_of(visitor(1), one, "conversation") != unit_of(visitor(1), other, "conversation")
    assert unit_of(visitor(1), one, "conversation") != unit_of(visitor(2), one, "conversation")


def test_a_user_keeps_an_arm_and_the_people_behind_a_key_are_known_by_their_conversations() -> None:
    user, key = Principal("user", EVERYTHING, id="user:1"), Principal("key", EVERYTHING, id="key:1")
    one, other = Question("Why?"), Question("How?")
    assert unit_of(user, one, "user") == unit_of(user, other, "user") == "user:1"
    assert unit_of(user, one, "conversation") != unit_of(user, other, "conversation")
    assert unit_of(key, one, "user") != unit_of(key, other, "user")
    assert unit_of(key, one, "user") != unit_of(replace(key, id="key:2"), one, "user")


def test_an_answer_has_its_outcome() -> None:
    running = Running()
    assignment = running.in_arm("top-10")
    asyncio.run(answered(running, assignment))
    (outcome,) = running.outcomes()
    assert (outcome.answer_id, outcome.arm, outcome.unit) == ("answer-1", "top-10", assignment.counted.unit)
    assert (outcome.failed, outcome.total_ms, outcome.answered_at) == (False, 7.0, NOW)


def test_an_answer_outside_of_an_experiment_has_none() -> None:
    running = Running()
    asyncio.run(answered(running, None))
    assert running.outcomes() == []


@pytest.mark.parametrize("error", [GenerationError("The model broke off."), ZeroDivisionError("a bug")])
def test_an_error_is_an_outcome_and_still_an_error(error: Exception) -> None:
    running = Running()
    with pytest.raises(type(error)):
        asyncio.run(answered(running, running.in_arm("top-10"), error))
    (outcome,) = running.outcomes()
    assert outcome.failed


def test_a_busy_model_is_not_the_fault_of_an_arm() -> None:
    running = Running()
    with pytest.raises(Overloaded):
        asyncio.run(answered(running, running.in_arm("top-10"), Overloaded("busy", retry_after=1)))
    assert running.outcomes() == []


def test_an_answer_that_the_client_left_has_no_outcome() -> None:
    async def leave(running: Running) -> None:
        observed = running.experiments.observed(events(), running.in_arm("top-10"), "answer-1", no_shadow)
        await anext(observed)
        await observed.aclose()
        assert running.experiments.shadows.shown == 0

    running = Running()
    asyncio.run(leave(running))
    assert running.outcomes() == []


def test_in_shadow_mode_the_control_is_shown_and_the_arm_answers_after_it() -> None:
    running = Running(replace(EXPERIMENT, shadow=True))
    assignment = running.in_arm("top-10")
    assert (assignment.recipe, assignment.label) == (DEFAULT, "wider/control")
    asyncio.run(answered(running, assignment))
    shown, shadow = running.outcomes()
    assert (shown.answer_id, shown.arm, shown.shown_id) == ("answer-1", CONTROL, None)
    assert (shadow.answer_id, shadow.arm, shadow.shown_id) == ("shadow-answer-1", "top-10", "answer-1")
    assert shadow.unit == shown.unit
    counted = b'groundwork_experiment_shadows_total{arm="wider/top-10",outcome="answered"} 1.0'
    assert counted in running.metrics.exposition()


def test_a_client_that_reads_to_the_end_and_goes_has_a_shadow_too() -> None:
    async def read(running: Running) -> None:
        observed = running.experiments.observed(events(), running.in_arm("top-10"), "answer-1", lambda _: events())
        async for event in observed:
            if isinstance(event, Finished):
                break
        await observed.aclose()
        for _ in range(10):
            await asyncio.sleep(0)

    running = Running(replace(EXPERIMENT, shadow=True))
    asyncio.run(read(running))
    assert [outcome.arm for outcome in running.outcomes()] == [CONTROL, "top-10"]


def test_a_shadow_that_hangs_keeps_no_answer_waiting() -> None:
    async def hanging() -> AsyncGenerator[AnswerEvent, None]:
        await asyncio.Event().wait()
        async for event in events():
            yield event

    async def ask(running: Running) -> None:
        for number in range(5):
            observed = running.experiments.observed(
                events(), running.in_arm("top-10"), f"answer-{number}", lambda _: hanging()
            )
            async with asyncio.timeout(5):
                assert [type(event) async for event in observed][-1] is Finished
            await asyncio.sleep(0)
        await running.experiments.shadows.close()

    running = Running(replace(EXPERIMENT, shadow=True))
    asyncio.run(ask(running))
    assert [outcome.arm for outcome in running.outcomes()] == [CONTROL] * 5
    dropped = b'groundwork_experiment_shadows_total{arm="wider/top-10",outcome="busy"} 3.0'
    assert dropped in running.metrics.exposition()


def test_a_shadow_that_is_dropped_is_counted_and_has_no_outcome() -> None:
    async def beside_another(running: Running) -> None:
        running.experiments.shadows.shown += 1
        await answered(running, running.in_arm("top-10"))

    running = Running(replace(EXPERIMENT, shadow=True))
    asyncio.run(beside_another(running))
    assert [outcome.arm for outcome in running.outcomes()] == [CONTROL]
    counted = b'groundwork_experiment_shadows_total{arm="wider/top-10",outcome="busy"} 1.0'
    assert counted in running.metrics.exposition()


def test_the_control_and_an_answer_that_failed_have_no_shadow() -> None:
    running = Running(replace(EXPERIMENT, shadow=True))
    everybody = (running.assign(visitor(number)) for number in range(100))
    control = next(one for one in everybody if one.shadow is None)
    asyncio.run(answered(running, control))
    with pytest.raises(GenerationError):
        asyncio.run(answered(running, running.in_arm("top-10"), GenerationError("It broke off.")))
    assert [outcome.shown_id for outcome in running.outcomes()] == [None, None]
