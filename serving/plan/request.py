"""What is planned, validated before anything is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import ConfigurationError
from serving.accuracy import Recovered
from serving.hardware.gpu import Gpu
from serving.model.schemes import Scheme
from serving.model.shape import ModelShape
from serving.performance.slo import Slo
from serving.performance.sweep import Sweep
from serving.plan.costs import Prices

_SAME_LENGTHS = 0.1
"""Share by which the lengths of a sweep's prompts and answers may differ from the plan's."""


@dataclass(frozen=True, slots=True)
class Workload:
    """The load that is planned for.

    users           people at the busiest time
    pause_seconds   between an answer and the same person's next question; with none, users are parallel requests
    busy_hours      hours a month with that load; the others have none
    """

    users: int
    prompt_tokens: int = 1500
    answer_tokens: int = 300
    pause_seconds: float = 0.0
    busy_hours: float = 176.0

    def __post_init__(self) -> None:
        least = {"users": 1, "prompt_tokens": 1, "answer_tokens": 2, "pause_seconds": 0, "busy_hours": 1}
        for name, bound in least.items():
            value = getattr(self, name)
            if not bound <= value < float("inf"):
                raise ConfigurationError(f"--{name.replace('_', '-')} is {value:g}; it must be {bound} or more.")


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What to plan. `accuracy` has the checks by (model, scheme)."""

    models: tuple[ModelShape, ...]
    schemes: tuple[Scheme, ...]
    gpus: tuple[Gpu, ...]
    workload: Workload
    slo: Slo
    prices: Prices
    kv_type: str = "bf16"
    sweeps: tuple[Sweep, ...] = ()
    accuracy: Mapping[tuple[str, str], Recovered] = field(default_factory=dict)


def check_request(request: PlanRequest) -> None:
    """Raise ConfigurationError for lengths, hours and measurements that do not fit the plan."""
    work, hours = request.workload, request.prices.hours_per_month
    if work.busy_hours > hours:
        raise ConfigurationError(f"--busy-hours is {work.busy_hours:g}; a month has {hours:g}.")
    for model in request.models:
        tokens = work.prompt_tokens + work.answer_tokens
        if model.context_limit and tokens > model.context_limit:
            raise ConfigurationError(
                f"{work.prompt_tokens} prompt and {work.answer_tokens} answer tokens are {tokens}; {model.name} reads "
                f"{model.context_limit}. Shorten them, or plan another model."
            )
    for sweep in request.sweeps:
        _check_sweep(request, sweep)
    planned = {(model.name, scheme.name) for model in request.models for scheme in request.schemes}
    for model_name, scheme_name in request.accuracy.keys() - planned:
        raise ConfigurationError(
            f"--accuracy: a check is of {model_name} in {scheme_name}, which is not planned. Add it, or omit the check."
        )


def _check_sweep(request: PlanRequest, sweep: Sweep) -> None:
    if sweep.model is None and len(request.models) > 1:
        raise ConfigurationError(f"{sweep.source} does not say which model it measured. Plan one --model with it.")
    combinations = ((m.name, s.name, g.name) for m in request.models for s in request.schemes for g in request.gpus)
    if not any(sweep.measured(*combination) for combination in combinations):
        raise ConfigurationError(
            f"{sweep.source} measured {sweep.model or 'a model'} in {sweep.scheme} on {sweep.gpu}, which is not "
            "planned. Add it to --model, --scheme and --gpu, or omit the sweep."
        )
    for name in ("prompt_tokens", "answer_tokens"):
        planned, measured = getattr(request.workload, name), getattr(sweep, name)
        if abs(planned - measured) > _SAME_LENGTHS * measured:
            raise ConfigurationError(
                f"{sweep.source} was measured with {measured:.0f} {name.replace('_', ' ')}, the plan has {planned}. "
                f"Plan with --{name.replace('_', '-')} {measured:.0f}, or measure with the plan's."
            )
