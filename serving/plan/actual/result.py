"""What the comparison of a plan with a running server found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from serving.performance.capacity import Capacity, DoesNotFit
from serving.performance.roofline import Corrections, Load, Roofline
from serving.plan.actual.recorded import Mean, Recorded
from serving.plan.actual.request import ActualRequest


@dataclass(frozen=True, slots=True)
class Assumption:
    """A length or a rate: what the plan assumes, and what was recorded; None where it was not recorded."""

    name: str
    planned: float | None
    recorded: Mean | float | None
    digits: int


@dataclass(frozen=True, slots=True)
class Term:
    """A cost term at the recorded lengths and batch: estimated, and recorded.

    correction      recorded over estimated, and its 95% interval; None where the two cannot be compared
    note            what the figure is, or why there is none
    """

    name: str
    unit: str
    estimated: float | None
    recorded: float | None
    correction: Mean | None
    note: str
    digits: int = 1


@dataclass(frozen=True, slots=True)
class Variant:
    """The plan under other assumptions: what a replica serves then, how many are needed, and their cost.

    users, replicas     None where not even one user is served within the service level
    limit               what limits a replica, or what is missed
    usd_per_month       None without a price, and where nothing is served
    """

    name: str
    roofline: Roofline
    capacity: Capacity | DoesNotFit
    users: int | None
    replicas: int | None
    limit: str
    load: Load | None
    usd_per_month: float | None


@dataclass(frozen=True, slots=True)
class Actual:
    """The comparison. `too_few` says why nothing is corrected, None where there is enough."""

    request: ActualRequest
    recorded: Recorded
    assumptions: tuple[Assumption, ...]
    terms: tuple[Term, ...]
    corrections: Corrections | None
    variants: tuple[Variant, ...]
    notes: tuple[str, ...]
    too_few: str | None


def recorded_text(value: Mean | float | None, digits: int) -> str:
    """Return a recorded value as text, with its interval where it has one."""
    if value is None:
        return "not recorded"
    if isinstance(value, Mean):
        return f"{value.value:,.{digits}f} ({value.low:,.{digits}f}–{value.high:,.{digits}f})"
    return f"{value:,.{digits}f}"


def load_cells(actual: Actual) -> list[tuple[str, str, str]]:
    """Return the assumptions as text: name, planned, recorded."""
    return [
        (
            each.name,
            "" if each.planned is None else f"{each.planned:,.{each.digits}f}",
            recorded_text(each.recorded, each.digits),
        )
        for each in actual.assumptions
    ]


def to_dict(actual: Actual) -> dict[str, Any]:
    """Return the comparison for `--json`, in the units that the keys name."""
    request, recorded = actual.request, actual.recorded
    roofline, counters = request.roofline, request.counters
    return {
        "model": roofline.shape.name,
        "scheme": roofline.scheme.name,
        "gpu": roofline.replica.gpu.name,
        "gpus_per_replica": roofline.replica.gpus,
        "scrapes": [scrape.source for scrape in (counters.before, counters.after) if scrape is not None],
        "seconds": recorded.seconds,
        "finished_requests": recorded.finished,
        "preemptions": recorded.preemptions,
        "missing_metrics": list(recorded.missing),
        "not_enough": actual.too_few,
        "assumptions": [
            {"name": each.name, "planned": each.planned, "recorded": _value(each.recorded)}
            for each in actual.assumptions
        ],
        "terms": [
            {
                "name": term.name,
                "unit": term.unit,
                "estimated": term.estimated,
                "recorded": term.recorded,
                "correction": _value(term.correction),
                "note": term.note,
            }
            for term in actual.terms
        ],
        "corrections": None if actual.corrections is None else asdict(actual.corrections),
        "plans": [_variant(variant) for variant in actual.variants],
        "notes": list(actual.notes),
    }


def _value(value: Mean | float | None) -> Any:
    return asdict(value) if isinstance(value, Mean) else value


def _variant(variant: Variant) -> dict[str, Any]:
    load = variant.load
    return {
        "name": variant.name,
        "prompt_tokens": variant.roofline.prompt_tokens,
        "cached_prompt_tokens": variant.roofline.cached_tokens,
        "answer_tokens": variant.roofline.answer_tokens,
        "users_per_replica": variant.users,
        "limited_by": variant.limit,
        "replicas": variant.replicas,
        "ttft_ms": None if load is None else load.latency.ttft,
        "itl_ms": None if load is None else load.latency.itl,
        "e2e_ms": None if load is None else load.latency.e2e,
        "usd_per_month": variant.usd_per_month,
    }
