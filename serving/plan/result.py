"""The Plan: the options, by rising cost, and the combinations that were refused."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from serving.accuracy import Recovered
from serving.hardware.replica import Replica
from serving.performance.roofline import (
    ALL_REDUCE_SECONDS,
    BANDWIDTH_EFFICIENCY,
    COMPUTE_EFFICIENCY,
    LINK_EFFICIENCY,
    STEP_SECONDS,
    Load,
)
from serving.performance.slo import Latency
from serving.plan.costs import BreakEven
from serving.plan.request import PlanRequest

Basis: TypeAlias = Literal["estimate", "measured"]


@dataclass(frozen=True, slots=True)
class Option:
    """One way to serve. Bytes, dollars, milliseconds; latencies are means in an estimate, 95th percentiles if measured.

    basis                           whether latencies and rates are an estimate or measured
    state_bytes                     of one state of a request (state spaces, linear attention); 0 for attention alone
    users_by_memory, users_by_slo   requests in flight by either limit; None where both were measured together
    load, full                      a replica with this plan's users, and at its limit
    estimate_error                  estimate / measurement - 1 of the rate, the median over the sweep's points
    """

    model: str
    scheme: str
    replica: Replica
    basis: Basis
    arithmetic: str
    weight_bytes: float
    bits_per_weight: float
    kv_bytes_per_token: int
    state_bytes: int
    users_by_memory: int | None
    users_by_slo: int | None
    users_per_replica: int
    limited_by: str
    replicas: int
    utilisation: float
    load: Load
    full: Load
    usd_per_month: float
    answers_per_month: float
    usd_per_1000_answers: float
    usd_per_1000_answers_full: float
    break_evens: tuple[BreakEven, ...]
    recovered: Recovered | None
    estimate_error: float | None

    @property
    def gpus(self) -> int:
        """The number of GPUs over all replicas."""
        return self.replicas * self.replica.gpus

    @property
    def deployment(self) -> str:
        """GPUs and replicas in words, as in `4 h100 in 2 replicas`."""
        return f"{self.gpus} {self.replica.gpu.name} in {self.replicas} replica{'s' if self.replicas > 1 else ''}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A combination that cannot serve. `best` is a single request's latency where only the service level is missed."""

    model: str
    scheme: str
    gpu: str
    reason: str
    best: Latency | None = None


