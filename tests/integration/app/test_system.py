"""Health, readiness, configuration, metrics and the page."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from testing.handbook import PAGES
from testing.processes import Serving


def test_a_service_with_documents_is_alive_and_ready(http: httpx2.Client) -> None:
    assert http.get("/health").json() == {"status": "ok"}
    ready = http.get("/ready").json()
    assert (ready["ready"], ready["documents"] >= len(PAGES), ready["chunks"] >= len(PAGES)) == (True, True, True)
    assert ready["model"] == {
        "configured": False, "reachable": False, "loading": False, "name": None, "error": None, "missing": []
    }  # fmt: skip


def test_the_configuration_names_the_domain_the_models_and_the_embedder(http: httpx2.Client) -> None:
    found = http.get("/v1/configuration").json()
    assert found["domain"]["title"] == "Team handbook"
    assert found["models"] == ["groundwork", "groundwork:brief"]
    assert (found["mode"], found["embedder"]) == ("extractive", "all-MiniLM-L6-v2")
    assert found["documents"] >= len(PAGES)


def test_the_metrics_are_in_prometheus_format_and_count_what_happens(http: httpx2.Client) -> None:
    def samples() -> dict[tuple[str, str], float]:
        response = http.get("/metrics")
        assert response.headers["content-type"].startswith("text/plain")
        return {
            (sample.name, json.dumps(sample.labels, sort_keys=True)): sample.value
            for family in text_string_to_metric_families(response.text)
            for sample in family.samples
        }

    def count(name: str, **labels: str) -> float:
        return samples().get((name, json.dumps(labels, sort_keys=True)), 0.0)

    searches = count("groundwork_requests_total", route="/v1/search", status="200")
    answered = {"mode": "extractive", "recipe": "default", "arm": "", "outcome": "answered"}
    answers = count("groundwork_answers_total", **answered)
    http.post("/v1/search", json={"query": "annual leave"})
    question = {"role": "user", "content": "How many days of annual leave does every colleague have?"}
    http.post("/v1/chat/completions", json={"messages": [question]})
    http.get("/v1/documents/leave/sick.md")
    assert count("groundwork_requests_total", route="/v1/search", status="200") == searches + 1
    assert count("groundwork_answers_total", **answered) == answers + 1
    assert count("groundwork_requests_total", route="/v1/documents/{document_id:path}", status="200") >= 1
    assert count("groundwork_documents") >= len(PAGES)


def test_an_unknown_path_adds_no_label_of_its_own(http: httpx2.Client) -> None:
    http.get("/made-up-9f3c")
    assert "made-up-9f3c" not in http.get("/metrics").text


def test_the_page_is_served_with_a_policy_that_lets_nothing_else_in(http: httpx2.Client) -> None:
    page = http.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"


def test_every_answer_has_the_same_guarding_headers(http: httpx2.Client) -> None:
    for path in ("/health", "/nowhere", "/v1/models", "/page/page.js"):
        assert "content-security-policy" in http.get(path).headers, path


def test_the_page_asks_for_nothing_from_another_host(http: httpx2.Client) -> None:
    html = http.get("/").text
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "https://" not in html


def test_the_token_is_for_the_owner_of_the_files_alone(service: Serving) -> None:
    note = Path(service.env["GROUNDWORK_DATA_DIR"]) / "index" / "holder.json"
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    holder = json.loads(note.read_text(encoding="utf-8"))
    assert (holder["pid"], holder["url"], holder["command"]) == (service.process.pid, service.url, "groundwork serve")


def test_no_endpoint_shows_the_token(service: Serving, http: httpx2.Client) -> None:
    for path in ("/", "/health", "/ready", "/v1/configuration", "/metrics", "/v1/models", "/openapi.json"):
        assert service.token() not in http.get(path).text, path
