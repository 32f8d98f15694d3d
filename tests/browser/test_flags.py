from __future__ import annotations

import json
import math
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from testing.model_server import ModelServer, Script
from tests.browser.conftest import NARROW, Open
from tests.browser.service import Service, wait_until
from tests.browser.visit import CHAT, Answer, Visit

MOLES = "How deep do the moles dig, and who is their keeper?"
WRONG = (
    "👩‍🚀 Cafe\u0301 🫖\n\nThe moles dig to a depth of ",
    "**45 metres** in winter [1]. ",
    "Their keeper is Boris Falk [1].",
)


@pytest.fixture
def wrong_answer(generated_visit: Visit, model: ModelServer) -> Answer:
    """An answer with a wrong depth and a wrong keeper, after emoji and a combining accent."""
    model.script = Script(pieces=WRONG)
    return generated_visit.ask(MOLES)


def flags_of(answer: Answer) -> list[dict[str, Any]]:
    return sorted(answer.groundwork["grounding"]["flags"], key=lambda flag: flag["start"])


def the_wrong_depth(answer: Answer) -> Locator:
    return answer.shown.locator(".flag", has_text="45")


def test_exactly_the_flagged_words_are_marked(wrong_answer: Answer) -> None:
    flags = flags_of(wrong_answer)
    shown = wrong_answer.shown.locator(".prose .flag")
    assert shown.all_text_contents() == [flag["text"] for flag in flags]
    assert [flag["text"] for flag in flags] == [wrong_answer.content[flag["start"] : flag["end"]] for flag in flags]
    assert [word.get_attribute("data-severity") for word in shown.all()] == [flag["severity"] for flag in flags]
    assert [word.get_attribute("data-reason") for word in shown.all()] == [flag["reason"] for flag in flags]


def test_a_wrong_number_and_a_wrong_name_are_hard_flags(wrong_answer: Answer) -> None:
    for words, reason in (("45", "number_mismatch"), ("Falk", "entity_absent")):
        flag = wrong_answer.shown.locator(".prose .flag", has_text=words)
        expect(flag).to_have_attribute("data-reason", reason)
        expect(flag).to_have_attribute("data-severity", "hard")


def test_the_line_counts_statements_and_the_flagged_words_are_listed_below_it(wrong_answer: Answer) -> None:
    flags = flags_of(wrong_answer)
    grounding = wrong_answer.shown.locator(".verdict details")
    expect(grounding.locator("summary")).to_have_text(
        "1 statement contradicts the sources. 1 statement is not in the sources. "
        "1 statement may not be fully in the sources."
    )
    grounding.locator("summary").click()
    expect(grounding.locator("li > q")).to_have_text([flag["text"] for flag in flags])
    expect(grounding.locator(".meaning")).to_contain_text("The check compares words; it does not understand them.")


def test_the_reason_is_shown_on_focus_and_hidden_by_escape(generated_visit: Visit, wrong_answer: Answer) -> None:
    note = generated_visit.note
    expect(note).to_be_hidden()
    the_wrong_depth(wrong_answer).focus()
    expect(note.locator(".reason")).to_have_text("The sources say 30")
    generated_visit.page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    expect(the_wrong_depth(wrong_answer)).to_be_focused()


def test_the_reason_is_shown_below_the_pointer_and_within_the_window(
    generated_visit: Visit, wrong_answer: Answer
) -> None:
    the_wrong_depth(wrong_answer).hover()
    note = generated_visit.note
    expect(note).to_be_visible()
    word, box = the_wrong_depth(wrong_answer).bounding_box(), note.bounding_box()
    assert word is not None
    assert box is not None
    assert 0 <= box["x"] <= word["x"] + word["width"]
    assert word["y"] < box["y"] < word["y"] + 60


