"""The four charts of the page: the trade-off, all options, latency against users, the break-even with an API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil

from core.report.drawing import (
    COLOURS,
    HEIGHT,
    INK,
    LEFT,
    LIMIT,
    NOW,
    RIGHT,
    TOP,
    WIDTH,
    Scale,
    axes,
    horizontal,
    line,
    mark,
    number,
    picture,
    text,
    vertical,
)
from core.report.labels import box_of_mark, box_of_text, place_names, spread
from serving.hardware.gpu import Unsupported, arithmetic
from serving.performance.capacity import DoesNotFit, at_users, estimate_capacity
from serving.performance.roofline import Roofline
from serving.plan.costs import monthly_usd
from serving.plan.result import Option, Plan

_DASHES = {"w8a8": "9 5", "mxfp4": "9 5"}
"""Schemes whose curve often coincides with another's (fp8, nvfp4): dashed, both are visible."""

_ROW = 30
_BAR = 88
_ACCURACY = 648


def tokens_per_second(option: Option) -> float:
    """Return the tokens a second that one user sees."""
    return 1000 / option.load.latency.itl


_COLUMNS: tuple[tuple[float, str, Callable[[Option], float], Callable[[Option], str]], ...] = (
    (186, "size: GB of weights", lambda o: o.weight_bytes, lambda o: f"{o.weight_bytes / 1e9:,.1f}"),
    (334, "cost: $ a month", lambda o: o.usd_per_month, lambda o: f"{o.usd_per_month:,.0f}"),
    (488, "speed: tokens/s a user", tokens_per_second, lambda o: f"{tokens_per_second(o):.0f}"),
)


def cheapest_by_scheme(plan: Plan) -> list[Option]:
    """Return the cheapest option of each model and scheme, in the order of the request."""
    best: dict[tuple[str, str], Option] = {}
    for option in plan.options:
        best.setdefault((option.model, option.scheme), option)
    order = [(model.name, scheme.name) for model in plan.request.models for scheme in plan.request.schemes]
    return [best[key] for key in order if key in best]


def draw_trade_off(plan: Plan) -> str:
    """Draw size, cost, speed and accuracy side by side, a row for each model and scheme on its cheapest GPUs."""
    options = cheapest_by_scheme(plan)
    parts = [text(x, 14, heading, "start", "heading") for x, heading, _, _ in _COLUMNS]
    parts.append(text(_ACCURACY, 14, "accuracy kept", "start", "heading"))
    for row, option in enumerate(options):
        y = 30 + _ROW * row
        parts.append(text(0, y + 9, f"{option.model} {option.scheme}", "start", "name"))
        parts.append(text(0, y + 21, f"{option.deployment}, {option.basis}", "start", "tick"))
        for x, _, value, words in _COLUMNS:
            width = _BAR * value(option) / max(map(value, options))
            fill = COLOURS[option.scheme]
            parts.append(f'<rect x="{x}" y="{y}" width="{width:.1f}" height="16" rx="2" style="fill:{fill}"/>')
            parts.append(text(x + width + 5, y + 13, words(option)))
        parts += _accuracy(option, y)
    return picture(parts, "Size, cost, speed and accuracy by scheme", 40 + _ROW * len(options))


def _accuracy(option: Option, y: float) -> list[str]:
    recovered = option.recovered
    if recovered is None:
        return [text(_ACCURACY, y + 13, "not measured", "start", "quiet")]
    left = float(_ACCURACY)

    def x(share: float) -> float:
        return left + 54 * min(1.1, max(0.0, (share - 0.9) / 0.1))

    return [
        f'<line x1="{left}" x2="{left + 54}" y1="{y + 8}" y2="{y + 8}" class="grid"/>',
        line([(x(recovered.low), y + 8), (x(recovered.high), y + 8)], COLOURS[option.scheme], width=3),
        f'<circle cx="{x(recovered.value):.1f}" cy="{y + 8}" r="4.5" style="fill:{COLOURS[option.scheme]}"/>',
        text(left + 64, y + 13, f"{recovered.value:.1%}"),
    ]


