"""The real Prometheus with the project's configuration and rules, on a real service: what the dashboard shows."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from testing.builders import REPOSITORY
from testing.components import need_program
from testing.model_server import free_port
from testing.promql import read_query
from tests.integration.project.conftest import Router

FOLDER = REPOSITORY / "deploy" / "prometheus"
DASHBOARD = json.loads((REPOSITORY / "deploy/grafana/groundwork.json").read_text(encoding="utf-8"))
MISSING = "Prometheus is missing: apt-get install prometheus (96 MB)"
_PATIENCE_SECONDS = 40.0
VARIABLES = {"$job": ".*", "$__rate_interval": "10s", "$__range": "1m"}
"""What Grafana puts in place of its variables."""


@pytest.fixture(scope="module")
def prometheus(running: Router, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """Prometheus, which has seen questions being answered in two scrapes or more."""
    need_program("prometheus", MISSING)
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    shutil.copy(FOLDER / "groundwork.rules.yml", folder)
    service = running.service.url.removeprefix("http://")
    (folder / "prometheus.yml").write_text(yaml.safe_dump(scraping(service)), encoding="utf-8")
    command = [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", verify=False) as http:
                ask_until_counted(http, running)
                yield http
        finally:
            process.terminate()


def scraping(service: str) -> dict[str, Any]:
    """Return the project's configuration for one service of this machine, scraped each second."""
    configuration: dict[str, Any] = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    jobs = {job["job_name"]: job for job in configuration["scrape_configs"]}
    assert jobs.keys() == {"groundwork", "vllm", "qdrant"}
    configuration["scrape_configs"] = [{"job_name": "groundwork", "static_configs": [{"targets": [service]}]}]
    return configuration


def ask_until_counted(http: httpx2.Client, running: Router) -> None:
    """Ask until an increase of the answers was scraped: a rate needs two samples."""
    until = time.monotonic() + _PATIENCE_SECONDS
    with running.service.client() as app:
        while time.monotonic() < until:
            question = f"How many days of annual leave are there in {time.time()}?"
            app.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": question}]})
            time.sleep(0.5)
            try:
                found = query(http, 'sum(rate(groundwork_answers_total{job=~".*"}[10s]))')
            except httpx2.TransportError:
                continue
            if found and float(found[0]["value"][1]) > 0:
                return
    raise AssertionError("Prometheus has counted no answer")


def query(http: httpx2.Client, expression: str) -> list[dict[str, Any]]:
    """Return the series of an expression now."""
    answer = http.get("/api/v1/query", params={"query": expression}).json()
    assert answer["status"] == "success", answer
    series: list[dict[str, Any]] = answer["data"]["result"]
    return series


def expressions() -> Iterator[tuple[str, str]]:
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            expression = target["expr"]
            for variable, value in VARIABLES.items():
                expression = expression.replace(variable, value)
            yield panel["title"], expression


def test_the_service_is_scraped_and_every_rule_is_evaluated(prometheus: httpx2.Client) -> None:
    targets = prometheus.get("/api/v1/targets").json()["data"]["activeTargets"]
    assert [(target["labels"]["job"], target["health"]) for target in targets] == [("groundwork", "up")]
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        groups = prometheus.get("/api/v1/rules").json()["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        if rules and all(rule["health"] != "unknown" for rule in rules):
            break
        time.sleep(0.2)
    assert {rule["health"] for rule in rules} == {"ok"}
    assert {rule["name"] for rule in rules} >= {"GroundworkDown", "VllmQueueLong"}


def test_every_panel_whose_metrics_were_scraped_shows_data(prometheus: httpx2.Client) -> None:
    scraped = set(prometheus.get("/api/v1/label/__name__/values").json()["data"])
    shown: set[str] = set()
    empty: set[str] = set()
    for title, expression in expressions():
        series = query(prometheus, expression)
        if {name for name, _ in read_query(expression).selectors} <= scraped:
            (shown if series else empty).add(title)
        else:
            # Not counted yet, such as ratings; or vLLM's, which is not scraped here.
            assert series == [], title
    assert empty <= shown
    assert {
        "Answers a minute",
        "First word, p95",
        "Language model",
        "Documents",
        "Memory",
        "Time of requests, p95",
    } <= shown


def test_promtool_accepts_the_configuration() -> None:
    need_program("promtool", MISSING)
    command = ["promtool", "check", "config", "--syntax-only", str(FOLDER / "prometheus.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_grafana_finds_prometheus_and_the_dashboard_where_compose_puts_them() -> None:
    provisioning = REPOSITORY / "deploy" / "grafana" / "provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text(encoding="utf-8"))["datasources"]
    assert (source["url"], source["isDefault"]) == ("http://prometheus:9090", True)
    (provider,) = yaml.safe_load((provisioning / "dashboards/groundwork.yml").read_text(encoding="utf-8"))["providers"]
    assert provider["options"]["path"] == "/var/lib/grafana/dashboards"


def test_the_configuration_names_the_rules_that_are_beside_it() -> None:
    configuration = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    assert [Path(name).name for name in configuration["rule_files"]] == ["groundwork.rules.yml"]
    assert (FOLDER / configuration["rule_files"][0]).is_file()
