"""What the figures of a result say, in sentences for the terminal and the page."""

from __future__ import annotations

from serving.bench.result import BenchResult

STRATEGIES = {"synchronous": "one at a time", "throughput": "all at once"}
"""GuideLLM's strategies that every sweep has, in words."""


def describe_load(label: str) -> str:
    """Return a strategy of GuideLLM in words."""
    return STRATEGIES.get(label, label.replace("constant@", "") + "/s")


def sentences(result: BenchResult) -> list[str]:
    """Return what the figures of a result say."""
    found = []
    capacity = result.capacity()
    if not capacity.serves:
        found.append(
            f"Not even one request at a time meets {result.slo} (95th percentile): {capacity.limited_by} misses."
        )
    else:
        end = (
            "no rate of the sweep missed a limit, so that the highest load is unknown"
            if capacity.limited_by == "the end of the sweep"
            else f"then {capacity.limited_by} misses its limit"
        )
        found.append(
            f"Within {result.slo} (95th percentiles): {capacity.full.rate:.2f} requests a second, "
            f"{capacity.full.in_flight:.0f} in flight; {end}."
        )
    if result.search is not None:
        found += _search_sentences(result)
    lost = sum(rate.failed for rate in result.rates)
    if lost:
        found.append(f"{lost} requests failed; no figure includes them. Look at the server's log.")
    return found


def _search_sentences(result: BenchResult) -> list[str]:
    search = result.search
    assert search is not None
    if search.best is None:
        found = ["Search: at no number in parallel, not even one, do 95% of the requests meet all limits."]
    else:
        rate = "" if search.goodput is None else f", {search.goodput:.2f} good answers a second"
        above = "the most that was tried" if search.failing is None else f"{search.failing} do not"
        found = [f"Search: with {search.best} in parallel 95% of the requests meet all limits{rate}; {above}."]
    if search.unresolved:
        tried = ", ".join(map(str, search.unresolved))
        found.append(f"Too few requests for a decision at {tried} in parallel: use more --seconds and --requests.")
    return found
