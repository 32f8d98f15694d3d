"""The results of a folder as one HTML page, without scripts or anything from other hosts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from core.report import html
from serving.bench.charts import colours, draw_latency, draw_throughput
from serving.bench.compare import cautions, compare, has_common_load
from serving.bench.crossing import Crossing, bits_of, curve_of, find_crossing
from serving.bench.findings import describe_load, describe_missed, sentences
from serving.bench.result import BenchResult, Rate

_TITLES = {"ttft": "Time to the first token", "itl": "Time between tokens", "e2e": "End-to-end latency"}


def render_page(results: Sequence[BenchResult]) -> str:
    """Return the whole page. The others are compared with the first result: bf16 where there is one."""
    ordered = sorted(results, key=lambda result: (-(bits_of(result) or 17), result.name))
    shades = colours(ordered)
    key = html.key(shades)
    names = ", ".join(result.name for result in ordered)
    return html.render(
        f"Measured: {names}",
        [
            _head(ordered),
            _cards(ordered),
            *_latencies(ordered, shades, key),
            html.figure(
                "Throughput",
                draw_throughput(ordered, shades),
                "Tokens of all answers together. Where the line is flat the server is full: more requests only wait.",
                key,
            ),
            *_comparisons(ordered),
            _table(ordered),
            _method(ordered),
        ],
    )


def _head(results: Sequence[BenchResult]) -> str:
    models = ", ".join(dict.fromkeys(result.model.rstrip("/").rpartition("/")[2] for result in results))
    slo = "; ".join(dict.fromkeys(str(result.slo) for result in results))
    return (
        f"<h1>{escape(models)} under load</h1>"
        f'<p class="lead">Answering prompts of the domain. Service level: {escape(slo)}.</p>'
    )


def _cards(results: Sequence[BenchResult]) -> str:
    entries = [_replay_card(result) if result.replayed else _sweep_card(result) for result in results]
    findings = "".join(
        f"<p><b>{escape(result.name)}</b>: {escape(' '.join(sentences(result)))}</p>" for result in results
    )
    return html.cards(entries) + findings


def _sweep_card(result: BenchResult) -> tuple[str, str]:
    capacity = result.capacity()
    rate = capacity.full.rate if capacity.serves else 0.0
    most = max(one.tokens_per_second for one in result.rates)
    missed = describe_missed(capacity.limited_by)
    end = "no limit missed" if capacity.limited_by == "the end of the sweep" else f"then {missed}"
    part = "" if result.complete else " Incomplete: see below."
    words = f"{result.name}: requests within the service level; {end}. {most:,.0f} tokens/s at most.{part}"
    return f"{rate:.2f}/s", words


def _replay_card(result: BenchResult) -> tuple[str, str]:
    (rate,) = result.rates
    share = "no limit" if rate.attainment is None else f"{rate.attainment:.0%}"
    return share, f"{result.name}: replayed requests within the service level, at {rate.point.rate:.2f} requests/s"


def _latencies(results: Sequence[BenchResult], shades: dict[str, str], key: str) -> list[str]:
    drawn = []
    for metric, title in _TITLES.items():
        crossing, label, sentence = _crossing(results, metric)
        drawn.append(
            html.figure(
                title,
                draw_latency(results, metric, shades, crossing, label),
                "Thick: 95th percentile, a mark a rate. Thin: median. Hollow: overloaded, more requests in flight and "
                "fewer answers a second than before. Point at a mark for its figures. " + sentence,
                key,
            )
        )
    return drawn


def _crossing(results: Sequence[BenchResult], metric: str) -> tuple[Crossing | None, str, str]:
    """Return where 4 bits and 8 bits cross: the place, its name on the chart, and a sentence."""
    four = next((result for result in results if bits_of(result) == 4), None)
    eight = next((result for result in results if bits_of(result) == 8), None)
    if four is None or eight is None:
        return None, "", ""
    crossing, lower = find_crossing(curve_of(four, metric), curve_of(eight, metric))
    if lower is None:
        return None, "", f"{four.name} and {eight.name} have no rate in common."
    first, second = (four, eight) if lower == "a" else (eight, four)
    if crossing is None:
        return None, "", f"4 and 8 bits do not cross: {first.name} is lower wherever both were measured."
    at = f"{crossing.rate:.2f} requests/s"
    return (
        crossing,
        f"4 and 8 bits cross at {at}",
        f"{first.name} is lower below {at}, {second.name} above (lines between measured points).",
    )


def _comparisons(results: Sequence[BenchResult]) -> list[str]:
    if len(results) < 2:
        return []
    base = results[0]
    rows: list[tuple[str, ...]] = []
    notes: list[str] = []
    for other in (other for other in results[1:] if has_common_load(base, other)):
        for row in compare(base, other):
            better = {"a": base.name, "b": other.name, None: "undecided"}[row.better]
            rows.append((other.name, describe_load(row.load), row.figure, *row.values(), str(row.ratio), better))
        notes += [f"{other.name}: {words}" for words in cautions(base, other)[1:]]
    if not rows:
        return []
    headings = ("name", "load", "figure", base.name, "value", f"value / {base.name}", "better")
    return [
        f"<h2>Compared with {escape(base.name)}</h2>",
        html.table(headings, rows, left=3),
        html.items([cautions(base, base)[0], *notes]),
    ]


_HEADINGS = (
    "name", "load", "requests/s", "in flight", "TTFT ms", "p95", "ITL ms", "p95", "answer s", "p95", "tokens/s",
    "prompt tokens", "cached", "answer tokens", "answered", "failed", "cut off",
)  # fmt: skip


def _table(results: Sequence[BenchResult]) -> str:
    rows = [_row(result, rate) for result in results for rate in result.rates]
    return "<h2>Every rate</h2>" + html.table(_HEADINGS, rows, left=2)


def _row(result: BenchResult, rate: Rate) -> tuple[str, ...]:
    middle, high = rate.median, rate.point.p95
    return (
        result.name, describe_load(rate.label), f"{rate.point.rate:.2f}", f"{rate.in_flight:.1f}",
        f"{middle.ttft:,.0f}", f"{high.ttft:,.0f}", f"{middle.itl:.1f}", f"{high.itl:.1f}", f"{middle.e2e / 1000:.2f}",
        f"{high.e2e / 1000:.2f}", f"{rate.tokens_per_second:,.0f}", f"{rate.prompt_tokens:,.0f}",
        f"{rate.cached_tokens:,.0f}", f"{rate.answer_tokens.mean():,.0f}", f"{rate.answered:,}",
        f"{rate.failed}", f"{rate.cut}",
    )  # fmt: skip


def _sent(result: BenchResult) -> str:
    return result.about.get("prompts") or result.about.get("replay") or "prompts unknown"


def _method(results: Sequence[BenchResult]) -> str:
    lines = [f"{result.name}: {result.model} at {result.target}; {_sent(result)}" for result in results]
    return "<h2>How it was measured</h2>" + html.items(
        [
            *lines,
            "By GuideLLM 0.8. A sweep sends one request at a time, then as many at once as allowed, then constant "
            "rates between; fixed loads (--at) keep so many requests in parallel; a replay sends recorded requests at "
            "their times.",
            "A sweep sends no text twice: when the prompts are used up, they are sent again with a new line before the "
            "passages. The system prompt is shared, as in production; a question that users repeat word for word "
            "would be answered faster than measured here.",
            "Requests that were still running when a rate's time was up (cut off) are in no figure. Latencies are "
            "those of the client, without retrieval.",
        ]
    )
