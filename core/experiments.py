"""A/B tests and limited roll-outs: `[[experiments]]` in domain.toml.

An arm is the default recipe with changes, for a share of the units (users or conversations); the rest gets the control,
which is the default recipe as it is. One experiment runs at a time: its report then compares recipes that differ in one
thing, and an answer belongs to one arm.

Not covered: experiments in layers, and arms of anything but the recipe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import ConfigDict, Field

from core.recipe import Example, Recipe, RecipeTable

CONTROL = "control"
"""The name of the arm without changes."""
Sticky: TypeAlias = Literal["user", "conversation"]
Metric: TypeAlias = Literal["thumbs_up", "flagged", "refused", "failed", "cited", "p50_ms", "p95_ms"]
"""What arms are compared by.

    thumbs_up   thumbs up among the rated answers
    flagged     answers with a flag, among those that the grounding checker judged
    refused     refusals among answers and refusals
    failed      answers that ended with an error, or for which the model wrote nothing usable
    cited       answers with a citation
    p50_ms, p95_ms
                median and 95th percentile of the milliseconds to the end of an answer that was not in the answer cache
"""
PARTS = 1_000_000
"""Shares are kept in millionths."""
_NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"
_PROMPTS = ("system_prompt", "small_prompt")


@dataclass(frozen=True, slots=True)
class ArmRecipe(RecipeTable):
    """The default recipe with the changes of an arm."""

    system_prompt: Annotated[
        str,
        Field(
            examples=["Answer from the sources, or say: {refusal}"],
            description='In place of prompts/system.md, with "{refusal}" for the refusal. Empty: that file.',
        ),
    ] = ""
    small_prompt: Annotated[
        str,
        Field(
            examples=["Answer in one sentence, or say: {refusal}"],
            description='In place of prompts/small.md, with "{refusal}" for the refusal. Empty: that file.',
        ),
    ] = ""
    example: Annotated[
        Example | None, Field(description="In place of prompts/small-example.toml. Absent: that file.")
    ] = None


@dataclass(frozen=True, slots=True)
class ArmTable:
    """An arm: a change to the default recipe, for a share of the units."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    share: Annotated[
        float,
        Field(
            strict=True,
            ge=0,
            le=1,
            allow_inf_nan=False,
            examples=[0.1],
            description="Share of the units; the shares of all arms are 1 at most, and the rest gets the control.",
        ),
    ]
    recipe: Annotated[ArmRecipe, Field(description="The fields that differ from the default recipe.")]


@dataclass(frozen=True, slots=True)
class GuardRails:
    """Limits that stop an arm. Each is compared with the arm's latest answers; a limit that is absent stops nothing."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    flagged: Annotated[
        float | None,
        Field(
            strict=True,
            ge=0,
            le=1,
            allow_inf_nan=False,
            examples=[0.2],
            description="Largest share of answers with a flag, among those that were judged.",
        ),
    ] = None
    failed: Annotated[
        float | None,
        Field(
            strict=True,
            ge=0,
            le=1,
            allow_inf_nan=False,
            examples=[0.05],
            description="Largest share of answers that ended with an error, or for which the model wrote nothing "
            "usable.",
        ),
    ] = None
    thumbs_down: Annotated[
        float | None,
        Field(
            strict=True,
            ge=0,
            le=1,
            allow_inf_nan=False,
            examples=[0.3],
            description="Largest share of thumbs down among the rated answers.",
        ),
    ] = None
    p95_ms: Annotated[
        float | None,
        Field(
            strict=True,
            ge=1,
            le=600_000,
            allow_inf_nan=False,
            examples=[20000],
            description="Largest 95th percentile of the milliseconds to the end of an answer.",
        ),
    ] = None
    latest: Annotated[
        int,
        Field(
            strict=True,
            ge=20,
            le=10_000,
            examples=[1000],
            description="The latest answers of an arm that count, for thumbs_down the latest rated ones.",
        ),
    ] = 500
    least: Annotated[
        int,
        Field(
            strict=True,
            ge=1,
            le=10_000,
            examples=[200],
            description="Answers that a limit needs before it stops an arm; 'latest' at most.",
        ),
    ] = 100
    least_rated: Annotated[
        int,
        Field(
            strict=True,
            ge=1,
            le=10_000,
            examples=[50],
            description="Rated answers that thumbs_down needs instead; 'latest' at most.",
        ),
    ] = 20


@dataclass(frozen=True, slots=True)
class ExperimentTable:
    """An A/B test or a limited roll-out."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: Annotated[
        str,
        Field(
            pattern=_NAME,
            examples=["refuse-sooner"],
            description="Unique name: lower-case letters, digits and -, at most 40. Another name draws other units.",
        ),
    ]
    start: Annotated[date, Field(strict=True, examples=["2026-12-01"], description="First day, in UTC: 2026-12-01.")]
    end: Annotated[
        date, Field(strict=True, examples=["2026-12-14"], description="Last day, in UTC; not before the start.")
    ]
    arms: Annotated[
        Mapping[str, ArmTable], Field(min_length=1, description="Arms by name; 'control' is the default recipe.")
    ]
    sticky: Annotated[
        Sticky, Field(description="What keeps its arm: a user, where there is sign-in or a widget, or a conversation.")
    ] = "user"
    metric: Annotated[Metric, Field(description="The metric that decides. The others are shown beside it.")] = (
        "thumbs_up"
    )
    window_hours: Annotated[
        float,
        Field(
            strict=True,
            ge=0.001,
            le=720,
            allow_inf_nan=False,
            examples=[48],
            description="Hours from the first answer of a unit in which its answers and ratings count.",
        ),
    ] = 24.0
    shadow: Annotated[
        bool,
        Field(strict=True, description="Answer with the arm as well, but show the control's answer."),
    ] = False
    guard_rails: Annotated[GuardRails, Field(description="Limits that stop an arm.")] = field(
        default_factory=GuardRails
    )


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm with its whole recipe. `share` is in millionths of the units."""

    name: str
    share: int
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment, validated and complete. `arms` are without the control."""

    name: str
    start: date
    end: date
    arms: tuple[Arm, ...]
    sticky: Sticky = "user"
    metric: Metric = "thumbs_up"
    window: timedelta = timedelta(hours=24)
    shadow: bool = False
    guard_rails: GuardRails = GuardRails()

    def runs_at(self, moment: datetime) -> bool:
        """Return whether the experiment runs at a moment with a time zone."""
        return self.start <= moment.astimezone(UTC).date() <= self.end

    @property
    def shares(self) -> Mapping[str, int]:
        """The shares of all arms and the control, in millionths, by name; the control comes last."""
        arms = {arm.name: arm.share for arm in self.arms}
        return {**arms, CONTROL: PARTS - sum(arms.values())}

    @property
    def arm_names(self) -> tuple[str, ...]:
        """The names of the arms, without the control."""
        return tuple(arm.name for arm in self.arms)

    def label(self, arm: str) -> str:
        """Return how an arm is named outside of its experiment: in answers, metrics and the log."""
        return f"{self.name}/{arm}"


