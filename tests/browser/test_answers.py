from __future__ import annotations

import re

from playwright.sync_api import expect

from app.answer.retrieval.retrieve import NOTHING_INGESTED
from testing.model_server import ModelServer, Script
from tests.browser.conftest import NARROW, Open, Upload
from tests.browser.garden import PAGES, REFUSAL
from tests.browser.service import Service, wait_until
from tests.browser.visit import Visit

MOLES = "How deep do the moles dig, and who is their keeper?"
TICKETS = "What does a ticket for an adult cost?"


def test_an_extractive_answer_is_named_so_and_supported_by_its_sources(visit: Visit) -> None:
    answer = visit.ask(MOLES)
    assert answer.groundwork["mode"] == "extractive"
    expect(answer.shown).to_have_attribute("data-state", "done")
    expect(answer.shown).to_have_attribute("data-mode", "extractive")
    expect(answer.shown.locator(".verdict > p")).to_have_text("Quoted from the documents")
    expect(answer.shown.locator(".made p")).to_contain_text("Written without a model")
    expect(answer.shown.locator(".made p")).to_have_attribute("title", re.compile("^retrieve .* · ground "))


def test_each_source_that_is_cited_is_listed_once(visit: Visit) -> None:
    answer = visit.ask(MOLES)
    cited = set(answer.shown.locator(".marker").all_text_contents())
    assert cited == {f"[{citation['index']}]" for citation in answer.groundwork["citations"]} != set()
    expect(answer.shown.locator(".sources > ol li")).to_have_count(len(cited))


def test_passages_that_are_not_cited_are_listed_separately(visit: Visit) -> None:
    answer = visit.ask(MOLES)
    uncited = len(answer.groundwork["passages"]) - len(answer.groundwork["citations"])
    answer.shown.locator(".sources summary").click()
    expect(answer.shown.locator(".sources details .source")).to_have_count(uncited)


def test_sources_that_disagree_are_named(visit: Visit) -> None:
    answer = visit.ask("What does hiring a rowing boat cost?")
    conflict = answer.shown.locator(".notice[data-kind='conflict']")
    expect(conflict).to_contain_text("The sources disagree")
    for words in ("14", "19", "Boats and The lake"):
        expect(conflict).to_contain_text(words)
    expect(visit.announcer).to_contain_text("The sources disagree")


def test_rows_of_a_table_are_shown_as_a_table(visit: Visit) -> None:
    answer = visit.ask(TICKETS)
    table = answer.shown.locator("table")
    expect(table.locator("th").first).to_have_text("Visitor")
    expect(table.locator("td", has_text="12 euros").locator(".marker")).to_be_visible()


def test_a_refusal_has_no_verdict(visit: Visit) -> None:
    answer = visit.ask("What is the boiling point of tungsten?")
    assert answer.groundwork["refused"]
    expect(answer.shown).to_have_attribute("data-state", "refused")
    expect(answer.shown.locator(".prose")).to_have_text(REFUSAL)
    expect(answer.shown.locator(".verdict")).to_have_count(0)


def test_before_anything_is_ingested_the_answer_says_how_to(tab: Open, empty_service: Service) -> None:
    visit = tab(empty_service)
    visit.open()
    answer = visit.ask(MOLES)
    expect(answer.shown.locator(".refusal")).to_have_text("There are no documents yet")
    expect(answer.shown.locator(".prose")).to_have_text(NOTHING_INGESTED)
    expect(answer.shown.locator(".sources, .verdict")).to_have_count(0)


def test_a_generated_answer_is_rendered_as_markdown(generated_visit: Visit, model: ModelServer) -> None:
    table = "| Visitor | Price |\n|:--|--:|\n| Adult | **12 euros** [1] |\n"
    model.script = Script(pieces=("Tickets 🎟️:\n\n", table[:20], table[20:], "\n1. Pay\n2. Enter\n"))
    answer = generated_visit.ask(TICKETS)
    expect(answer.shown).to_have_attribute("data-mode", "generated")
    expect(answer.shown.locator(".prose p")).to_have_text("Tickets 🎟️:")
    expect(answer.shown.locator("td strong")).to_have_text("12 euros")
    expect(answer.shown.locator(".prose ol li")).to_have_text(["Pay", "Enter"])
    expect(answer.shown.locator(".made p")).to_contain_text("Written by the model")


