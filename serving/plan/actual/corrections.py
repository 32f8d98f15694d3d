"""Each cost term of the plan, estimated at the recorded lengths and batch, and recorded: the factor between the two.

The plan's own formulas (serving/performance/roofline.py) are turned around. With n requests in a batch, P the estimated
seconds of a prompt and S those of a step, the factors p and s are those for which the formulas give what was recorded:

    queue + prefill     = pP + pP b / (2 (1 - b)),      b = (n - 1) pP / e2e
    e2e                 = n pP + (answer - 1) sS,       e2e = queue + prefill + (answer - 1) ITL

so that the time in which a request waits while others read their prompts counts for the prompts, not for the step.

Not covered: several servers in a pipeline (their prompts overlap), a load that changed much between the scrapes (its
batch is a mean), and prompts of very unequal lengths (attention grows with their square).
"""

from __future__ import annotations

from serving.model.kv_cache import bytes_per_token
from serving.model.schemes import weight_bytes
from serving.performance.roofline import Corrections, Roofline
from serving.plan.actual.recorded import Mean, Recorded
from serving.plan.actual.result import Term

_MOST = 1e6
"""The largest factor that is looked for."""


def fit(roofline: Roofline, batch: float, first_s: float, itl_s: float) -> tuple[float, float | None]:
    """Return the factors of a prompt and of a step, for which the estimate gives the recorded times.

    `first_s` are the seconds from arrival to the first token, `itl_s` those between tokens. The second factor is None
    where the prompts alone take longer than the recorded answers: the two cannot be separated then.
    """
    prompt, step = roofline.prompt_seconds(), roofline.step_seconds(batch)
    tokens = roofline.answer_tokens - 1
    e2e = first_s + tokens * itl_s
    low, high = 0.0, min(_MOST, first_s / prompt)
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _first(middle * prompt, batch, e2e) < first_s else (low, middle)
    steps = (e2e - batch * high * prompt) / tokens
    return high, steps / step if steps > 0 else None


def _first(prompt: float, batch: float, e2e: float) -> float:
    busy = (batch - 1) * prompt / e2e
    return float("inf") if busy >= 1 else prompt + prompt * busy / (2 * (1 - busy))


def terms(recorded: Recorded, roofline: Roofline) -> tuple[Term, ...]:
    """Return every term. `roofline` has the recorded lengths, and no corrections."""
    return (*_times(recorded, roofline), *_waits(recorded, roofline), *_cache(recorded, roofline))


def corrections(found: tuple[Term, ...]) -> Corrections:
    """Return the factors of the terms that have one; 1 for the others."""
    factors = {term.name: term.correction.value for term in found if term.correction is not None}
    return Corrections(factors.get(PROMPT, 1.0), factors.get(STEP, 1.0), factors.get(CACHE, 1.0))


PROMPT, STEP, CACHE = "reading a prompt", "decoding step", "tokens of cache"


def _times(recorded: Recorded, roofline: Roofline) -> tuple[Term, Term]:
    queue, prefill, itl = (recorded.means.get(name) for name in ("queue", "prefill", "itl"))
    batch = recorded.batch
    if queue is None or prefill is None or itl is None or batch is None:
        why = "needs the times of queue and prefill, the time between tokens, and the steps"
        return Term(PROMPT, "ms", None, None, None, why), Term(STEP, "ms", None, None, None, why)
    batch = max(1.0, batch)
    first = queue.value + prefill.value
    prompt, step = fit(roofline, batch, first, itl.value)
    # The ends of the intervals of both times, one at a time.
    low, high = (
        fit(roofline, batch, end, itl.value)[0] for end in (queue.low + prefill.low, queue.high + prefill.high)
    )
    steps = [fit(roofline, batch, first, end)[1] for end in (itl.low, itl.high)]
    alone, one = 1000 * roofline.prompt_seconds(), 1000 * roofline.step_seconds(batch)
    computed = max(1, roofline.prompt_tokens - roofline.cached_tokens)
    speed = f"{1000 * computed / (prompt * alone):,.0f} tokens a second for {computed:,} computed tokens"
    return (
        Term(PROMPT, "ms", alone, prompt * alone, Mean(prompt, low, high, prefill.count), speed),
        _step_term(one, step, steps, itl.count, batch),
    )


def _step_term(estimated: float, factor: float | None, ends: list[float | None], count: int, batch: float) -> Term:
    if factor is None:
        why = "reading prompts takes all of the recorded time: the step cannot be separated from it"
        return Term(STEP, "ms", estimated, None, None, why)
    low, high = (factor if end is None else end for end in ends)
    return Term(STEP, "ms", estimated, factor * estimated, Mean(factor, low, high, count), f"at a batch of {batch:.1f}")


def _waits(recorded: Recorded, roofline: Roofline) -> tuple[Term, ...]:
    load = roofline.load(max(1.0, recorded.batch or 1.0))
    queue, prefill, ttft, itl = (recorded.mean(name) for name in ("queue", "prefill", "ttft", "itl"))
    wait = load.latency.ttft - 1000 * roofline.prompt_seconds()
    front = None if ttft is None or queue is None or prefill is None else 1000 * max(0.0, ttft - queue - prefill)
    return (
        Term(
            "wait for the first step",
            "ms",
            wait,
            _ms(queue),
            None,
            "vLLM's queue, a part of the time to the first token",
        ),
        Term("before and after the engine", "ms", 0.0, front, None, "HTTP and tokenizer, which a plan does not have"),
        Term("first token, in all", "ms", load.latency.ttft, _ms(ttft), None, ""),
        Term("between tokens, in all", "ms", load.latency.itl, _ms(itl), None, ""),
    )


def _cache(recorded: Recorded, roofline: Roofline) -> tuple[Term, ...]:
    tensor = roofline.replica.tensor
    each = bytes_per_token(roofline.shape, roofline.kv_type, tensor)
    free = roofline.replica.memory_for_model - weight_bytes(roofline.shape, roofline.scheme)
    fits = max(0.0, free / each)
    cache = recorded.cache
    if cache is None:
        why = "vLLM does not state the size of its cache"
        return (Term(CACHE, "", fits, None, None, why, 0), Term("cache of a token", "bytes", each, None, None, why, 0))
    ratio = cache.tokens / fits if fits else None
    factor = None if ratio is None else Mean(ratio, ratio, ratio, 1)
    stated = None if cache.bytes is None else cache.bytes / cache.tokens
    exact = None if stated is None else Mean(stated / each, stated / each, stated / each, 1)
    why = "vLLM states the tokens of its cache, not the bytes" if stated is None else "vLLM's bytes over its tokens"
    size = "" if cache.bytes is None else f"its size was set to {cache.bytes:,} bytes, which no estimate can know"
    return (
        Term(CACHE, "", fits, cache.tokens, factor, size, 0),
        Term("cache of a token", "bytes", each, stated, exact, why, 0),
    )


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else 1000 * seconds
