from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import NARROW, Open
from tests.browser.garden import PAGES, SUGGESTIONS, TITLE
from tests.browser.service import Service
from tests.browser.visit import Visit


def test_the_page_opens_with_the_texts_of_the_domain(visit: Visit) -> None:
    expect(visit.page).to_have_title(TITLE)
    expect(visit.page.locator("h1.title")).to_have_text(TITLE)
    expect(visit.page.locator(".tagline")).to_have_text("Ask the gardeners.")
    expect(visit.page.locator(".suggestions button")).to_have_text(list(SUGGESTIONS))


def test_the_question_box_has_the_focus(visit: Visit) -> None:
    expect(visit.question_box).to_be_focused()


def test_everything_on_the_page_comes_from_its_own_host(visit: Visit) -> None:
    visit.ask(SUGGESTIONS[0])
    visit.page.locator(".marker").first.click()
    visit.page.wait_for_selector(".passage mark")
    assert len(visit.requests) > len(PAGES)
    assert {url[: len(visit.url)] for url in visit.requests} == {visit.url}


def test_without_a_model_the_status_says_that_answers_are_extractive(visit: Visit) -> None:
    expect(visit.status).to_contain_text(f"{len(PAGES)} documents · answers without a model")


def test_with_a_model_the_status_names_it(generated_visit: Visit) -> None:
    expect(generated_visit.status).to_contain_text(f"{len(PAGES)} documents · answers by tiny")


def test_the_language_of_the_documents_is_declared(visit: Visit) -> None:
    expect(visit.page.locator("h1.title")).to_have_attribute("lang", "en")
    visit.ask(SUGGESTIONS[0])
    expect(visit.page.locator(".prose")).to_have_attribute("lang", "en")


def test_clicking_a_suggested_question_asks_it(visit: Visit) -> None:
    visit.page.locator(".suggestions button").first.click()
    exchange = visit.wait_for_end()
    expect(visit.page.locator(".exchange")).to_have_count(1)
    expect(exchange.locator(".asked")).to_have_text(f"You asked: {SUGGESTIONS[0]}")
    expect(exchange.locator(".answer")).to_have_attribute("data-state", "done")
    expect(visit.page.locator(".suggestions")).to_be_hidden()


def test_on_a_phone_nothing_scrolls_sideways(tab: Open, service: Service) -> None:
    visit = tab(service, width=NARROW)
    visit.open_ready()
    assert visit.sideways_overflow() == 0


def test_the_page_follows_the_readers_dark_theme(tab: Open, service: Service) -> None:
    paper = "panel => getComputedStyle(panel).backgroundColor"
    for scheme, brightest in (("light", range(200, 256)), ("dark", range(60))):
        visit = tab(service, color_scheme=scheme)
        visit.open_ready()
        shade = visit.panel.evaluate(paper)
        assert int(shade.removeprefix("rgb(").split(",")[0]) in brightest
