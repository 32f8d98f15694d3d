"""A plan on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from serving.plan.result import Option, Plan

_SHOWN = 12
_ANY_WIDTH = 1000


def print_plan(plan: Plan, console: Console) -> None:
    """Print for each model its cheapest options and when an API is cheaper, then how much was refused."""
    shown = [option for model in plan.request.models for option in _cheapest(plan, model.name)]
    table = _table(shown, _COLUMNS)
    fits = console.measure(table, options=console.options.update(max_width=_ANY_WIDTH)).maximum <= console.width
    console.print(table if fits else _table(shown, _NARROW))
    work = plan.request.workload
    console.print(
        f"{work.users} users, {work.prompt_tokens} prompt and {work.answer_tokens} answer tokens, within "
        f"{plan.request.slo}. est.: a roofline estimate, means; meas.: measured, 95th percentiles."
    )
    for option in plan.cheapest_by_model():
        for each in option.break_evens:
            console.print(f"{option.model}: {each.advice()}")
    for saving in plan.savings():
        console.print(saving.advice(), soft_wrap=True, markup=False)
    if not fits:
        console.print(f"A wider terminal shows also: {', '.join(name for name in _COLUMNS if name not in _NARROW)}.")
    if hidden := len(plan.options) - len(shown):
        console.print(
            f"{hidden} more expensive options and {len(plan.refusals)} refused ones are in --json and --html FILE."
        )
    console.print(f"Prices: the table of {plan.request.prices.date}; edit a copy and pass it with --prices.")


def _cheapest(plan: Plan, model: str) -> list[Option]:
    """Return the options that are shown of a model: the more models, the fewer."""
    options = [option for option in plan.options if option.model == model]
    return options[: max(3, _SHOWN // len(plan.request.models))]


def _table(options: Sequence[Option], columns: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in columns:
        table.add_column(heading, justify="left" if heading in _WORDS else "right", no_wrap=True)
    for option in options:
        cells = dict(zip(_COLUMNS, _row(option), strict=True))
        table.add_row(*(cells[heading] for heading in columns))
    return table


_COLUMNS = (
    *("model", "scheme", "GPUs", "users each", "limit", "used", "TTFT", "ITL", "answer", "$/month", "$/1,000"),
    *("accuracy", "basis"),
)
_NARROW = ("model", "scheme", "GPUs", "TTFT", "ITL", "$/month", "$/1,000")
"""The columns that fit into eighty characters."""
_WORDS = ("model", "scheme", "GPUs", "limit", "basis")


def _row(option: Option) -> tuple[str, ...]:
    latency = option.load.latency
    return (
        option.model,
        option.scheme,
        option.deployment,
        f"{option.users_per_replica:,}",
        option.limited_by,
        f"{option.utilisation:.0%}",
        f"{latency.ttft:,.0f} ms",
        f"{latency.itl:.1f} ms",
        f"{latency.e2e / 1000:.1f} s",
        f"{option.usd_per_month:,.0f}",
        f"{option.usd_per_1000_answers:,.2f}",
        "not measured" if option.recovered is None else f"{option.recovered.value:.1%}",
        "est." if option.basis == "estimate" else "meas.",
    )
