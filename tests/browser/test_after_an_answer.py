"""What can be done with an answer: give feedback, copy it, hand it over to a person."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser import states
from tests.browser.garden import HANDOVER, HANDOVER_URL
from tests.browser.states import FEEDBACK, MOLES, Stage

GIVEN_UP = {"rating": "up", "reason": None, "comment": None}


def without_id(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in one.items() if key != "answer_id"} for one in given]


def test_a_thumb_is_sent_with_the_answers_id_and_can_be_taken_back(stage: Stage) -> None:
    visit, given = states.with_feedback(stage)
    answer_id = visit.page.evaluate('window.lastStream.then((text) => text.match(/"answer_id":"([^"]+)/)[1])')
    thumb = visit.button("This helped")
    thumb.click()
    expect(thumb).to_have_attribute("aria-pressed", "true")
    expect(visit.last_answer).to_contain_text("Thank you for the feedback.")
    with visit.page.expect_response(f"**{FEEDBACK}"):
        visit.button("Undo").click()
    expect(thumb).to_have_attribute("aria-pressed", "false")
    expect(visit.last_answer).not_to_contain_text("Thank you for the feedback.")
    assert [one["answer_id"] for one in given] == [answer_id, answer_id]
    assert without_id(given) == [GIVEN_UP, {"rating": None, "reason": None, "comment": None}]


def test_the_service_keeps_what_was_given(stage: Stage) -> None:
    visit = stage.tab(stage.services.plain)
    visit.open_ready()
    visit.ask(MOLES)
    for name, rating in (("This helped", "up"), ("Undo", None)):
        with visit.page.expect_response(f"**{FEEDBACK}") as answered:
            visit.button(name).click()
        assert answered.value.status == 200
        assert answered.value.json()["rating"] == rating


def test_a_thumb_down_asks_for_one_of_four_reasons_and_a_comment(stage: Stage) -> None:
    visit, given = states.with_feedback(stage)
    visit.button("This did not help").click()
    reasons = visit.page.get_by_role("radio")
    expect(visit.page.get_by_role("group", name="What was wrong?")).to_be_visible()
    names = [reason.evaluate("radio => radio.labels[0].textContent.trim()") for reason in reasons.all()]
    assert names == ["Wrong", "Incomplete", "Wrong source", "Hard to understand"]
    expect(visit.button("Send")).to_be_disabled()
    visit.page.get_by_label("Incomplete").check()
    visit.page.get_by_label("Comment (optional)").fill("  Nothing on summer.  ")
    with visit.page.expect_response(f"**{FEEDBACK}"):
        visit.button("Send").click()
    expect(visit.last_answer).to_contain_text("Thank you for the feedback.")
    # The thumb is counted at once, also when nobody fills in the rest.
    assert without_id(given) == [
        {"rating": "down", "reason": None, "comment": None},
        {"rating": "down", "reason": "incomplete", "comment": "Nothing on summer."},
    ]


def test_feedback_that_could_not_be_sent_is_not_shown_as_given(stage: Stage) -> None:
    visit = states.feedback_failed(stage)
    expect(visit.button("This helped")).to_have_attribute("aria-pressed", "false")
    expect(visit.button("Undo")).to_have_count(0)
    visit.page.unroute(f"**{FEEDBACK}")
    states.take_feedback(visit)
    visit.button("This helped").click()
    expect(visit.last_answer).to_contain_text("Thank you for the feedback.")
    expect(visit.last_answer.get_by_role("alert")).to_have_count(0)


def test_a_service_that_takes_no_feedback_is_not_offered_any(stage: Stage) -> None:
    visit = stage.tab(stage.services.plain)
    visit.set_features(feedback=False)
    visit.open_ready()
    visit.ask(MOLES)
    expect(visit.button("Copy answer")).to_be_visible()
    expect(visit.button("This helped")).to_have_count(0)


def test_an_answer_is_copied_with_its_sources(stage: Stage) -> None:
    visit = states.copied(stage)
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[0].startswith("The moles dig to a depth of 30 metres in winter.")
    assert copied.splitlines()[-1] == "[1] The moles"
    # The button says so for a moment.
    expect(visit.button("Copy answer")).to_be_visible()


def test_a_browser_that_refuses_to_copy_is_not_hidden(stage: Stage) -> None:
    visit = stage.plain()
    visit.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }")
    visit.ask(MOLES)
    visit.button("Copy answer").click()
    expect(visit.button("The browser did not allow it")).to_be_visible()


def test_the_page_around_can_take_the_conversation_over(stage: Stage) -> None:
    visit = states.handed_over(stage)
    transcript = visit.page.evaluate("window.transcript")
    assert transcript.startswith(f"## {MOLES}\n\nThe moles dig to a depth of 30 metres in winter.")
    assert transcript.endswith("[1] The moles")


def test_otherwise_the_way_to_a_person_is_opened(stage: Stage) -> None:
    visit = stage.plain()
    visit.page.evaluate("() => { window.open = (...opened) => { window.opened = opened; }; }")
    visit.ask(MOLES)
    visit.button(HANDOVER).click()
    assert visit.page.evaluate("window.opened") == [HANDOVER_URL, "_self", "noopener"]


def test_only_the_last_answer_offers_a_person(stage: Stage) -> None:
    visit = states.second_question(stage)
    expect(visit.button(HANDOVER)).to_have_count(1)
    expect(visit.last_answer.get_by_role("button", name=HANDOVER)).to_be_visible()
