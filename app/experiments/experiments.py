"""The experiments of a running service: which arm answers a question, and what is kept of the answer.

    assign      before an answer: the arm of the unit, or None where no experiment concerns the question
    observed    around an answer: its outcome is kept, and a shadow begins after it

No experiment concerns a request that chooses a recipe (`groundwork:<recipe>`, also `groundwork:default`) or changes its
values: it asks for one recipe. A request that is sent again under its key keeps its answer while its unit keeps its
arm, and is counted once; the answer cache keeps the answers of different recipes apart, and what comes from it has no
latency here.

Not covered: answers that the client left before their end, which have no outcome.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from app.answer.events import AnswerEvent, Finished
from app.answer.types import Question
from app.experiments.assignment import arm_at, hashed, place_of
from app.experiments.monitor import Clock, Exchange, Monitor, utc_now
from app.experiments.outcomes import Counted, outcome_of
from app.experiments.shadow import ShadowResult, Shadows
from app.experiments.state import arm_of
from app.experiments.units import unit_of
from app.service.metrics import Metrics
from app.service.principals import Principal
from core.errors import Overloaded
from core.experiments import CONTROL, Arm, Experiment
from core.recipe import Recipe

AnswerWith: TypeAlias = Callable[[Recipe], AsyncGenerator[AnswerEvent, None] | None]
"""Returns the events of another answer to the same question; None where the model is too busy for it."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """The arm of a question. `shadow` is an arm that answers as well, without being shown."""

    counted: Counted
    recipe: Recipe
    label: str
    shadow: Arm | None = None


class Experiments:
    """The experiments of a domain. `exchange` is how the database is reached."""

    def __init__(
        self, experiments: Sequence[Experiment], exchange: Exchange, metrics: Metrics, now: Clock = utc_now
    ) -> None:
        self.monitor = Monitor(experiments, exchange, metrics, now)
        self.shadows = Shadows()
        self._metrics = metrics
        self._now = now

    def open(self) -> None:
        """Begin to keep outcomes and to read the state."""
        self.monitor.start()

    def close(self) -> None:
        """Write the outcomes that wait. Blocks for two seconds at most."""
        self.monitor.close()

    def assign(self, principal: Principal, question: Question, default: Recipe) -> Assignment | None:
        """Return the arm that answers the question in place of the default recipe; None outside of an experiment."""
        state = self.monitor.state
        experiment = state.experiment
        if experiment is None or not experiment.runs_at(self._now()):
            return None
        unit = unit_of(principal, question, experiment.sticky)
        name = arm_at(state.layout, place_of(experiment.name, unit))
        arm = None if name in state.stops else arm_of(experiment, name)
        shown = None if experiment.shadow else arm
        shown_name = shown.name if shown is not None else CONTROL
        return Assignment(
            Counted(experiment.name, shown_name, hashed(experiment.name, unit).hex()[:32]),
            shown.recipe if shown is not None else default,
            experiment.label(shown_name),
            arm if experiment.shadow else None,
        )

    async def observed(
        self,
        events: AsyncGenerator[AnswerEvent, None],
        assignment: Assignment | None,
        answer_id: str,
        answer_with: AnswerWith,
    ) -> AsyncGenerator[AnswerEvent, None]:
        """Pass the events of an answer through, keep its outcome, and let its shadow begin when it has been sent."""
        finished = None
        self.shadows.shown += 1
        try:
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, Finished):
                        finished = event
                        self._keep(assignment, answer_id, finished)
                    yield event
        except Overloaded:
            # The model's server has too much to do, whatever the arm.
            raise
        except Exception:
            self._keep(assignment, answer_id, None)
            raise
        finally:
            self.shadows.shown -= 1
            if assignment is not None and assignment.shadow is not None and finished is not None:
                self._begin_shadow(assignment, assignment.shadow, answer_id, answer_with)

    def _keep(self, assignment: Assignment | None, answer_id: str, finished: Finished | None) -> None:
        if assignment is not None:
            self.monitor.add(outcome_of(assignment.counted, answer_id, self._now(), finished))

    def _begin_shadow(self, assignment: Assignment, arm: Arm, shown_id: str, answer_with: AnswerWith) -> None:
        counted = Counted(assignment.counted.experiment, arm.name, assignment.counted.unit, shown_id)
        label = f"{counted.experiment}/{arm.name}"

        def ended(result: ShadowResult, finished: Finished | None) -> None:
            self._metrics.shadow(label, result)
            if result != "busy":
                # One id for one shown answer: a request that is sent again counts its shadow once, too.
                self.monitor.add(outcome_of(counted, f"shadow-{shown_id}", self._now(), finished))

        self.shadows.begin(partial(answer_with, arm.recipe), ended)