@dataclass(frozen=True, slots=True)
class Saving:
    """A smaller model in place of a larger one for the same users and service level, each in its cheapest option."""

    large: Option
    small: Option

    @property
    def usd_per_month(self) -> float:
        """Dollars a month; below 0 where the smaller model costs more."""
        return self.large.usd_per_month - self.small.usd_per_month

    def advice(self) -> str:
        """Return the saving in a sentence."""
        large, small = self.large, self.small
        change = f"{abs(self.usd_per_month):,.0f} dollars a month {'less' if self.usd_per_month >= 0 else 'more'}"
        share = f", {self.usd_per_month / large.usd_per_month:.0%}" if self.usd_per_month > 0 else ""
        return (
            f"{small.model} in {small.scheme} on {small.deployment} costs {change} than {large.model} in "
            f"{large.scheme} on {large.deployment} ({small.usd_per_month:,.0f} and {large.usd_per_month:,.0f}{share}). "
            "Whether its answers are good enough: groundwork eval gate."
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """Options by rising cost, and what was refused."""

    request: PlanRequest
    options: tuple[Option, ...]
    refusals: tuple[Refusal, ...]

    def cheapest_by_model(self) -> list[Option]:
        """Return the cheapest option of each model that can be served, in the order of the request."""
        best: dict[str, Option] = {}
        for option in self.options:
            best.setdefault(option.model, option)
        return [best[model.name] for model in self.request.models if model.name in best]

    def savings(self) -> list[Saving]:
        """Return what each smaller model saves in place of the largest one that can be served, in order of request."""
        best = {option.model: option for option in self.cheapest_by_model()}
        shapes = [shape for shape in self.request.models if shape.name in best]
        if len(shapes) < 2:
            return []
        large = max(shapes, key=lambda shape: shape.parameters)
        return [Saving(best[large.name], best[shape.name]) for shape in shapes if shape.name != large.name]


def to_dict(plan: Plan) -> dict[str, Any]:
    """Return the whole plan for `--json`, in the units that the keys name. Options by rising cost."""
    request = plan.request
    return {
        "workload": asdict(request.workload),
        "slo_ms": asdict(request.slo),
        "kv_cache_dtype": request.kv_type,
        "models": [
            {
                "name": shape.name,
                "parameters": shape.parameters,
                "active_parameters": shape.active_parameters,
                "context_limit": shape.context_limit,
                "stored": None if shape.stored is None else shape.stored.described,
                "source": shape.source,
                "cache_source": shape.cache.source,
            }
            for shape in request.models
        ],
        "options": [_option(option) for option in plan.options],
        "savings": [_saving(saving) for saving in plan.savings()],
        "refusals": [{"model": r.model, "scheme": r.scheme, "gpu": r.gpu, "reason": r.reason} for r in plan.refusals],
        "prices": {
            "date": request.prices.date,
            "hours_per_month": request.prices.hours_per_month,
            "gpu_hour": {name: asdict(price) for name, price in request.prices.gpu_hour.items()},
            "api": {api.name: asdict(api) for api in request.prices.apis},
        },
        "assumptions": {
            "compute_efficiency": dict(COMPUTE_EFFICIENCY),
            "bandwidth_efficiency": BANDWIDTH_EFFICIENCY,
            "step_ms": 1000 * STEP_SECONDS,
            "link_efficiency": LINK_EFFICIENCY,
            "all_reduce_ms": 1000 * ALL_REDUCE_SECONDS,
        },
    }


def _saving(saving: Saving) -> dict[str, Any]:
    return {
        "model": saving.small.model,
        "in_place_of": saving.large.model,
        "replicas": saving.small.replicas,
        "replicas_in_place_of": saving.large.replicas,
        "gpus": saving.small.gpus,
        "gpus_in_place_of": saving.large.gpus,
        "usd_per_month": saving.usd_per_month,
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "model": option.model,
        "scheme": option.scheme,
        "gpu": option.replica.gpu.name,
        "basis": option.basis,
        "arithmetic": option.arithmetic,
        "gpus_per_replica": option.replica.gpus,
        "tensor_parallel": option.replica.tensor,
        "pipeline_parallel": option.replica.pipeline,
        "weight_gb": option.weight_bytes / 1e9,
        "bits_per_weight": option.bits_per_weight,
        "kv_bytes_per_token": option.kv_bytes_per_token,
        "state_bytes_per_request": option.state_bytes,
        "requests_by_memory": option.users_by_memory,
        "requests_by_slo": option.users_by_slo,
        "users_per_replica": option.users_per_replica,
        "limited_by": option.limited_by,
        "replicas": option.replicas,
        "gpus": option.gpus,
        "utilisation": option.utilisation,
        "replica_at_load": _load(option.load),
        "replica_full": _load(option.full),
        "usd_per_month": option.usd_per_month,
        "answers_per_month": option.answers_per_month,
        "usd_per_1000_answers": option.usd_per_1000_answers,
        "usd_per_1000_answers_full": option.usd_per_1000_answers_full,
        "break_even": [asdict(each) for each in option.break_evens],
        "recovered_accuracy": None if option.recovered is None else asdict(option.recovered),
        "estimate_error": option.estimate_error,
    }


def _load(load: Load) -> dict[str, float]:
    latency = load.latency
    return {
        "in_flight": load.in_flight,
        "requests_per_second": load.rate,
        "ttft_ms": latency.ttft,
        "itl_ms": latency.itl,
        "e2e_ms": latency.e2e,
    }
