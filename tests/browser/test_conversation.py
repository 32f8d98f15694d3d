from __future__ import annotations

from playwright.sync_api import expect

from testing.model_server import ModelServer, Script
from tests.browser.garden import SUGGESTIONS
from tests.browser.visit import CHAT, Visit

MOLES = "How deep do the moles dig?"


def test_an_answer_is_shown_while_it_is_written(generated_visit: Visit, model: ModelServer) -> None:
    model.script = Script(pieces=("The moles dig **deep", "**."), stall_after=1)
    generated_visit.type_and_send(MOLES)
    expect(generated_visit.page.locator(".answer[data-state='writing'] strong")).to_have_text("deep")
    expect(generated_visit.panel).to_have_attribute("data-state", "answering")
    model.go_on.set()
    exchange = generated_visit.wait_for_end()
    expect(exchange.locator(".prose")).to_have_text("The moles dig deep. [1]")


def test_stop_keeps_the_words_so_far_and_stops_the_model(generated_visit: Visit, model: ModelServer) -> None:
    model.script = Script(pieces=("The moles dig.", " Never shown."), stall_after=1)
    generated_visit.type_and_send(MOLES)
    expect(generated_visit.page.locator(".answer[data-state='writing']")).to_have_count(1)
    generated_visit.button("Stop").click()
    exchange = generated_visit.wait_for_end()
    expect(exchange.locator(".answer")).to_have_attribute("data-state", "stopped")
    # The stop is still held back, because a marker may come before it.
    expect(exchange.locator(".prose")).to_have_text("The moles dig")
    expect(exchange.locator(".notice[data-kind='stopped']")).to_be_visible()
    expect(generated_visit.question_box).to_be_focused()
    assert model.left.wait(10), "the request to the model continued after the reader had stopped the answer"


def test_shift_and_enter_start_a_new_line(visit: Visit) -> None:
    box = visit.question_box
    box.fill("How deep")
    box.press("Shift+Enter")
    box.press_sequentially("do the moles dig?")
    expect(box).to_have_value("How deep\ndo the moles dig?")
    expect(visit.page.locator(".exchange")).to_have_count(0)
    box.press("Enter")
    expect(visit.wait_for_end().locator(".asked")).to_have_text("You asked: How deep\ndo the moles dig?")


def test_an_empty_question_is_not_asked(visit: Visit) -> None:
    visit.type_and_send("   ")
    expect(visit.panel).to_have_attribute("data-state", "welcome")
    assert not [url for url in visit.requests if url.endswith(CHAT)]


def test_a_follow_up_is_sent_with_the_conversation(visit: Visit) -> None:
    first = visit.ask(MOLES)
    second = visit.ask("And who is their keeper?")
    assert [message["role"] for message in second.messages] == ["user", "assistant", "user"]
    assert [message["content"] for message in second.messages] == [
        MOLES,
        first.content,
        "And who is their keeper?",
    ]
    expect(second.shown).to_contain_text("Ada Wren")
    expect(visit.page.locator(".exchange")).to_have_count(2)


def test_the_latest_question_is_at_the_top_of_the_window(visit: Visit) -> None:
    visit.ask(MOLES)
    second = visit.ask("And who is their keeper?")
    box = second.exchange.locator(".asked").bounding_box()
    assert box is not None
    assert 0 < box["y"] < 150


def test_a_new_conversation_starts_without_the_old_one(visit: Visit) -> None:
    visit.ask(MOLES)
    visit.button("New conversation").click()
    expect(visit.panel).to_have_attribute("data-state", "welcome")
    expect(visit.page.locator(".exchange")).to_have_count(0)
    expect(visit.question_box).to_be_focused()
    expect(visit.page.locator(".suggestions button")).to_have_count(len(SUGGESTIONS))
    assert len(visit.ask(MOLES).messages) == 1


def test_a_new_conversation_cancels_the_current_answer(generated_visit: Visit, model: ModelServer) -> None:
    model.script = Script(pieces=("The moles dig.", " Never shown."), stall_after=1)
    generated_visit.type_and_send(MOLES)
    expect(generated_visit.page.locator(".answer[data-state='writing']")).to_have_count(1)
    generated_visit.button("New conversation").click()
    assert model.left.wait(10)
    expect(generated_visit.panel).to_have_attribute("data-state", "welcome")
    expect(generated_visit.page.locator(".exchange")).to_have_count(0)


def test_the_choices_of_a_clarification_are_buttons_that_ask(visit: Visit) -> None:
    visit.ask("How is it in winter?")
    choices = visit.page.locator(".choices button")
    expect(choices).not_to_have_count(0)
    expect(visit.page.locator(".prose li")).to_have_count(0)
    expect(visit.page.locator(".verdict")).to_have_count(0)
    chosen = choices.first.text_content()
    choices.first.click()
    expect(visit.wait_for_end().locator(".asked")).to_have_text(f"You asked: {chosen}")


def test_small_talk_has_no_verdict_and_no_sources(visit: Visit) -> None:
    visit.ask("thanks!")
    expect(visit.page.locator(".prose")).to_have_text("You're welcome!")
    expect(visit.page.locator(".verdict, .sources")).to_have_count(0)
