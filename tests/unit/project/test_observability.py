"""The dashboard and the alerts query what exists, and docs/observability.md lists what exists."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from core.logs import FIELDS
from core.tracing import SpanName
from testing.builders import REPOSITORY
from testing.components import need_program
from testing.documented import names_in, table_rows, vllm_metrics
from testing.metrics import exported_labels
from testing.promql import read_query

DASHBOARD = json.loads((REPOSITORY / "deploy/grafana/groundwork.json").read_text(encoding="utf-8"))
RULES = yaml.safe_load((REPOSITORY / "deploy/prometheus/groundwork.rules.yml").read_text(encoding="utf-8"))
OF_PROMETHEUS = {"job", "instance"}
"""Labels that Prometheus gives to what it scrapes."""
OF_VLLM = {"model_name", "engine", "le"}


def panels() -> list[dict[str, Any]]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def alerts() -> list[dict[str, Any]]:
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def expressions() -> Iterator[tuple[str, str]]:
    """Yield the title of each panel and alert with an expression of it."""
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for alert in alerts():
        yield alert["alert"], alert["expr"]
    for variable in DASHBOARD["templating"]["list"]:
        if "definition" in variable:
            metric = re.fullmatch(r"label_values\((\w+), \w+\)", variable["definition"])
            assert metric is not None, variable
            yield variable["name"], metric[1]


def rows(heading: str) -> list[list[str]]:
    return table_rows("observability.md", heading)


def exposed() -> dict[str, set[str]]:
    """Return the labels of each series that can be queried: those of /metrics, and vLLM's that the document lists."""
    ours = {name: set(labels) | OF_PROMETHEUS for name, labels in exported_labels().items()}
    vllm = dict.fromkeys(vllm_metrics(), OF_VLLM | OF_PROMETHEUS)
    for name in [name for name in vllm if name.endswith("_seconds")]:
        vllm |= {f"{name}{end}": vllm[name] for end in ("_bucket", "_sum", "_count")}
    return ours | vllm


@pytest.mark.parametrize(("title", "expression"), list(expressions()))
def test_each_expression_queries_metrics_and_labels_that_exist(title: str, expression: str) -> None:
    known, query = exposed(), read_query(expression)
    assert query.selectors
    for name, labels in query.selectors:
        assert name in known, f"{title}: no metric {name}"
        assert labels <= known[name], f"{title}: {name} has no label {labels - known[name]}"
    grouped = set().union(*(known[name] for name, _ in query.selectors))
    assert query.groups <= grouped, f"{title}: no label {query.groups - grouped}"


def test_the_labels_of_a_legend_are_those_that_its_expression_keeps() -> None:
    for panel in panels():
        for target in panel["targets"]:
            kept = read_query(target["expr"]).groups | OF_PROMETHEUS
            assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= kept, panel["title"]


def test_the_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    cells = [
        (row, column)
        for panel in DASHBOARD["panels"]
        for row in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
        for column in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(column for _, column in cells) < 24


def test_every_panel_says_what_it_shows_and_takes_its_data_from_the_chosen_source() -> None:
    for panel in panels():
        assert panel["description"].endswith("."), panel["title"]
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}


def test_every_alert_has_a_severity_and_says_what_to_do() -> None:
    assert len({alert["alert"] for alert in alerts()}) == len(alerts())
    for alert in alerts():
        assert alert["labels"]["severity"] in ("critical", "warning")
        assert alert["annotations"].keys() == {"summary", "description"}


def test_prometheus_takes_the_rules_and_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    need_program("promtool", "promtool is missing: apt-get install prometheus (96 MB)")
    queried = [
        expression.replace("$__rate_interval", "5m").replace("$__range", "1h") for _, expression in expressions()
    ]
    rules = [{"record": f"expression_{number}", "expr": expression} for number, expression in enumerate(queried)]
    written = tmp_path / "expressions.yml"
    written.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}), encoding="utf-8")
    for file in (REPOSITORY / "deploy/prometheus/groundwork.rules.yml", written):
        done = subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_document_lists_every_metric_with_its_labels() -> None:
    exported: dict[str, set[str]] = {}
    for name, labels in exported_labels().items():
        if name.startswith("groundwork_"):
            base = re.sub(r"(?<=_seconds)_(bucket|sum|count)$", "", name)
            exported[base] = exported.get(base, set()) | (set(labels) - {"le"})
    listed = {names_in(metric)[0]: set(names_in(labels)) for metric, labels, _ in rows("Metrics")}
    assert listed == exported


def test_the_document_lists_every_span() -> None:
    assert [name for cell, *_ in rows("Spans") for name in names_in(cell)] == [
        "METHOD ROUTE",
        *(name for name in get_args(SpanName) if not name.startswith("ingest")),
        "chat MODEL",
        *(name for name in get_args(SpanName) if name.startswith("ingest")),
    ]


def test_the_document_lists_every_field_of_a_line() -> None:
    assert [name for cell, *_ in rows("Fields of a line") for name in names_in(cell)] == list(FIELDS)