def test_a_marker_without_a_passage_is_not_shown(generated_visit: Visit, model: ModelServer) -> None:
    model.script = Script(pieces=("The moles dig [9", "] to a depth of 30 metres [1]."))
    answer = generated_visit.ask(MOLES)
    expect(answer.shown.locator(".marker")).to_have_count(1)
    expect(answer.shown.locator(".prose p")).to_have_text("The moles dig to a depth of 30 metres [1].")


def test_two_numbers_in_one_bracket_are_two_markers(generated_visit: Visit, model: ModelServer) -> None:
    model.script = Script(
        pieces=("The moles dig to a depth of 30 metres, and a ticket for an adult costs 12 euros [1, 2]",)
    )
    answer = generated_visit.ask("How deep do the moles dig, and what does a ticket for an adult cost?")
    expect(answer.shown.locator(".marker")).to_have_text(["[1]", "[2]"])
    expect(answer.shown.locator(".sources > ol li")).to_have_count(2)


def test_a_marker_never_begins_a_line(tab: Open, generating_service: Service, model: ModelServer) -> None:
    visit = tab(generating_service, width=NARROW)
    visit.open_ready()
    model.script = Script(pieces=tuple(f"The moles dig {'e' * width} deep [1].\n\n" for width in range(1, 24)))
    answer = visit.ask(MOLES)
    for paragraph in answer.shown.locator(".prose p").all():
        left = paragraph.locator(".marker").evaluate("marker => marker.offsetLeft - marker.closest('p').offsetLeft")
        assert left > 10, paragraph.inner_text()


def test_wide_words_and_tables_do_not_make_a_phone_scroll_sideways(
    tab: Open, generating_service: Service, model: ModelServer
) -> None:
    visit = tab(generating_service, width=NARROW)
    visit.open_ready()
    row = "| " + " | ".join(f"column {number}" for number in range(12)) + " |\n"
    model.script = Script(
        pieces=(f"{'mole' * 40}\n\n", row, "|" + "---|" * 12 + "\n", row, f"\n```\n{'x' * 200}\n```\n")
    )
    answer = visit.ask("moles " * 10 + "m" * 90)
    expect(answer.shown.locator("table")).to_be_visible()
    assert visit.sideways_overflow() == 0


def test_a_new_document_is_counted_after_the_next_answer(visit: Visit, upload: Upload) -> None:
    upload("otters.md", "# Otters\n\nTwo otters live below the mill.\n")
    visit.ask("Where do the otters live?")
    expect(visit.status).to_contain_text(f"{len(PAGES) + 1} documents")


def test_while_the_model_is_down_answers_are_extractive(
    tab: Open, generating_service: Service, model: ModelServer
) -> None:
    model.script = Script(status=503, error={"error": {"message": "loading"}})
    wait_until(lambda: not generating_service.model_is_reachable(), "the service knows that the model is down")
    visit = tab(generating_service)
    visit.open_ready()
    expect(visit.status).to_contain_text("the model is loading")
    answer = visit.ask(MOLES)
    expect(answer.shown.locator(".notice[data-kind='degraded']")).to_be_visible()
    expect(answer.shown).to_have_attribute("data-mode", "extractive")
    expect(answer.shown).to_have_attribute("data-state", "done")

    model.reset()
    wait_until(generating_service.model_is_reachable, "the service reaches the model again")
    answer = visit.ask(MOLES)
    expect(answer.shown).to_have_attribute("data-mode", "generated")
    expect(answer.shown.locator(".notice")).to_have_count(0)
    expect(visit.status).to_contain_text("answers by tiny")
