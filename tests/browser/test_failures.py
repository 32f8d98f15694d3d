from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Request, expect

from testing.hash_embedding_server import running_embedding_server
from testing.model_server import ModelServer
from tests.browser import states
from tests.browser.conftest import Open
from tests.browser.garden import PAGES
from tests.browser.service import Library, Service, ingest, running_service
from tests.browser.states import ICON, MOLES, Stage, expect_notice
from tests.browser.visit import CHAT, CONFIGURATION, Visit


def keys_of(visit: Visit) -> list[str]:
    """Record the idempotency keys of the questions that are sent from now on."""
    keys: list[str] = []

    def record(sent: Request) -> None:
        if sent.url.endswith(CHAT):
            keys.append(sent.headers["idempotency-key"])

    visit.page.on("request", record)
    return keys


def expect_answered_again(visit: Visit) -> None:
    visit.button("Try again").click()
    expect(visit.last_answer).to_have_attribute("data-state", "done")
    expect(visit.page.locator(".exchange")).to_have_count(1)
    expect(visit.last_answer.locator(".notice[data-kind='error']")).to_have_count(0)


def test_a_question_that_is_too_long_can_be_changed_and_asked_again(stage: Stage) -> None:
    visit = states.too_long(stage)
    visit.ask(MOLES)
    expect(visit.page.locator(".exchange")).to_have_count(1)
    expect(visit.last_answer).to_have_attribute("data-state", "done")


def test_an_answer_that_broke_off_is_retried_under_the_same_key(stage: Stage, model: ModelServer) -> None:
    visit = stage.generating("The moles ", "dig deep", " and more", die_after=2)
    keys = keys_of(visit)
    visit.type_and_send(MOLES)
    expect_notice(visit, "error", "The answer broke off.")
    expect(visit.last_answer.locator(".prose")).to_have_text("The moles dig deep")
    expect(visit.last_answer.locator(".sources, .verdict")).to_have_count(0)
    model.reset()
    expect_answered_again(visit)
    assert len(keys) == 2
    assert keys[0] == keys[1] != ""


def test_an_answer_whose_connection_was_cut_is_retried_under_the_same_key(stage: Stage) -> None:
    visit = states.cut_off(stage)
    visit.page.unroute(f"**{CHAT}")
    keys = keys_of(visit)
    expect_answered_again(visit)
    visit.ask("When does the garden open?")
    # Another question has a key of its own.
    assert len(set(keys)) == 2


def test_an_interrupted_answer_is_not_sent_with_the_next_question(stage: Stage, model: ModelServer) -> None:
    visit = states.broken_off(stage)
    model.reset()
    assert len(visit.ask(MOLES).messages) == 1


def test_a_question_that_was_asked_offline_is_asked_again_when_connected(stage: Stage) -> None:
    visit = states.offline(stage)
    visit.page.context.set_offline(False)
    expect_answered_again(visit)


def test_the_wait_of_a_limit_is_counted_down_until_the_question_can_be_asked_again(stage: Stage) -> None:
    visit = stage.tab(stage.services.plain)
    visit.page.clock.install()
    visit.open_ready()
    states.fail(visit, 429, "rate_limited", "Too many requests.", **{"Retry-After": "40"})
    visit.type_and_send(MOLES)
    retry = expect_notice(visit, "error", "Too many questions at once.").get_by_role("button")
    expect(retry).to_have_text(re.compile(r"^Try again in (40|39|38) seconds$"))
    visit.page.clock.fast_forward("00:20")
    expect(retry).to_have_text(re.compile(r"^Try again in (20|1\d) seconds$"))
    # A button that cannot be used yet keeps the focus, and does nothing.
    asked = len(visit.requests)
    retry.focus()
    visit.page.keyboard.press("Enter")
    visit.page.clock.fast_forward("00:20")
    expect(retry).to_have_text("Try again")
    expect(retry).to_be_focused()
    assert len(visit.requests) == asked
    visit.page.unroute(f"**{CHAT}")
    expect_answered_again(visit)


def test_the_seconds_of_the_wait_are_not_spoken(stage: Stage) -> None:
    visit = states.busy(stage)
    expect(visit.page.get_by_role("alert")).to_contain_text("The service is busy or not ready yet.")
    expect(visit.page.get_by_role("alert").get_by_role("button")).to_have_count(0)


def test_after_signing_in_the_question_can_be_asked_again(stage: Stage) -> None:
    visit = states.not_signed_in(stage)
    expect(visit.last_answer.locator(".said")).to_have_count(0)
    visit.page.unroute(f"**{CHAT}")
    expect_answered_again(visit)


def test_the_visitors_of_a_site_are_not_told_how_to_repair_the_service(stage: Stage) -> None:
    visit = states.not_allowed_here(stage)
    expect(visit.last_answer.locator(".said")).to_have_count(0)


def test_a_stream_with_an_event_that_is_no_json_has_broken_off(stage: Stage) -> None:
    visit = stage.plain()
    body = f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'content': 'The'}}]})}\n\ndata: <html>\n\n"
    visit.page.route(f"**{CHAT}", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    visit.type_and_send(MOLES)
    expect_notice(visit, "error", "The answer broke off.")


def test_a_stream_that_a_part_of_the_service_ends_before_its_first_word_says_that_it_is_not_ready(stage: Stage) -> None:
    visit = stage.plain()
    error = {"error": {"message": "The documents cannot be searched now.", "code": "index_unavailable"}}
    body = f"data: {json.dumps(error)}\n\ndata: [DONE]\n\n"
    visit.page.route(f"**{CHAT}", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    visit.type_and_send(MOLES)
    expect_notice(visit, "error", "The service is busy or not ready yet.")


@pytest.mark.long
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
            expect(visit.status).to_have_text("Waiting for the service…")
            visit.type_and_send(MOLES)
            expect_notice(visit, "error", "The service is busy or not ready yet.")

            embedder.resume()
            expect(visit.status).to_contain_text(f"{len(PAGES)} documents", timeout=60_000)
            expect_answered_again(visit)


def test_a_question_to_a_service_that_has_stopped_is_kept(tab: Open, start_service: Callable[..., Service]) -> None:
    service = start_service()
    visit = tab(service)
    # The browser fetches the icon at any time after the page's load event.
    visit.expected_failures |= {CHAT, CONFIGURATION, ICON}
    visit.open_ready()
    service.stop()
    visit.type_and_send(MOLES)
    expect_notice(visit, "error", "The service did not answer.")
    expect(visit.page.locator(".asked")).to_have_text(f"You asked: {MOLES}")
