"""The planner against the installed vLLM: what it builds and reserves for the architectures.

Those that take long are left to `python -m benchmarks.architectures`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from serving.model.reservation import VllmEnvironment
from testing.architectures import FROM_CLASSES, OWN_CODE, TRACED_BY_VLLM, make_config
from testing.serving.compared_shapes import Compared, compare

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def compared(vllm_python: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Compared]:
    vllm = VllmEnvironment(vllm_python, "of this test", tmp_path_factory.mktemp("answers"))
    kinds = sorted(FROM_CLASSES.keys() - TRACED_BY_VLLM)
    return list(compare({**{kind: make_config(kind) for kind in kinds}, **OWN_CODE}, vllm, (1, 4)))


def test_parameters_are_half_a_percent_off_at_most_and_cache_and_context_are_exact(compared: list[Compared]) -> None:
    assert {row.kind: row.wrong for row in compared if row.wrong} == {}


def test_vllm_and_the_formulas_both_know_at_least_60_architectures(compared: list[Compared]) -> None:
    assert sum(row.verdict == "right" for row in compared) >= 60


def test_vllm_builds_types_that_are_a_checkpoints_own_code_from_their_fields(compared: list[Compared]) -> None:
    layer = 2 * 768 * 768 + 2 * 384 * 768 + 3 * 2560 * 768 + 2 * 768
    built = {row.kind: (row.their_parameters, row.cache_bytes()) for row in compared if row.kind in OWN_CODE}
    assert built == dict.fromkeys(OWN_CODE, (6 * layer + 2 * 40960 * 768 + 768, (6 * 2 * 384 * 2, 0)))
