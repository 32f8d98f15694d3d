"""The plan against what was recorded: assumptions, terms, and the plan again with both corrected."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from serving.performance.capacity import Capacity, at_users, estimate_capacity, users_served
from serving.performance.roofline import Roofline
from serving.plan.actual.corrections import corrections, terms
from serving.plan.actual.recorded import Recorded, read_recorded
from serving.plan.actual.request import ActualRequest
from serving.plan.actual.result import Actual, Assumption, Variant
from serving.plan.costs import monthly_usd

ENOUGH = 30
"""Finished requests from which on terms are corrected: below, a single long prompt decides the mean."""
_QUEUE_SHARE = 0.1
"""Share of the time to the first token from which waiting in vLLM's queue is pointed out."""


def compare(request: ActualRequest) -> Actual:
    """Compare. Raises ConfigurationError when the two scrapes are not of one run of the server."""
    recorded = read_recorded(request.counters)
    too_few = None
    if recorded.finished < ENOUGH:
        too_few = (
            f"{recorded.finished} requests finished, {ENOUGH} are needed: nothing is corrected. Scrape again after "
            "more of them."
        )
    observed = _observed(request.roofline, recorded)
    found = () if observed is None or too_few else terms(recorded, observed)
    factors = corrections(found) if found else None
    variants = [_variant("as planned", request.roofline, request)]
    if observed is not None and not too_few:
        variants.append(_variant("recorded lengths", observed, request))
    if observed is not None and factors is not None:
        variants.append(_variant("terms corrected too", replace(observed, corrections=factors), request))
    return Actual(
        request=request,
        recorded=recorded,
        assumptions=_assumptions(request, recorded, variants[0]),
        terms=found,
        corrections=factors,
        variants=tuple(variants),
        notes=tuple(_notes(recorded, request)),
        too_few=too_few,
    )


def _observed(roofline: Roofline, recorded: Recorded) -> Roofline | None:
    """Return the estimate with the recorded lengths and cached tokens; None where the lengths were not recorded."""
    prompt, answer = recorded.mean("prompt"), recorded.mean("answer")
    if prompt is None or answer is None:
        return None
    computed = recorded.mean("computed")
    cached = 0.0 if computed is None else max(0.0, prompt - computed)
    return replace(
        roofline, prompt_tokens=max(1, round(prompt)), answer_tokens=max(2, round(answer)), cached_tokens=round(cached)
    )


def _assumptions(request: ActualRequest, recorded: Recorded, planned: Variant) -> tuple[Assumption, ...]:
    work = request.workload
    load = planned.load
    prompts, computed = recorded.mean("prompt"), recorded.mean("computed")
    cached = None if prompts is None or computed is None else max(0.0, 1 - computed / prompts)
    a_second = None if not recorded.seconds else recorded.finished / recorded.seconds / recorded.engines
    return (
        Assumption("prompt tokens", work.prompt_tokens, recorded.means.get("prompt"), 0),
        Assumption("answer tokens", work.answer_tokens, recorded.means.get("answer"), 0),
        Assumption("cached share of a prompt, %", 0.0, None if cached is None else 100 * cached, 0),
        Assumption("answers a second, of a replica", None if load is None else load.rate, a_second, 2),
        Assumption("requests in a batch", None if load is None else load.in_flight, recorded.batch, 1),
    )


def _variant(name: str, roofline: Roofline, request: ActualRequest) -> Variant:
    work = request.workload
    capacity = estimate_capacity(roofline, request.slo)
    if not isinstance(capacity, Capacity):
        return Variant(name, roofline, capacity, None, None, "does not fit", None, None)
    if not capacity.serves:
        missed = f"misses {capacity.limited_by} with one user"
        return Variant(name, roofline, capacity, None, None, missed, capacity.full, None)
    full = capacity.full
    users = users_served(full, work.pause_seconds)
    replicas = ceil(work.users / users)
    load = at_users(roofline.load, work.users / replicas, work.pause_seconds)
    usd = None
    if request.prices is not None:
        gpu = roofline.replica.gpu.name
        usd = replicas * monthly_usd(roofline.replica.gpus, request.prices.gpu(gpu), request.prices.hours_per_month)
    return Variant(name, roofline, capacity, users, replicas, capacity.limited_by, load, usd)


def _notes(recorded: Recorded, request: ActualRequest) -> list[str]:
    notes = []
    if recorded.missing:
        notes.append(
            f"The scrape does not have {', '.join(recorded.missing)}: what needs them is not compared. "
            "vLLM 0.32 has them."
        )
    queue, ttft = recorded.mean("queue"), recorded.mean("ttft")
    if queue is not None and ttft and queue > _QUEUE_SHARE * ttft:
        notes.append(
            f"Requests waited {1000 * queue:,.0f} ms in vLLM's queue, {queue / ttft:.0%} of the time to the first "
            "token: more came at once than a step or --max-num-seqs admits, or the cache was full."
        )
    if recorded.preemptions:
        notes.append(
            f"{recorded.preemptions} requests were preempted because the cache was full; they were read twice. "
            "The plan has no preemption."
        )
    if recorded.usage is not None and recorded.running and recorded.cache is not None:
        tokens = recorded.cache.tokens * recorded.engines
        notes.append(_usage(recorded.usage, recorded.running, tokens, request, recorded))
    return notes


def _usage(usage: float, running: int, tokens: int, request: ActualRequest, recorded: Recorded) -> str:
    work = request.workload
    prompt = recorded.mean("prompt") or work.prompt_tokens
    answer = recorded.mean("answer") or work.answer_tokens
    expected = running * (prompt + answer / 2)
    return (
        f"When the last scrape was taken {usage:.1%} of the cache was used, {usage * tokens:,.0f} tokens; the "
        f"{running} requests that ran then are estimated to need {expected:,.0f}, without what they share."
    )
