"""A plan in a few lines on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from serving.plan.plan import Option, Plan

_SHOWN = 12
_ANY_WIDTH = 1000


def print_plan(plan: Plan, console: Console) -> None:
    """For each model its cheapest options and when an API is cheaper, then how much was refused."""
    shown = [option for model in plan.request.models for option in _cheapest(plan, model.name)]
    table = _table(shown, _COLUMNS)
    fits = console.measure(table, options=console.options.update(max_width=_ANY_WIDTH)).maximum <= console.width
    console.print(table if fits else _table(shown, _NARROW))
    work = plan.request.workload
    console.print(
        f"{work.users} users, {work.prompt_tokens} prompt and {work.answer_tokens} answer tokens, within "
        f"{plan.request.slo}. est.: a roofline estimate, means; meas.: measured, 95th percentiles."
    )
    for option in cheapest_by_model(plan):
        for sentence in api_sentences(option):
            console.print(f"{option.model}: {sentence}")
    if not fits:
        console.print(f"A wider terminal shows also: {', '.join(name for name in _COLUMNS if name not in _NARROW)}.")
    if hidden := len(plan.options) - len(shown):
        console.print(f"{hidden} dearer options and {len(plan.refusals)} refused ones are in --json and --html FILE.")
    console.print(f"Prices: the table of {plan.request.prices.date}; edit a copy and give it with --prices.")


def _cheapest(plan: Plan, model: str) -> list[Option]:
    """What is shown of a model: fewer options the more models there are."""
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


def cheapest_by_model(plan: Plan) -> list[Option]:
    """The cheapest option of each model that can be served, in the order of the request."""
    best: dict[str, Option] = {}
    for option in plan.options:
        best.setdefault(option.model, option)
    return [best[model.name] for model in plan.request.models if model.name in best]


def api_sentences(option: Option) -> list[str]:
    """When a hosted API is cheaper than an option, one sentence for each API."""
    sentences = []
    for each in option.break_evens:
        api = f"{each.api} at ${each.usd_per_1000_answers:,.2f} per 1,000 answers"
        if each.answers_per_month is None:
            sentences.append(f"Stay on the API at any volume: {api} is cheaper than a full replica of your own.")
        else:
            sentences.append(f"Stay on the API below {each.answers_per_month:,.0f} answers a month ({api}).")
    return sentences


_COLUMNS = (
    *("model", "scheme", "GPUs", "users each", "limit", "used", "TTFT", "ITL", "answer", "$/month", "$/1,000"),
    *("accuracy", "basis"),
)
_NARROW = ("model", "scheme", "GPUs", "TTFT", "ITL", "$/month", "$/1,000")
"""What eighty columns hold."""
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