def draw_options(plan: Plan) -> str:
    """Draw every option: cost across, speed up; a line joins those that no other beats in both."""
    x = horizontal((option.usd_per_month for option in plan.options), logarithmic=True)
    y = vertical(map(tokens_per_second, plan.options), from_zero=True)
    models = [model.name for model in plan.request.models]
    parts = axes(
        x, y, "cost: $ a month (log scale); further left is cheaper", "speed: tokens/s a user; higher is faster"
    )
    best = frontier(plan.options)
    # The best first: it is the others that are moved aside.
    ordered = [*best, *(option for option in plan.options if option not in best)]
    exact = [(x(option.usd_per_month), y(tokens_per_second(option))) for option in ordered]
    places = spread(exact)
    parts.append(line(exact[: len(best)], INK, "5 4", 1.2))
    for option, place, true in reversed(list(zip(ordered, places, exact, strict=True))):
        if place != true:
            parts.append(line([true, place], INK, width=0.6))
        parts.append(
            mark(
                *place,
                models.index(option.model),
                COLOURS[option.scheme],
                option.recovered is not None,
                f"{option.model} {option.scheme}, {option.deployment}: "
                f"${option.usd_per_month:,.0f} a month, {tokens_per_second(option):.0f} tokens/s, "
                f"TTFT {option.load.latency.ttft:.0f} ms",
            )
        )
    names = [
        (f"{option.model} {option.scheme}, {option.gpus} {option.replica.gpu.name}", *place)
        for option, place in zip(best, places, strict=False)
    ]
    parts += place_names(names, [box_of_mark(*place) for place in places])
    return picture(parts, "Cost against speed of every option")


def frontier(options: Sequence[Option]) -> list[Option]:
    """Return, from the cheapest on, the options that are faster than all cheaper ones."""
    best: list[Option] = []
    for option in sorted(options, key=lambda o: (o.usd_per_month, -tokens_per_second(o))):
        if not best or tokens_per_second(option) > tokens_per_second(best[-1]):
            best.append(option)
    return best


def draw_latency(plan: Plan, chosen: Option) -> str:
    """Draw the time between tokens against users on one replica of the chosen option's GPUs, a curve a scheme.

    A curve ends in a bar where the memory is full.
    """
    limit = plan.request.slo.itl
    curves = _curves(plan, chosen)
    every = [point for points, _ in curves.values() for point in points]
    x = horizontal((users for users, _ in every), from_zero=True)
    y = vertical([*(itl for _, itl in every), limit or 0], from_zero=True)
    parts = axes(x, y, f"users on one replica ({chosen.replica})", "ms between tokens; lower is better")
    for scheme, (points, full) in curves.items():
        parts.append(line([(x(users), y(itl)) for users, itl in points], COLOURS[scheme], _DASHES.get(scheme, "")))
        if full:
            end = x(points[-1][0]), y(points[-1][1])
            parts.append(line([(end[0], end[1] - 7), (end[0], end[1] + 7)], COLOURS[scheme], width=3))
    if limit:
        parts.append(line([(LEFT, y(limit)), (WIDTH - RIGHT, y(limit))], LIMIT, "7 4", 1.6))
        parts.append(text(WIDTH - RIGHT - 4, y(limit) - 6, f"service level: {limit:g} ms", "end", "limit"))
    parts += _measured_points(plan, chosen, x, y)
    return picture(parts, "Latency against users, by scheme")


