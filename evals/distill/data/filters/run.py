"""Ask every filter about every example."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from core.types import Vectors
from evals.distill.data.filters.answerable import check_refusal
from evals.distill.data.filters.candidate import Candidate
from evals.distill.data.filters.citations import check_citations
from evals.distill.data.filters.context import Embed, FilterContext
from evals.distill.data.filters.diversity import Diversity
from evals.distill.data.filters.grounding import check_grounding
from evals.distill.data.filters.leak import check_leak
from evals.distill.data.filters.length import check_length
from evals.distill.data.filters.round_trip import check_round_trip

Filter: TypeAlias = Callable[[Candidate, FilterContext], str | None]
"""Returns why an example is dropped, or None."""
ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of examples that were filtered and the number of all."""

FILTERS: tuple[tuple[str, Filter], ...] = (
    ("length", check_length),
    ("leak", check_leak),
    ("round trip", check_round_trip),
    ("grounding", check_grounding),
    ("citations", check_citations),
    ("refusal", check_refusal),
)
"""The filters by name, in the order in which they are asked and counted. Diversity follows, among what these keep."""
DIVERSITY = "diversity"


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


def _ignore(done: int, total: int) -> None:
    del done, total


def filter_examples(
    candidates: Iterable[Candidate], context: FilterContext, progress: ReportProgress = _ignore
) -> Filtered:
    """Return the examples that pass every filter. Raises IndexFault or EmbeddingError."""
    every = list(candidates)
    context = replace(context, embed=_looked_up(context.embed, every))
    filters: tuple[tuple[str, Filter], ...] = (*FILTERS, (DIVERSITY, Diversity().check))
    kept: list[Candidate] = []
    dropped: list[Dropped] = []
    for number, candidate in enumerate(every, start=1):
        found = _dropped(candidate, context, filters)
        if found is None:
            kept.append(candidate)
        else:
            dropped.append(found)
        progress(number, len(every))
    return Filtered(tuple(kept), tuple(dropped))


def _dropped(candidate: Candidate, context: FilterContext, filters: Sequence[tuple[str, Filter]]) -> Dropped | None:
    for name, check in filters:
        if (reason := check(candidate, context)) is not None:
            return Dropped(candidate, name, reason)
    return None


def _looked_up(embed: Embed, candidates: Sequence[Candidate]) -> Embed:
    """Return the embedding with the vectors of all questions at hand: one batch takes less time than many calls."""
    texts = list(dict.fromkeys(text for one in candidates for text in (one.question.text, one.question.all_user_turns)))
    vectors: dict[str, Vectors] = dict(zip(texts, embed(texts), strict=True)) if texts else {}
    return lambda asked: np.stack([vectors[text] for text in asked])
