"""Every model under every scheme on every GPU, with the replicas, the money and the limits of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from statistics import median

from core.errors import ServingError
from serving.hardware.gpu import Gpu, Unsupported, arithmetic
from serving.hardware.replica import Replica, replicas
from serving.model.kv_cache import bytes_per_token, state_bytes
from serving.model.schemes import SCHEMES, Arithmetic, Scheme, bits_per_weight, weight_bytes
from serving.model.shape import ModelShape
from serving.performance.capacity import Capacity, DoesNotFit, at_users, estimate_capacity, users_served
from serving.performance.roofline import Roofline
from serving.performance.slo import LIMITS, Slo
from serving.performance.sweep import Sweep
from serving.plan.costs import break_even, monthly_usd
from serving.plan.request import PlanRequest, check_request
from serving.plan.result import Basis, Option, Plan, Refusal


def make_plan(request: PlanRequest) -> Plan:
    """Compare every combination. Raises ServingError when none can serve, with the limit and what would meet it."""
    check_request(request)
    options: list[Option] = []
    refusals: list[Refusal] = []
    for model in request.models:
        for scheme in _schemes(request, model):
            for gpu in request.gpus:
                found = _compare(request, model, scheme, gpu)
                if isinstance(found, Option):
                    options.append(found)
                else:
                    refusals.append(found)
    if not options:
        raise ServingError(_why_none(request, refusals))
    return Plan(request, tuple(sorted(options, key=_rank)), tuple(refusals))


def _schemes(request: PlanRequest, model: ModelShape) -> Iterable[Scheme]:
    """Return the schemes that are planned; the one that a checkpoint is stored in, as its configuration states it."""
    if model.stored is None:
        return request.schemes
    own = model.stored.scheme
    named = {scheme.name: scheme for scheme in request.schemes}
    if own.name in named or len(named) == len(SCHEMES):
        named[own.name] = own
    return named.values()


def _rank(option: Option) -> tuple[float, float, str, str]:
    return option.usd_per_month, option.load.latency.e2e, option.model, option.scheme


def _compare(request: PlanRequest, model: ModelShape, scheme: Scheme, gpu: Gpu) -> Option | Refusal:
    """Return the cheapest replica of this GPU, measured ones before estimated ones, or why there is none."""
    if model.stored is not None and scheme != model.stored.scheme:
        reason = f"the checkpoint is stored in {model.stored.described}: {scheme.name} is made from the 16-bit original"
        return Refusal(model.name, scheme.name, gpu.name, reason)
    kind = arithmetic(gpu, scheme)
    if isinstance(kind, Unsupported):
        return Refusal(model.name, scheme.name, gpu.name, kind.reason)
    measured = [sweep for sweep in request.sweeps if sweep.measured(model.name, scheme.name, gpu.name)]
    if measured:
        return _from_sweeps(request, model, scheme, gpu, kind, measured)
    found: list[Option] = []
    refused: list[Refusal] = []
    for replica in replicas(gpu, model):
        roofline = _roofline(request, model, scheme, replica, kind)
        capacity = estimate_capacity(roofline, request.slo)
        if isinstance(capacity, Capacity) and capacity.serves:
            found.append(_option(request, roofline, capacity, roofline, "estimate"))
        else:
            refused.append(_refuse(request, roofline, capacity))
    return min(found, key=_rank) if found else _closest(request.slo, refused)


def _from_sweeps(
    request: PlanRequest, model: ModelShape, scheme: Scheme, gpu: Gpu, kind: Arithmetic, sweeps: Sequence[Sweep]
) -> Option | Refusal:
    per_server = gpu.data_sheet.per_server
    found: list[Option] = []
    refused: list[Refusal] = []
    for sweep in sweeps:
        replica = Replica(gpu, min(sweep.gpus, per_server), max(1, sweep.gpus // per_server))
        capacity = sweep.capacity(request.slo)
        if capacity.serves:
            roofline = _roofline(request, model, scheme, replica, kind)
            found.append(_option(request, roofline, capacity, sweep, "measured"))
        else:
            lowest = sweep.points[0]
            reason = (
                f"misses {capacity.limited_by} at the lowest measured rate, {lowest.rate:g} requests/s ({sweep.source})"
            )
            refused.append(Refusal(model.name, scheme.name, gpu.name, reason, lowest.p95))
    return min(found, key=_rank) if found else _closest(request.slo, refused)


def _roofline(request: PlanRequest, model: ModelShape, scheme: Scheme, replica: Replica, kind: Arithmetic) -> Roofline:
    work = request.workload
    return Roofline(model, scheme, replica, kind, work.prompt_tokens, work.answer_tokens, request.kv_type)


def _option(
    request: PlanRequest, roofline: Roofline, capacity: Capacity, curve: Roofline | Sweep, basis: Basis
) -> Option:
    work, prices, replica = request.workload, request.prices, roofline.replica
    full = capacity.full
    per_replica = users_served(full, work.pause_seconds)
    count = ceil(work.users / per_replica)
    load = at_users(curve.load, work.users / count, work.pause_seconds)
    replica_usd = monthly_usd(replica.gpus, prices.gpu(replica.gpu.name), prices.hours_per_month)
    answers, most = (rate * 3600 * work.busy_hours for rate in (load.rate * count, full.rate))
    return Option(
        model=roofline.shape.name,
        scheme=roofline.scheme.name,
        replica=replica,
        basis=basis,
        arithmetic=roofline.arithmetic,
        weight_bytes=weight_bytes(roofline.shape, roofline.scheme),
        bits_per_weight=bits_per_weight(roofline.shape, roofline.scheme),
        kv_bytes_per_token=bytes_per_token(roofline.shape, request.kv_type, replica.tensor),
        state_bytes=state_bytes(roofline.shape, replica.tensor),
        users_by_memory=capacity.by_memory,
        users_by_slo=capacity.by_slo,
        users_per_replica=per_replica,
        limited_by=capacity.limited_by,
        replicas=count,
        utilisation=work.users / (count * per_replica),
        load=load,
        full=full,
        usd_per_month=count * replica_usd,
        answers_per_month=answers,
        usd_per_1000_answers=1000 * count * replica_usd / answers,
        usd_per_1000_answers_full=1000 * replica_usd / most,
        break_evens=tuple(
            break_even(api, work.prompt_tokens, work.answer_tokens, answers, replica_usd, most)
            for api in prices.apis
            if api.model in (None, roofline.shape.name)
        ),
        recovered=request.accuracy.get((roofline.shape.name, roofline.scheme.name)),
        estimate_error=_estimate_error(roofline, curve) if isinstance(curve, Sweep) else None,
    )


def _estimate_error(roofline: Roofline, sweep: Sweep) -> float | None:
    """Return the error of the estimated rate; None when no point has a whole request in flight."""
    ratios = [roofline.load(p.in_flight).rate / p.rate for p in sweep.points if p.in_flight >= 1]
    return median(ratios) - 1 if ratios else None


def _refuse(request: PlanRequest, roofline: Roofline, capacity: Capacity | DoesNotFit) -> Refusal:
    names = roofline.shape.name, roofline.scheme.name, roofline.replica.gpu.name
    if isinstance(capacity, DoesNotFit):
        reason = (
            f"does not fit: {capacity.needed / 1e9:,.0f} GB for the weights and one request, "
            f"{capacity.available / 1e9:,.0f} GB on {roofline.replica}"
        )
        return Refusal(*names, reason)
    best = capacity.full.latency
    shown = ", ".join(f"{name} {getattr(best, name):,.0f} ms" for name in request.slo.missed(best))
    return Refusal(*names, f"misses the service level with one user on {roofline.replica}: {shown}", best)


def _closest(slo: Slo, refused: Sequence[Refusal]) -> Refusal:
    """Return, of the refused replicas of one GPU, the one nearest to the service level, else the largest."""
    served = [refusal for refusal in refused if refusal.best is not None]
    return min(served, key=lambda refusal: _excess(slo, refusal)) if served else refused[-1]


def _excess(slo: Slo, refusal: Refusal) -> float:
    limits = [name for name in LIMITS if getattr(slo, name) is not None]
    return max((getattr(refusal.best, name) / getattr(slo, name) for name in limits), default=0.0)


def _why_none(request: PlanRequest, refusals: Iterable[Refusal]) -> str:
    refusals = list(refusals)
    served = [refusal for refusal in refusals if refusal.best is not None]
    if not served:
        lines = "; ".join(f"{r.model} in {r.scheme} on {r.gpu}: {r.reason}" for r in refusals[:3])
        more = f"; and {len(refusals) - 3} more" if len(refusals) > 3 else ""
        return f"No listed GPU can serve this. {lines}{more}. Take a smaller model, a smaller scheme or a larger GPU."
    nearest = min(served, key=lambda refusal: _excess(request.slo, refusal))
    assert nearest.best is not None
    missed = request.slo.missed(nearest.best)
    would = ",".join(
        f"{name}={ceil(getattr(nearest.best, name)) if name in missed else getattr(request.slo, name):g}"
        for name in LIMITS
        if getattr(request.slo, name) is not None
    )
    return (
        f"No option meets {', '.join(missed)} of the service level ({request.slo}). The nearest is {nearest.model} in "
        f"{nearest.scheme} on {nearest.gpu}, which {nearest.reason}. It would meet --slo {would}; a shorter prompt or "
        "answer, a smaller model or a faster GPU help as well."
    )
