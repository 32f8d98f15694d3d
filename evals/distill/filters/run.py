"""Ask every filter about every example."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from evals.distill.filters.candidate import Candidate
from evals.distill.filters.context import FilterContext
from evals.distill.filters.length import check_length

Filter: TypeAlias = Callable[[Candidate, FilterContext], str | None]
"""Returns why an example is dropped, or None."""

FILTERS: tuple[tuple[str, Filter], ...] = (("length", check_length),)
"""The filters by name, in the order in which they are asked and counted."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """An example that a filter dropped, and why."""

    candidate: Candidate
    filter: str
    reason: str


@dataclass(frozen=True, slots=True)
class Filtered:
    """The examples that are kept, in the order of the candidates, and those that were dropped."""

    kept: tuple[Candidate, ...]
    dropped: tuple[Dropped, ...]

    @property
    def counts(self) -> Counter[str]:
        """How many were dropped by each filter for each reason: "length: the answer is empty"."""
        return Counter(f"{one.filter}: {one.reason}" for one in self.dropped)


def filter_examples(candidates: Iterable[Candidate], context: FilterContext) -> Filtered:
    """Return the examples that pass every filter. Raises IndexFault or EmbeddingError where a filter searches."""
    kept: list[Candidate] = []
    dropped: list[Dropped] = []
    for candidate in candidates:
        found = _dropped(candidate, context)
        if found is None:
            kept.append(candidate)
        else:
            dropped.append(found)
    return Filtered(tuple(kept), tuple(dropped))


def _dropped(candidate: Candidate, context: FilterContext) -> Dropped | None:
    for name, check in FILTERS:
        if (reason := check(candidate, context)) is not None:
            return Dropped(candidate, name, reason)
    return None
