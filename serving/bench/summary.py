"""A result as plain values, for `--json`, and in a few lines on the terminal."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from serving.bench.results import Array, Rate, Result

STRATEGIES = {"synchronous": "one at a time", "throughput": "all at once"}


def to_dict(result: Result) -> dict[str, Any]:
    """Everything but the single requests, in the units that the keys name."""
    capacity = result.capacity()
    within = {
        "requests_per_second": capacity.full.rate if capacity.serves else 0.0,
        "in_flight": capacity.full.in_flight if capacity.serves else 0.0,
        "limited_by": capacity.limited_by,
    }
    return {
        "name": result.name,
        "model": result.model,
        "target": result.target,
        "slo_ms": asdict(result.slo),
        "rates": [_rate(rate) for rate in result.rates],
        "within_slo": within,
        "search": None if result.search is None else asdict(result.search),
        "about": dict(result.about),
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "load": rate.label,
        "requests_per_second": rate.point.rate,
        "in_flight": rate.in_flight,
        "answered": rate.answered,
        "failed": rate.failed,
        "cut": rate.cut,
        "ttft_ms": _latency(rate.ttft),
        "itl_ms": _latency(rate.itl),
        "e2e_ms": _latency(rate.e2e),
        "answer_tokens_per_second": rate.tokens_per_second,
        "prompt_tokens": rate.prompt_tokens,
        "cached_prompt_tokens": rate.cached_tokens,
        "answer_tokens": float(rate.answer_tokens.mean()),
    }


def _latency(values: Array) -> dict[str, float]:
    median, high = np.percentile(values, (50, 95))
    return {"mean": float(values.mean()), "median": float(median), "p95": float(high)}


def print_result(result: Result, console: Console) -> None:
    """A row a rate, then the highest load within the service level by the sweep and by the search."""
    table = Table(box=None, pad_edge=False)
    headings = ("load", "req/s", "in flight", "TTFT ms", "ITL ms", "answer s", "tokens/s", "answered")
    for column, heading in enumerate(headings):
        # The words may be broken, the figures not: eighty columns hold them all.
        table.add_column(heading, justify="right" if column else "left", no_wrap=column > 0)
    for rate in result.rates:
        table.add_row(*_row(rate))
    console.print(table)
    console.print("Latencies: median/95th percentile; in flight: mean number of requests.")
    if "prompts" in result.about:
        console.print(f"Sent: {result.about['prompts']}.", soft_wrap=True)
    for sentence in sentences(result):
        console.print(sentence, soft_wrap=True)


def _row(rate: Rate) -> tuple[str, ...]:
    median, high = rate.median, rate.point.p95
    lost = rate.failed + rate.cut
    return (
        load_words(rate.label),
        f"{rate.point.rate:.2f}",
        f"{rate.in_flight:.1f}",
        f"{median.ttft:,.0f}/{high.ttft:,.0f}",
        f"{median.itl:.1f}/{high.itl:.1f}",
        f"{median.e2e / 1000:.1f}/{high.e2e / 1000:.1f}",
        f"{rate.tokens_per_second:,.0f}",
        f"{rate.answered}" + (f" of {rate.answered + lost}" if lost else ""),
    )


def load_words(label: str) -> str:
    """A strategy of GuideLLM in words."""
    return STRATEGIES.get(label, label.replace("constant@", "") + "/s")


def sentences(result: Result) -> list[str]:
    """What the figures say."""
    said = []
    capacity = result.capacity()
    if not capacity.serves:
        said.append(
            f"Not even one request at a time keeps {result.slo} (95th percentile): {capacity.limited_by} misses."
        )
    else:
        end = (
            "no rate of the sweep missed a limit, so that the highest load is not found"
            if capacity.limited_by == "the end of the sweep"
            else f"then {capacity.limited_by} misses its limit"
        )
        said.append(
            f"Within {result.slo} (95th percentiles): {capacity.full.rate:.2f} requests a second, "
            f"{capacity.full.in_flight:.0f} in flight; {end}."
        )
    if result.search is not None:
        said += _search_sentences(result)
    lost = sum(rate.failed for rate in result.rates)
    if lost:
        said.append(f"{lost} requests failed; they are in no figure. Look at the server's log.")
    return said


def _search_sentences(result: Result) -> list[str]:
    search = result.search
    assert search is not None
    if search.best is None:
        said = ["Search: 95% of the requests keep all limits at no number in parallel, not even one."]
    else:
        rate = "" if search.goodput is None else f", {search.goodput:.2f} good answers a second"
        above = "the most that was tried" if search.failing is None else f"{search.failing} do not"
        said = [f"Search: with {search.best} in parallel 95% of the requests keep all limits{rate}; {above}."]
    if search.unresolved:
        tried = ", ".join(map(str, search.unresolved))
        said.append(f"Too few requests to be sure at {tried} in parallel: give more --seconds and --requests.")
    return said
