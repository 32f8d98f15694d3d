"""The page of a run: complete without a script, nothing from elsewhere, and no text leaves its place."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from evals.judge.judgement import Judgement
from evals.judge.verdict import Verdict
from evals.metrics.catalogue import METRICS
from evals.run.folder import RunFolder
from evals.run.report.html import render_report
from evals.run.report.write import write_report
from evals.run.summary import summarise
from tests.unit.evals.run.report.runs import CONFIGURATION, HOSTILE, RESULTS

SUMMARY = summarise(RESULTS)


class Page(HTMLParser):
    """The elements of a page: how often each is there, the texts, and the addresses that it names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        values = {name: value or "" for name, value in attrs}
        self.addresses += [values[name] for name in ("href", "src", "action", "data") if name in values]
        self.handlers += [name for name in values if name.startswith("on")]
        if values.get("http-equiv"):
            self.policy = values["content"]

    def handle_data(self, data: str) -> None:
        (self.scripts if self.elements and self.elements[-1] == "script" and data.strip() else self.texts).append(data)


@pytest.fixture(scope="module")
def text() -> str:
    judgements = {"hostile": Judgement("hostile", Verdict(False, HOSTILE), None)}
    return render_report(CONFIGURATION, RESULTS, SUMMARY, judgements)


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def data_of(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.scripts[0])
    return found


def test_hostile_texts_make_no_element_and_no_handler(page: Page) -> None:
    assert (page.elements.count("script"), page.elements.count("img"), page.handlers) == (2, 0, [])
    assert any(HOSTILE in text for text in page.texts)


def test_the_script_gets_every_text_as_it_is(page: Page) -> None:
    case = data_of(page)["cases"][0]
    assert case["question"] == f"How many? {HOSTILE}"
    assert "".join(piece[0] for piece in case["answer"]["pieces"]) == f"It is 26 days [1], {HOSTILE} always."
    assert case["judge"] == [["Correct", "no", HOSTILE]]


def test_the_page_names_no_other_address_and_its_policy_forbids_all(text: str, page: Page) -> None:
    assert all(address.startswith("#/") for address in page.addresses)
    assert not re.search(r"url\(|@import", text.partition("<script")[0])
    script = page.scripts[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page.policy
    assert "default-src 'none'" in page.policy


def test_every_figure_leads_to_its_questions(page: Page) -> None:
    data = data_of(page)
    for name, estimates in SUMMARY.items():
        for metric in estimates:
            assert data["figures"][name][metric][2] == estimates[metric].n
    assert "#/questions/all/recall%405" in page.addresses
    assert "#/questions/table/recall%405" in page.addresses
    assert "#/questions/all/cost%20per%201%2C000%20answers" not in page.addresses


def test_flags_citations_and_gold_quotes_are_marked(page: Page) -> None:
    answer = data_of(page)["cases"][0]["answer"]
    assert ["26", "hard", []] in answer["pieces"]
    assert ["[1]", "", [1]] in answer["pieces"]
    assert answer["flags"][0] == ["hard", "26", f"the sources say {HOSTILE}"]
    first, second = answer["passages"]
    assert (first["gold"], first["cited"], second["gold"], second["cited"]) == (True, True, False, False)
    shown = data_of(page)["passages"][first["passage"]]["text"].encode("utf-16-le")
    ((start, end),) = first["spans"]
    assert shown[2 * start : 2 * end].decode("utf-16-le") == f"25** days {HOSTILE.rstrip('`')}"


def test_a_hit_that_no_model_was_given_is_shortened(page: Page) -> None:
    data = data_of(page)
    first, second = data["cases"][0]["answer"]["hits"]
    assert (first["given"], second["given"]) == (1, None)
    assert (len(data["passages"][second["passage"]]["text"]), data["passages"][second["passage"]]["cut"]) == (300, True)


def test_a_failed_request_is_shown_with_its_message(text: str, page: Page) -> None:
    assert "<b>1 request failed.</b>" in text
    failed = data_of(page)["cases"][1]
    assert (failed["failure"], failed["answer"]) == (HOSTILE, None)
    assert failed["sums"]["failed requests"] == [1.0, 1.0]


def test_an_incomplete_run_says_so() -> None:
    text = render_report({**CONFIGURATION, "questions": 10}, RESULTS, SUMMARY, {})
    assert "<b>Incomplete.</b> 7 of 10 questions have no result yet." in text


def test_every_metric_that_the_page_names_is_known(page: Page) -> None:
    assert set(data_of(page)["metrics"]) <= set(METRICS)


def test_passages_are_written_once_and_1000_questions_stay_within_ten_megabytes() -> None:
    result = RESULTS[0]
    results = [replace(result, case=replace(result.case, id=str(number))) for number in range(1000)]
    text = render_report(CONFIGURATION, results, {"all": {}}, {})
    assert text.count("Something else.") == 1
    assert len(text.encode()) < 10_000_000


def test_the_report_is_written_beside_the_results(tmp_path: Path) -> None:
    file = write_report(RunFolder(tmp_path, CONFIGURATION, RESULTS), SUMMARY)
    assert file == tmp_path / "report.html"
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_a_run_without_results_has_no_report(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="has no result yet"):
        write_report(RunFolder(tmp_path, CONFIGURATION, ()), {})


def test_the_folder_of_another_command_has_no_report(tmp_path: Path) -> None:
    other = {key: value for key, value in CONFIGURATION.items() if key != "domain"}
    with pytest.raises(ConfigurationError, match=r"configuration\.json has no 'domain'"):
        write_report(RunFolder(tmp_path, other, RESULTS), SUMMARY)
