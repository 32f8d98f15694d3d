"""The report of an evaluation in a browser: from a figure to its questions, and from a question to its passages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from evals.run.folder import RunFolder
from evals.run.report.write import write_report
from evals.run.summary import summarise
from tests.browser.axe import read_axe, violations
from tests.browser.chromium import Chromium
from tests.browser.conftest import NARROW, WIDE
from tests.unit.evals.run.report.runs import CONFIGURATION, HOSTILE, RESULTS

SHOWN = HOSTILE.replace("\u202e", "⟨U+202E⟩")
"""The text on the page: what turns the direction is named."""
PLACES = (
    "",
    "#/questions/all",
    "#/questions/all/citation%20precision",
    "#/question/hostile/table",
    "#/question/failed",
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a report whose texts are hostile."""
    folder = tmp_path_factory.mktemp("run")
    return write_report(RunFolder(folder, CONFIGURATION, RESULTS), summarise(RESULTS)).as_uri()


@pytest.fixture
def page(browser: Chromium, report: str) -> Iterator[Page]:
    """The report; whatever it complains of or requests from elsewhere fails the test."""
    with browser.new_context(viewport={"width": WIDE, "height": 800}) as context:
        opened = context.new_page()
        wrong: list[str] = []
        opened.on("console", lambda message: wrong.append(message.text))
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.on("request", lambda request: wrong.append(request.url) if not request.url.startswith(report) else None)
        opened.goto(report)
        yield opened
        assert wrong == []
        assert opened.evaluate("window.harmed") is None


def test_a_figure_leads_to_its_questions_and_a_question_to_its_passages(page: Page) -> None:
    page.get_by_role("row", name="citation precision").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("citation precision: all questions")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    # The failed request counts as a wrong citation.
    assert page.locator("table.questions .badge:first-child").all_inner_texts() == ["failed", "answered"]

    page.get_by_role("link", name="How many?").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"How many? {SHOWN}")
    expect(page.locator("mark.hard").first).to_have_text("26")
    expect(page.locator("#passage-1 mark.gold")).to_contain_text("25** days")
    page.locator("#passage-1 summary").click()
    page.get_by_role("button", name="Passage 1", exact=True).click()
    expect(page.locator("#passage-1")).to_have_attribute("open", "")
    expect(page.locator("#passage-1 summary")).to_be_focused()

    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", name="Metrics")).to_be_visible()


def test_a_failed_request_shows_its_message(page: Page) -> None:
    page.get_by_role("link", name="Show them").click()
    page.get_by_role("link", name="How many?").first.click()
    expect(page.locator(".paper").filter(has_text=SHOWN).first).to_be_visible()
    expect(page.get_by_role("heading", name="Failure")).to_be_visible()


def test_questions_are_filtered_by_words(page: Page) -> None:
    page.get_by_role("link", name="questions asked").click()
    expect(page.locator("table.questions tbody tr")).to_have_count(3)
    page.get_by_role("searchbox").fill("refused")
    expect(page.locator("table.questions tbody tr")).to_have_count(1)
    expect(page.get_by_text("1 of 3 questions")).to_be_visible()


def test_a_place_that_is_not_there_says_so(page: Page, report: str) -> None:
    for place in ("#/question/absent", "#/questions/none", "#/%", "#/questions/__proto__", "#/question/toString"):
        page.goto(report + place)
        expect(page.get_by_role("heading", level=1)).to_have_text("Not found")


@pytest.mark.parametrize(("scheme", "width"), [("dark", NARROW), ("light", WIDE)])
def test_every_place_is_accessible_and_fits_the_window(
    browser: Chromium, report: str, scheme: Literal["light", "dark"], width: int
) -> None:
    axe = read_axe()
    with browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme) as context:
        page = context.new_page()
        for place in PLACES:
            page.goto(report + place)
            page.reload()
            assert violations(page, axe, ("color-contrast", "link-name")) == [], place
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place


def test_without_a_script_the_figures_are_complete(browser: Chromium, report: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(report)
        expect(page.get_by_role("row", name="citation precision")).to_be_visible()
