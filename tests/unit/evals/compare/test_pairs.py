from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from evals.compare.pairs import pair_runs
from evals.run.folder import RunFolder
from tests.unit.evals.runs import CONFIGURATION, case_named, result


def folder(name: str, *ids: str, split: str = "all") -> RunFolder:
    results = tuple(result(case_named(one), {"refusal recall": 1.0}) for one in ids)
    return RunFolder(Path(name), {**CONFIGURATION, "split": split}, results)


def test_results_are_paired_by_id_whatever_their_order() -> None:
    runs = pair_runs(folder("a", "x", "y"), folder("b", "y", "x"), common=False)
    assert [(a.case.id, b.case.id) for a, b in runs.pairs] == [("x", "x"), ("y", "y")]
    assert runs.left_out == ()


def test_other_cases_and_another_split_are_refused_with_what_differs() -> None:
    with pytest.raises(ConfigurationError) as raised:
        pair_runs(folder("a", "x", "y"), folder("b", "y", "z", split="test"), common=False)
    assert str(raised.value) == (
        "A (a) and B (b) are runs over different cases: the split is all in A and test in B; only A has x; only B has "
        "z. Run both over the same cases and split. 1 cases are the same in both (`groundwork eval compare --common`)."
    )


def test_a_case_with_another_content_under_the_same_id_is_another_case() -> None:
    changed = folder("b", "x", "y")
    results = (replace(changed.results[0], case=case_named("x", "Since when?")), changed.results[1])
    with pytest.raises(ConfigurationError, match="another content under the same id have x"):
        pair_runs(folder("a", "x", "y"), replace(changed, results=results), common=False)
    runs = pair_runs(folder("a", "x", "y"), replace(changed, results=results), common=True)
    assert [pair[0].case.id for pair in runs.pairs] == ["y"]
    assert runs.left_out == ("x",)


def test_many_differing_cases_are_named_by_the_first() -> None:
    with pytest.raises(ConfigurationError, match="only A has a1, a2, a3, a4, a5 and 2 more"):
        pair_runs(folder("a", "x", *(f"a{n}" for n in range(1, 8))), folder("b", "x"), common=False)


def test_runs_without_a_common_case_are_refused_with_common_as_well() -> None:
    with pytest.raises(ConfigurationError, match="have no case in common"):
        pair_runs(folder("a", "x"), folder("b", "y"), common=True)