def test_enter_opens_what_the_source_has_instead(generated_visit: Visit, wrong_answer: Answer) -> None:
    the_wrong_depth(wrong_answer).focus()
    generated_visit.page.keyboard.press("Enter")
    panel = generated_visit.sheet
    expect(panel.locator("#passage-title")).to_have_text("The moles")
    evidence = next(flag["evidence"] for flag in flags_of(wrong_answer) if flag["text"].startswith("45"))
    expect(panel.locator("mark.pointed")).to_have_text(evidence["text"])
    generated_visit.page.keyboard.press("Escape")
    expect(the_wrong_depth(wrong_answer)).to_be_focused()


def test_on_a_touch_screen_a_tap_shows_the_reason_and_a_second_one_the_passage(
    tab: Open, generating_service: Service, model: ModelServer
) -> None:
    visit = tab(generating_service, width=NARROW, has_touch=True, is_mobile=True)
    visit.open_ready()
    model.script = Script(pieces=WRONG)
    the_wrong_depth(visit.ask(MOLES)).tap()
    note = visit.note
    expect(note).to_contain_text("The sources say 30")
    assert visit.sideways_overflow() == 0
    note.get_by_role("button").tap()
    expect(visit.sheet.locator("mark.pointed")).to_be_visible()


NESTED = "The moles dig to a depth of **45 metres** in winter [1], says Boris Falk."
"""One flag on the whole sentence and two inside it, of which the second ends where the sentence ends."""


def flag(text: str, reason: str, severity: str, evidence: str | None = None) -> dict[str, Any]:
    start = NESTED.index(text)
    found = {"context": 0, "start": 0, "end": 9, "text": evidence} if evidence else None
    place = {"start": start, "end": start + len(text), "text": text, "evidence": found}
    return {**place, "reason": reason, "severity": severity, "confidence": 0.9}


@pytest.fixture
def nested(generated_visit: Visit, model: ModelServer) -> Answer:
    """A real answer whose report is replaced, before the page gets it, by one with flags inside a flag."""
    flags = [
        flag(NESTED, "sentence_unsupported", "soft"),
        flag("45 metres", "number_mismatch", "hard", "30 metres"),
        flag("says Boris Falk.", "entity_mismatch", "hard", "Ada Wren"),
    ]
    model.script = Script(pieces=(NESTED,))

    def replace_report(route: Route) -> None:
        response = route.fetch()
        lines = response.text().split("\n")
        for number, line in enumerate(lines):
            if line.startswith("data: {") and '"grounding"' in line:
                chunk = json.loads(line.removeprefix("data: "))
                chunk["groundwork"]["grounding"] |= {"supported": False, "flags": flags}
                lines[number] = f"data: {json.dumps(chunk)}"
        route.fulfill(response=response, body="\n".join(lines))

    generated_visit.page.route(f"**{CHAT}", replace_report)
    return generated_visit.ask(MOLES)


def test_flags_inside_a_flag_keep_their_style_and_no_word_is_lost_or_repeated(nested: Answer) -> None:
    # No passage supports the sentence, so its marker is dropped.
    expect(nested.shown.locator(".prose p")).to_have_text(NESTED.replace("**", "").replace(" [1]", ""))
    pieces = nested.shown.locator(".prose .flag").all()
    shown = [(piece.text_content(), piece.get_attribute("data-severity")) for piece in pieces]
    assert shown == [
        ("The moles dig to a depth of ", "soft"),
        ("45 metres", "hard"),
        (" in winter, says", "soft"),
        (" Boris Falk.", "hard"),
    ]


def test_a_word_with_two_flags_shows_both_reasons_the_more_severe_one_first(
    generated_visit: Visit, nested: Answer
) -> None:
    nested.shown.locator(".flag", has_text="45 metres").focus()
    reasons = generated_visit.note.locator(".reason")
    expect(reasons).to_have_text(["The sources say 30 metres", "Hardly anything here is in the sources"])
    expect(generated_visit.note).to_contain_text("The moles")


