"""Write cases as lines of `cases.jsonl`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from evals.cases.case import Case

_LEFT_OUT_EMPTY = ("required", "forbidden", "labelled")
"""Keys that few cases have."""


def case_row(case: Case) -> dict[str, Any]:
    """Return the JSON object of a case, which `read_case` reads as the same case."""
    # By way of JSON, in which tuples are lists.
    row = json.loads(json.dumps({**asdict(case), "tags": sorted(case.tags)}))
    return {key: value for key, value in row.items() if value or key not in _LEFT_OUT_EMPTY}
