from __future__ import annotations

import pytest

from testing.promql import read_query


@pytest.mark.parametrize(
    ("expression", "selectors", "groups"),
    [
        ("up", [("up", set())], set()),
        ('sum by (le) (rate(a{job=~"$job", code!="x{y}"}[$__rate_interval]))', [("a", {"job", "code"})], {"le"}),
        ("a / ignoring (b) group_left (c) d{e=\"f\"} offset 1h > 2", [("a", set()), ("d", {"e"})], {"b", "c"}),
        ("x:y and absent(z) or 3 * 1e3 == bool w", [("x:y", set()), ("z", set()), ("w", set())], set()),
        ("a[1d] offset 1h", [("a", set())], set()),
    ],
)  # fmt: skip
def test_metrics_matchers_and_groups_are_read(
    expression: str, selectors: list[tuple[str, set[str]]], groups: set[str]
) -> None:
    found = read_query(expression)
    assert [(name, set(labels)) for name, labels in found.selectors] == selectors
    assert found.groups == groups
