"""Pair the results of two runs by the case's id. Runs over other cases, or other splits, are refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from core.errors import ConfigurationError
from evals.run.case_result import CaseResult
from evals.run.folder import RunFolder, check_complete

Pair: TypeAlias = tuple[CaseResult, CaseResult]
"""The results of one case, in run A and in run B."""

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class PairedRuns:
    """Two runs and the pairs of their results, in the order of the cases' ids.

    left_out    cases that only one of the runs has, or that differ between them; empty unless `--common` was asked for
    """

    a: RunFolder
    b: RunFolder
    pairs: tuple[Pair, ...]
    left_out: tuple[str, ...]


def pair_runs(a: RunFolder, b: RunFolder, *, common: bool) -> PairedRuns:
    """Pair two runs; with `common`, only the cases that are the same in both.

    Raises ConfigurationError for a run that was interrupted; one that names what differs (the split, cases of one run
    only, cases with another content); and one where no case is left.
    """
    check_complete(a)
    check_complete(b)
    first = {result.case.id: result for result in a.results}
    second = {result.case.id: result for result in b.results}
    same = sorted(name for name in first.keys() & second.keys() if first[name].case == second[name].case)
    left_out = sorted((first.keys() | second.keys()) - set(same))
    if not common:
        _check_same(a, b, first.keys(), second.keys(), same)
    if not same:
        raise ConfigurationError(f"{a.folder} and {b.folder} have no case in common. Compare runs over the same cases.")
    return PairedRuns(a, b, tuple((first[name], second[name]) for name in same), tuple(left_out))


def _check_same(a: RunFolder, b: RunFolder, first: Iterable[str], second: Iterable[str], same: Sequence[str]) -> None:
    only_a, only_b = sorted(set(first) - set(second)), sorted(set(second) - set(first))
    changed = sorted(set(first) & set(second) - set(same))
    splits = a.configuration.get("split"), b.configuration.get("split")
    differences = [
        f"the split is {splits[0]} in A and {splits[1]} in B" if splits[0] != splits[1] else "",
        _named("only A has", only_a),
        _named("only B has", only_b),
        _named("another content under the same id have", changed),
    ]
    if only_a or only_b or changed:
        raise ConfigurationError(
            f"A ({a.folder}) and B ({b.folder}) are runs over different cases: "
            f"{'; '.join(filter(None, differences))}. Run both over the same cases and split. {len(same)} cases are "
            "the same in both (`groundwork eval compare --common`)."
        )


def _named(words: str, ids: Sequence[str]) -> str:
    if not ids:
        return ""
    more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
    return f"{words} {', '.join(ids[:_MOST_NAMED])}{more}"