def check_experiments(experiments: Sequence[ExperimentTable]) -> None:
    """Raise ValueError for an experiment that cannot be run as it is written, or not beside the others."""
    for experiment in experiments:
        _check_alone(experiment)
    by_name: dict[str, ExperimentTable] = {}
    for experiment in sorted(experiments, key=lambda one: one.start):
        if experiment.name in by_name:
            raise ValueError(f"two [[experiments]] have the name '{experiment.name}'; give each a name of its own.")
        by_name[experiment.name] = experiment
    for before, after in pairwise(by_name.values()):
        if after.start <= before.end:
            raise ValueError(
                f"the [[experiments]] '{before.name}' (to {before.end}) and '{after.name}' (from {after.start}) run at "
                "the same time; one experiment runs at a time. Start the second after the first has ended, or make "
                "both arms of one experiment."
            )


def _check_alone(experiment: ExperimentTable) -> None:
    if experiment.end < experiment.start:
        raise ValueError(
            f"the experiment '{experiment.name}' ends on {experiment.end}, before it starts on {experiment.start}; "
            "give an end on or after the start."
        )
    limits = experiment.guard_rails
    if max(limits.least, limits.least_rated) > limits.latest:
        raise ValueError(
            f"the guard-rails of the experiment '{experiment.name}' look at the latest {limits.latest} answers and "
            f"need {max(limits.least, limits.least_rated)}; make 'latest' larger, or 'least' and 'least_rated' smaller."
        )
    for name in experiment.arms:
        if name == CONTROL:
            raise ValueError(
                f"the experiment '{experiment.name}' has an arm 'control', which is the default recipe and gets the "
                "rest of the shares; leave it out."
            )
        if not _is_name(name):
            raise ValueError(
                f"the experiment '{experiment.name}' has an arm '{name}'; its name must match {_NAME} "
                "(lower-case letters, digits and -)."
            )
    total = sum(_parts(arm.share) for arm in experiment.arms.values())
    if total > PARTS:
        raise ValueError(
            f"the shares of the arms of the experiment '{experiment.name}' add up to {total / PARTS:g}; "
            "they must be 1 at most. The control gets the rest."
        )


def complete_arms(experiments: Any, default: RecipeTable) -> Any:
    """Fill the recipes of arms, as TOML has them, with the values of the default recipe. Other things are kept."""
    if not isinstance(experiments, list):
        return experiments
    return [_completed(experiment, default) for experiment in experiments]


def _completed(experiment: Any, default: RecipeTable) -> Any:
    arms = experiment.get("arms") if isinstance(experiment, dict) else None
    if not isinstance(arms, dict):
        return experiment
    return {**experiment, "arms": {name: _completed_arm(arm, default) for name, arm in arms.items()}}


def _completed_arm(arm: Any, default: RecipeTable) -> Any:
    if not isinstance(arm, dict):
        return arm
    recipe = arm.get("recipe", {})
    return {**arm, "recipe": {**asdict(default), **recipe} if isinstance(recipe, dict) else recipe}


def experiment_of(table: ExperimentTable, default: Recipe, refusal: str) -> Experiment:
    """Return the experiment with the whole recipes of its arms."""
    return Experiment(
        name=table.name,
        start=table.start,
        end=table.end,
        arms=tuple(
            Arm(name, _parts(arm.share), _whole(arm.recipe, default, refusal)) for name, arm in table.arms.items()
        ),
        sticky=table.sticky,
        metric=table.metric,
        window=timedelta(hours=table.window_hours),
        shadow=table.shadow,
        guard_rails=table.guard_rails,
    )


def _whole(changed: ArmRecipe, default: Recipe, refusal: str) -> Recipe:
    values = {one.name: getattr(changed, one.name) for one in fields(RecipeTable)}
    prompts = {
        name: getattr(changed, name).replace("{refusal}", refusal) or getattr(default, name) for name in _PROMPTS
    }
    return Recipe(**values, **prompts, name=default.name, example=changed.example or default.example)


def _parts(share: float) -> int:
    return round(share * PARTS)


def _is_name(text: str) -> bool:
    return re.fullmatch(_NAME, text) is not None
