"""A plan as one HTML page, without scripts or anything from other hosts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from core.report import html
from core.report.drawing import COLOURS
from serving.hardware.gpu import RESERVED_BYTES, USABLE_MEMORY
from serving.performance.roofline import (
    ALL_REDUCE_SECONDS,
    BANDWIDTH_EFFICIENCY,
    COMPUTE_EFFICIENCY,
    LINK_EFFICIENCY,
    STEP_SECONDS,
)
from serving.plan.charts import draw_break_even, draw_latency, draw_options, draw_trade_off, frontier, tokens_per_second
from serving.plan.result import Option, Plan

_SHAPES = ("circles", "squares", "triangles", "diamonds")


def render_page(plan: Plan) -> str:
    """Return the whole page. Latency and break-even are drawn for the cheapest option of each model."""
    chosen = plan.cheapest_by_model()
    body = [
        _head(plan, len(chosen)),
        *(f"<p>{escape(saving.advice())}</p>" for saving in plan.savings()),
        *(_summary(option) for option in chosen),
        *_overviews(plan),
        *(_figures_of(plan, option) for option in chosen),
        _options(plan),
        _refusals(plan),
        _assumptions(plan),
        _sources(plan),
    ]
    names = ", ".join(model.name for model in plan.request.models)
    return html.render(f"Serving plan: {names}", body)


def _head(plan: Plan, models: int) -> str:
    work = plan.request.workload
    estimated = any(option.basis == "estimate" for option in plan.options)
    tag = ' <span class="tag">estimates, not measurements, unless a row says so</span>' if estimated else ""
    smaller = " A smaller model may answer worse: compare the answers before the costs." if models > 1 else ""
    return (
        f"<h1>Serving {work.users:,} users at once{tag}</h1>"
        f'<p class="lead">with {work.prompt_tokens:,} prompt and {work.answer_tokens:,} answer tokens, within '
        f"{escape(str(plan.request.slo))}; {len(plan.options)} options, {len(plan.refusals)} combinations that cannot."
        f"{smaller}</p>"
    )


def _summary(chosen: Option) -> str:
    latency = chosen.load.latency
    kind = "means" if chosen.basis == "estimate" else "95th percentiles"
    cards = (
        (f"${chosen.usd_per_month:,.0f}", f"a month for {chosen.gpus} {chosen.replica.gpu.name}, day and night"),
        (
            f"${chosen.usd_per_1000_answers:,.2f}",
            f"per 1,000 answers; ${chosen.usd_per_1000_answers_full:,.2f} when full",
        ),
        (
            f"{latency.ttft:,.0f} / {latency.itl:.0f} ms",
            f"first token / between tokens, {kind}; {latency.e2e / 1000:.1f} s an answer",
        ),
        (_recovered(chosen), "of the original's accuracy"),
        (
            f"{chosen.utilisation:.0%} used",
            f"a replica serves {chosen.users_per_replica:,} users, limited by {chosen.limited_by}",
        ),
    )
    sentences = (f"<p>{escape(each.advice())}</p>" for each in chosen.break_evens)
    return (
        f"<h2>{escape(chosen.model)}: cheapest in {chosen.scheme} on {escape(chosen.deployment)}</h2>"
        f"{html.cards(cards)}{''.join(sentences)}"
    )


def _overviews(plan: Plan) -> list[str]:
    models = [model.name for model in plan.request.models]
    shapes = ", ".join(f"{_SHAPES[n % 4]}: {name}" for n, name in enumerate(models))
    best = "; ".join(f"{o.model} {o.scheme} on {o.deployment}" for o in frontier(plan.options))
    accuracy = (
        "The dot is the accuracy kept, on a scale from 90% to 100%, the bar its 95% interval."
        if any(option.recovered for option in plan.options)
        else "No check of accuracy was given: a cheaper scheme may answer worse. Measure it on "
        "your own questions, and pass the figures with --accuracy (docs/capacity.md)."
    )
    return [
        html.figure(
            "Size, cost, speed and accuracy",
            draw_trade_off(plan),
            "Each model and scheme on its cheapest GPUs, at the load planned for. Cheapest means as full as the "
            f"service level allows, so that the speeds are close to it. {accuracy}",
        ),
        html.figure(
            "Every option",
            draw_options(plan),
            f"Top left is best; the dashed line joins the options that no other beats in both: {best}. {shapes}. "
            "A mark that would cover another is moved aside, and a short line leads to its place. Filled marks "
            "have a measured accuracy, hollow ones have none. Point at a mark for its figures.",
            _key(plan),
        ),
    ]


def _figures_of(plan: Plan, chosen: Option) -> str:
    return html.figure(
        f"Where {chosen.model} misses the service level",
        draw_latency(plan, chosen),
        "Estimated mean time between tokens as users are added to one replica, up to the bar where its memory is full. "
        "Dots are measured 95th percentiles.",
        _key(plan),
    ) + html.figure(
        f"{chosen.model}: own hosting or an API",
        draw_break_even(plan, chosen),
        "Where an API's line is below the steps, stay on the API. Neither includes the people who run a service.",
    )


def _key(plan: Plan) -> str:
    return html.key({scheme.name: COLOURS[scheme.name] for scheme in plan.request.schemes})


_HEADINGS = (
    "model", "scheme", "GPUs", "$/month", "$/1,000", "TTFT ms", "ITL ms", "answer s", "tokens/s", "users/ replica",
    "limited by", "used", "accuracy", "basis", "weights GB", "bits/ weight", "cache KB/ token", "requests: memory",
    "requests: SLO", "$/1,000 full",
)  # fmt: skip


def _options(plan: Plan) -> str:
    rows = (_cells(option) for option in plan.options)
    return (
        "<h2>All options, cheapest first</h2>"
        "<p class='small'>A request in flight is an answer being written; users pause between answers.</p>"
        + html.table(_HEADINGS, rows, left=3)
    )


def _cells(option: Option) -> Sequence[str]:
    latency = option.load.latency
    error = "" if option.estimate_error is None else f" (estimate off by {option.estimate_error:+.0%})"
    kind = "" if option.arithmetic != "bf16" or option.scheme in ("bf16", "w4a16") else ", 16-bit arithmetic"
    return (
        option.model, option.scheme + kind, option.deployment, f"{option.usd_per_month:,.0f}",
        f"{option.usd_per_1000_answers:,.2f}", f"{latency.ttft:,.0f}", f"{latency.itl:.1f}",
        f"{latency.e2e / 1000:.1f}", f"{tokens_per_second(option):.0f}", f"{option.users_per_replica:,}",
        option.limited_by, f"{option.utilisation:.0%}", _recovered(option), option.basis + error,
        f"{option.weight_bytes / 1e9:,.1f}",
        f"{option.bits_per_weight:.2f}", f"{option.kv_bytes_per_token / 1000:,.1f}", _count(option.users_by_memory),
        _count(option.users_by_slo), f"{option.usd_per_1000_answers_full:,.2f}",
    )  # fmt: skip


def _refusals(plan: Plan) -> str:
    if not plan.refusals:
        return ""
    rows = ((refusal.model, refusal.scheme, refusal.gpu, refusal.reason) for refusal in plan.refusals)
    return "<h2>What cannot serve this</h2>" + html.table(("model", "scheme", "GPU", "why"), rows, left=4)


def _assumptions(plan: Plan) -> str:
    work = plan.request.workload
    compute = ", ".join(f"{kind} {share:.0%}" for kind, share in COMPUTE_EFFICIENCY.items())
    lines = (
        f"Load: {work.users:,} users for {work.busy_hours:g} hours a month, {work.pause_seconds:g} s between an answer "
        f"and the next question; GPUs are paid for {plan.request.prices.hours_per_month:g} hours.",
        f"Memory: {USABLE_MEMORY:.0%} of each GPU, less {RESERVED_BYTES / 1e9:g} GB, for weights and cache; cache in "
        f"{plan.request.kv_type}.",
        f"Speed of estimates: prompts reach {compute} of the data sheet's dense arithmetic (fp4 and int8 unmeasured); "
        f"weights and cache are read at {BANDWIDTH_EFFICIENCY:.0%} of its bandwidth; {1000 * STEP_SECONDS:g} ms a "
        f"step; all-reduces at {LINK_EFFICIENCY:.0%} of the link and {1e6 * ALL_REDUCE_SECONDS:g} µs each. "
        "Their error, where it was measured, is in docs/capacity.md.",
        "Not counted: prefix caching and speculative decoding (faster), uneven lengths and traffic (slower), "
        "pruning (no gain on current vLLM).",
    )
    return "<h2>Assumptions</h2>" + html.items(lines)


def _sources(plan: Plan) -> str:
    prices = plan.request.prices
    used = {option.replica.gpu.name: option.replica.gpu for option in plan.options}
    lines = [
        *(
            f"{model.name}, {model.parameters / 1e9:,.1f} billion parameters: {model.source}"
            for model in plan.request.models
        ),
        *(f"{name}: {gpu.data_sheet.source}" for name, gpu in used.items()),
    ]
    for name in used:
        price = prices.gpu(name)
        lines.append(
            f"{name} at ${price.usd:g} an hour: {price.offer}, read {price.date}, {price.source}"
            f"{_assumed(price.assumption)}"
        )
    for api in prices.apis:
        if api.model is None or api.model in {model.name for model in plan.request.models}:
            amounts = f"${api.input:g} in and ${api.output:g} out per million tokens"
            lines.append(f"{api.name} at {amounts}: read {api.date}, {api.source}{_assumed(api.assumption)}")
    lines += [f"Measured: {sweep.source}" for sweep in plan.request.sweeps]
    return "<h2>Sources</h2>" + html.items(lines)


def _assumed(assumption: bool) -> str:
    return " — an assumption to edit, not verified" if assumption else ""


def _recovered(option: Option) -> str:
    recovered = option.recovered
    return "not measured" if recovered is None else f"{recovered.value:.1%} ({recovered.low:.1%}–{recovered.high:.1%})"


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
