from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from testing.hash_embedding_server import running_embedding_server
from testing.model_server import ModelServer, Script
from tests.browser.conftest import Open
from tests.browser.garden import PAGES
from tests.browser.service import Library, Service, ingest, running_service
from tests.browser.visit import CHAT, Visit

MOLES = "How deep do the moles dig?"
CONFIGURATION = "/v1/configuration"
ICON = "/page/icon.svg"


def expect_kept(visit: Visit, question: str, sentence: str) -> Locator:
    """Expect the error in the exchange, and the question in the box again."""
    exchange = visit.wait_for_end()
    notice = exchange.locator(".notice[data-kind='error']")
    expect(notice).to_be_visible()
    expect(notice).to_contain_text(sentence)
    expect(exchange.locator(".answer")).to_have_attribute("data-state", "failed")
    expect(visit.page.locator("#question")).to_have_value(question)
    return exchange


def test_a_question_that_is_too_long_is_kept_with_the_reason_of_the_service(visit: Visit) -> None:
    visit.expected_failures.add(CHAT)
    question = "mole " * 1800
    visit.type_and_send(question)
    exchange = expect_kept(visit, question.strip(), "Change it, then ask again.")
    expect(exchange.locator(".said")).to_contain_text("at most 8,000")


def test_an_interrupted_answer_keeps_its_words_and_the_question(generated_visit: Visit, model: ModelServer) -> None:
    model.script = Script(pieces=("The moles ", "dig deep", " and more"), die_after=2)
    generated_visit.type_and_send(MOLES)
    exchange = expect_kept(generated_visit, MOLES, "The answer broke off.")
    expect(exchange.locator(".prose")).to_have_text("The moles dig deep")
    expect(exchange.locator(".sources, .grounding")).to_have_count(0)

    model.reset()
    generated_visit.page.press("#question", "Enter")
    expect(generated_visit.wait_for_end().locator(".answer")).to_have_attribute("data-state", "done")


def test_an_interrupted_answer_is_not_sent_with_the_next_question(generated_visit: Visit, model: ModelServer) -> None:
    model.script = Script(pieces=("The moles ", "dig deep"), die_after=1)
    generated_visit.type_and_send(MOLES)
    expect_kept(generated_visit, MOLES, "The answer broke off.")
    model.reset()
    assert len(generated_visit.ask(MOLES).messages) == 1


def test_a_page_opened_while_the_service_loads_waits_for_it(tab: Open, library: Library, tmp_path: Path) -> None:
    with running_embedding_server() as embedder:
        embedding = {"EMBEDDING_BASE_URL": embedder.url}
        indexed = ingest(library.domain, tmp_path / "data", **embedding)
        # The service asks for the dimension before it listens, and embeds a word before it is ready.
        embedder.pause_after(1)
        with running_service(indexed, tmp_path / "log", **embedding) as service:
            visit = tab(service)
            visit.expected_failures |= {CHAT, CONFIGURATION}
            visit.open()
            expect(visit.page.locator("#status")).to_have_text("Waiting for the service to answer…")
            visit.type_and_send(MOLES)
            expect_kept(visit, MOLES, "The service is not ready yet, or has too much to do.")

            embedder.resume()
            expect(visit.page.locator("#status")).to_contain_text(f"{len(PAGES)} documents", timeout=60_000)
            visit.page.press("#question", "Enter")
            expect(visit.wait_for_end().locator(".answer")).to_have_attribute("data-state", "done")
            expect(visit.page.locator(".exchange")).to_have_count(1)


def test_a_question_to_a_service_that_has_stopped_is_kept(tab: Open, start_service: Callable[..., Service]) -> None:
    service = start_service()
    visit = tab(service)
    # The browser fetches the icon at any time after the page's load event.
    visit.expected_failures |= {CHAT, CONFIGURATION, ICON}
    visit.open()
    service.stop()
    visit.type_and_send(MOLES)
    expect_kept(visit, MOLES, "The service did not answer.")
    expect(visit.page.locator("#status")).to_have_text("Waiting for the service to answer…")