def _curves(plan: Plan, chosen: Option) -> dict[str, tuple[list[tuple[float, float]], bool]]:
    """Return, for each scheme on the same replica, (users, ms between tokens) and whether memory is the limit."""
    model = next(model for model in plan.request.models if model.name == chosen.model)
    work = plan.request.workload
    found = {}
    for scheme in plan.request.schemes:
        kind = arithmetic(chosen.replica.gpu, scheme)
        if isinstance(kind, Unsupported):
            continue
        roofline = Roofline(
            model, scheme, chosen.replica, kind, work.prompt_tokens, work.answer_tokens, plan.request.kv_type
        )
        capacity = estimate_capacity(roofline, plan.request.slo)
        if isinstance(capacity, DoesNotFit) or capacity.by_memory is None:
            continue
        held = roofline.load(capacity.by_memory)
        fitting = held.in_flight + held.rate * work.pause_seconds
        most = min(fitting, 1.4 * max(2, chosen.users_per_replica))
        steps = [1 + (most - 1) * share / 24 for share in range(25)]
        loads = [(users, at_users(roofline.load, users, work.pause_seconds)) for users in steps]
        found[scheme.name] = [(users, load.latency.itl) for users, load in loads], most == fitting
    return found


def _measured_points(plan: Plan, chosen: Option, x: Scale, y: Scale) -> list[str]:
    parts = []
    for sweep in plan.request.sweeps:
        if (sweep.gpu, sweep.gpus) != (chosen.replica.gpu.name, chosen.replica.gpus) or sweep.scheme not in COLOURS:
            continue
        for point in sweep.points:
            users = point.in_flight + point.rate * plan.request.workload.pause_seconds
            if users <= x.high and point.p95.itl <= y.high:
                title = f"measured, {sweep.scheme}: {point.p95.itl:.1f} ms at {point.rate:g} requests/s"
                parts.append(mark(x(users), y(point.p95.itl), 0, COLOURS[sweep.scheme], True, title))
    return parts


def draw_break_even(plan: Plan, chosen: Option) -> str:
    """Draw cost against answers a month: one's own replicas as a staircase, each API as a straight line."""
    prices = plan.request.prices
    step = monthly_usd(chosen.replica.gpus, prices.gpu(chosen.replica.gpu.name), prices.hours_per_month)
    served = chosen.full.rate * 3600 * plan.request.workload.busy_hours
    crossings = [each.answers_per_month for each in chosen.break_evens if each.answers_per_month is not None]
    most = max(1.3 * chosen.answers_per_month, 2.2 * served, *(1.3 * crossing for crossing in crossings))
    x = replace(horizontal((0, most), from_zero=True), high=most)
    count = ceil(most / served)
    y = vertical([1.15 * count * step], from_zero=True)
    stairs = [
        (x(min(most, served * edge)), y(step * level)) for level in range(1, count + 1) for edge in (level - 1, level)
    ]
    parts = axes(x, y, "answers a month", "$ a month")
    parts.append(line(stairs, COLOURS[chosen.scheme], width=2.6))
    names = [(f"{chosen.model} {chosen.scheme} on {chosen.replica}, a step a replica", x(most), y(count * step))]
    taken = [box_of_text(x(chosen.answers_per_month) + 5, TOP + 10, "this plan", "start")]
    for index, each in enumerate(chosen.break_evens):
        end = _api_end(each.usd_per_1000_answers / 1000, most, y)
        place = x(end), y(end * each.usd_per_1000_answers / 1000)
        parts.append(line([(x(0), y(0)), place], INK, ("8 4", "2 4", "10 3 2 3")[(1 + index) % 3], 1.6))
        names.append((each.api, *place))
        if each.answers_per_month is not None:
            title = f"break-even with {each.api}: {each.answers_per_month:,.0f} answers a month"
            parts.append(mark(x(each.answers_per_month), y(step), 3, INK, True, title))
            taken.append(box_of_mark(x(each.answers_per_month), y(step)))
            words = f"break-even: {number(round(each.answers_per_month, -3))}"
            names.append((words, x(each.answers_per_month), y(step)))
    now = x(chosen.answers_per_month)
    parts.append(line([(now, TOP), (now, HEIGHT - 52)], NOW, "3 3", 1.2))
    parts.append(text(now + 5, TOP + 10, "this plan", "start", "quiet"))
    parts += place_names(names, taken)
    return picture(parts, "Own hosting against a hosted API")


def _api_end(each: float, most: float, y: Scale) -> float:
    """Return the answers a month at which an API's line leaves the chart, at most `most`."""
    return min(most, y.high / each) if each else most
