"""What the figures of a result say, in sentences for the terminal and the page."""

from __future__ import annotations

from serving.bench.result import REPLAY, BenchResult, Rate

_LATE_MS = 50.0
"""The mean delay above which a replay was not sent as recorded. On an idle machine it is 1 to 5 ms."""
_STRATEGIES = {"synchronous": "one at a time", "throughput": "all at once"}
"""GuideLLM's strategies that every sweep has, in words."""


def describe_load(label: str) -> str:
    """Return a strategy of GuideLLM in words."""
    if label == REPLAY:
        return "replay"
    if label.startswith("concurrent@"):
        return f"{label.removeprefix('concurrent@')} in parallel"
    return _STRATEGIES.get(label, label.replace("constant@", "") + "/s")


def sentences(result: BenchResult) -> list[str]:
    """Return what the figures of a result say, what failed first."""
    found = failures(result)
    if result.replayed:
        found += [sentence for rate in result.rates for sentence in _replay_sentences(result, rate)]
    else:
        found += _sweep_sentences(result)
    lost = sum(rate.failed for rate in result.rates)
    if lost:
        found.append(f"{lost} requests failed; no figure includes them. Look at the server's log.")
    return found


def failures(result: BenchResult) -> list[str]:
    """Return what did not run to its end, and the loads at which no request succeeded."""
    found = [] if result.failure is None else [f"{result.failure} What was finished before is below."]
    for each in result.unanswered:
        lost = [f"{count} {words}" for count, words in ((each.failed, "failed"), (each.cut, "were cut off")) if count]
        found.append(f"No request succeeded at {describe_load(each.label)}: {' and '.join(lost) or 'none was sent'}.")
    return found


def _replay_sentences(result: BenchResult, rate: Rate) -> list[str]:
    found = []
    if rate.attainment is not None:
        found.append(
            f"{rate.attainment:.1%} of the {rate.answered:,} answered requests meet {result.slo}: "
            f"{rate.attainment * rate.point.rate:.2f} good answers a second."
        )
    lacking = int(result.about.get("requests", 0)) - rate.answered - rate.failed - rate.cut
    if lacking > 0:
        found.append(f"GuideLLM's report lacks {lacking} of the requests that were sent; no figure includes them.")
    if rate.late_ms > _LATE_MS:
        found.append(
            f"Requests were sent {rate.late_ms:,.0f} ms later than recorded in the mean: this machine cannot send them "
            "faster, so that the load was lighter than the recorded one. Lower --speed."
        )
    return found


def _sweep_sentences(result: BenchResult) -> list[str]:
    found = []
    capacity = result.capacity()
    if not capacity.serves:
        found.append(
            f"Not even the lightest load, {describe_load(result.rates[0].label)}, meets {result.slo} (95th "
            f"percentile): {describe_missed(capacity.limited_by)}."
        )
    else:
        end = (
            "no measured load missed a limit, so that the highest load is unknown"
            if capacity.limited_by == "the end of the sweep"
            else f"then {describe_missed(capacity.limited_by)}"
        )
        found.append(
            f"Within {result.slo} (95th percentiles): {capacity.full.rate:.2f} requests a second, "
            f"{capacity.full.in_flight:.0f} in flight; {end}."
        )
    if result.search is not None:
        found += _search_sentences(result)
    return found


def describe_missed(limits: str) -> str:
    """Return which limits are missed: "ttft", or "ttft and itl"."""
    return f"{limits} miss their limits" if " and " in limits else f"{limits} misses its limit"


def _search_sentences(result: BenchResult) -> list[str]:
    search = result.search
    assert search is not None
    if search.best is None:
        tried = f"{search.failing} in parallel" if result.failure else "any number in parallel, not even one"
        found = [f"Search: fewer than 95% of the requests meet all limits at {tried}."]
    else:
        rate = "" if search.goodput is None else f", {search.goodput:.2f} good answers a second"
        above = "the most that was tried" if search.failing is None else f"{search.failing} do not"
        found = [f"Search: with {search.best} in parallel 95% of the requests meet all limits{rate}; {above}."]
    if search.unresolved:
        tried = ", ".join(map(str, search.unresolved))
        found.append(f"Too few requests for a decision at {tried} in parallel: use more --seconds and --requests.")
    return found