def test_the_list_has_the_sentence_and_then_the_words_in_it(nested: Answer) -> None:
    grounding = nested.shown.locator(".verdict details")
    expect(grounding.locator("summary")).to_have_text("1 statement contradicts the sources.")
    grounding.locator("summary").click()
    sentence = "The moles dig to a depth of 45 metres in winter, says Boris Falk."
    expect(grounding.locator("li > q")).to_have_text([sentence, "45 metres", "says Boris Falk."])
    expect(grounding.locator("li").last).to_contain_text("The sources say Ada Wren (The moles)")


def test_each_flag_can_be_reached_with_the_keyboard_once(nested: Answer) -> None:
    assert nested.shown.locator(".prose .flag[tabindex]").all_text_contents() == [
        "The moles dig to a depth of ",
        "45 metres",
        " Boris Falk.",
    ]


def test_a_supported_answer_has_no_flag(generated_visit: Visit, model: ModelServer) -> None:
    model.script = Script(pieces=("The moles dig to a depth of 30 metres in winter [1].",))
    answer = generated_visit.ask(MOLES)
    expect(answer.shown.locator(".flag")).to_have_count(0)
    expect(answer.shown.locator(".verdict")).to_have_attribute("data-outcome", "supported")
    line = answer.shown.locator(".verdict summary")
    expect(line).to_have_text("Everything here is in the sources.")
    line.click()
    expect(answer.shown.locator(".verdict .meaning")).to_contain_text("what is not marked can still be wrong")


def expect_beside(note: Locator, word: Locator) -> None:
    """Expect the note to be within 20 pixels of its word."""
    expect(note).to_be_visible()

    def gap() -> float:
        at, box = word.bounding_box(), note.bounding_box()
        if at is None or box is None:
            return math.inf  # One of them is being laid out.
        below, above = box["y"] - (at["y"] + at["height"]), at["y"] - (box["y"] + box["height"])
        beside = box["x"] - (at["x"] + at["width"])
        return max(below, above, beside)

    wait_until(lambda: gap() <= 20, "the note is beside its word")


def test_the_note_follows_its_word_when_the_passage_closes(generated_visit: Visit, wrong_answer: Answer) -> None:
    word = the_wrong_depth(wrong_answer)
    word.focus()
    generated_visit.page.keyboard.press("Enter")
    expect(generated_visit.sheet).to_be_visible()
    moved = word.bounding_box()
    word.hover()
    expect_beside(generated_visit.note, word)
    generated_visit.button("Close the passage").evaluate("button => button.click()")
    expect(generated_visit.sheet).to_have_count(0)
    assert word.bounding_box() != moved
    expect_beside(generated_visit.note, word)


def test_the_note_follows_its_word_when_the_conversation_scrolls(generated_visit: Visit, model: ModelServer) -> None:
    model.script = Script(pieces=("".join(WRONG), "".join(f"\n\nThe moles dig {number}." for number in range(40))))
    word = the_wrong_depth(generated_visit.ask(MOLES))
    word.focus()
    expect_beside(generated_visit.note, word)
    before = word.bounding_box()
    generated_visit.page.locator(".conversation").evaluate("log => log.scrollBy(0, 40)")
    wait_until(lambda: word.bounding_box() != before, "the conversation has scrolled")
    expect_beside(generated_visit.note, word)


def test_the_note_follows_its_word_when_the_window_changes(generated_visit: Visit, wrong_answer: Answer) -> None:
    word = the_wrong_depth(wrong_answer)
    word.focus()
    expect_beside(generated_visit.note, word)
    for width in (700, 400, 1100):
        generated_visit.page.set_viewport_size({"width": width, "height": 700})
        expect_beside(generated_visit.note, word)


def test_the_note_stays_while_the_pointer_moves_onto_it_and_goes_with_it(
    generated_visit: Visit, wrong_answer: Answer
) -> None:
    the_wrong_depth(wrong_answer).hover()
    generated_visit.note.hover()
    generated_visit.page.wait_for_timeout(400)
    expect(generated_visit.note).to_be_visible()
    generated_visit.page.mouse.move(5, 5)
    expect(generated_visit.note).to_have_count(0)
