"""The conversations that the page keeps in the browser, their addresses, and printing."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import NARROW, Open
from tests.browser.garden import TITLE
from tests.browser.service import Service
from tests.browser.visit import Visit

OPENING, MOLES = "When does the garden open?", "How deep do the moles dig?"
_CLIPBOARD = ["clipboard-read", "clipboard-write"]
# The browser gives a page no storage, as one does that is set to block all cookies.
_NO_STORAGE = """
  Object.defineProperty(window, "localStorage", { get() { throw new DOMException("blocked", "SecurityError"); } });
"""
_FULL_STORAGE = """
  Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
"""


def conversations(visit: Visit) -> Locator:
    """The links to the conversations, the latest first."""
    return visit.page.locator(".sidebar li.row a")


def choose(visit: Visit, title: str, action: str) -> None:
    """Choose an action from the menu of a conversation."""
    visit.page.locator(".sidebar li.row", has_text=title).hover()
    visit.page.get_by_role("button", name=f"Actions for “{title}”").click()
    visit.page.locator(".menu:popover-open").get_by_role("button", name=action).click()


def asked(visit: Visit) -> Locator:
    """The questions of the conversation that is shown."""
    return visit.page.locator(".exchange .asked")


def test_a_reload_keeps_the_conversation_and_its_answer(visit: Visit) -> None:
    answer = visit.ask(OPENING)
    text = answer.shown.locator(".prose").inner_text()
    visit.page.reload()
    expect(asked(visit)).to_contain_text([OPENING])
    assert visit.last_answer.locator(".prose").inner_text() == text
    visit.last_answer.locator(".marker").first.click()
    expect(visit.sheet.locator("mark").first).to_be_visible()


def test_the_conversations_are_listed_by_day_and_the_one_shown_is_marked(visit: Visit) -> None:
    visit.ask(OPENING)
    visit.button("New conversation").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(asked(visit)).to_have_count(0)
    visit.ask(MOLES)
    expect(visit.page.locator(".sidebar h3")).to_have_text(["Today"])
    expect(conversations(visit)).to_have_text([MOLES, OPENING])
    expect(conversations(visit).first).to_have_attribute("aria-current", "page")
    conversations(visit).last.click()
    expect(asked(visit)).to_contain_text([OPENING])
    expect(conversations(visit).last).to_have_attribute("aria-current", "page")
    expect(conversations(visit).first).not_to_have_attribute("aria-current", "page")


def test_back_and_forward_go_through_the_conversations(visit: Visit) -> None:
    visit.ask(OPENING)
    visit.button("New conversation").click()
    visit.ask(MOLES)
    visit.page.go_back()
    expect(asked(visit)).to_contain_text([OPENING])
    visit.page.go_forward()
    expect(asked(visit)).to_contain_text([MOLES])
    visit.page.wait_for_function("() => document.title.startsWith('How deep')")


def test_a_conversation_is_renamed_with_the_keyboard_alone(visit: Visit) -> None:
    visit.ask(OPENING)
    conversations(visit).first.focus()
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    expect(visit.button("Rename")).to_be_focused()
    visit.page.keyboard.press("Enter")
    name = visit.page.get_by_role("textbox", name="Name of the conversation")
    expect(name).to_have_value(OPENING)
    visit.page.keyboard.type("Hours")
    visit.page.keyboard.press("Enter")
    expect(conversations(visit)).to_have_text(["Hours"])
    expect(conversations(visit).first).to_be_focused()
    visit.page.reload()
    expect(conversations(visit)).to_have_text(["Hours"])


def test_escape_keeps_the_name_of_a_conversation(visit: Visit) -> None:
    visit.ask(OPENING)
    choose(visit, OPENING, "Rename")
    expect(visit.page.get_by_role("textbox", name="Name of the conversation")).to_be_focused()
    visit.page.keyboard.type("Hours")
    visit.page.keyboard.press("Escape")
    expect(conversations(visit)).to_have_text([OPENING])


def test_a_deleted_conversation_can_be_brought_back(visit: Visit) -> None:
    visit.ask(OPENING)
    choose(visit, OPENING, "Delete")
    expect(conversations(visit)).to_have_count(0)
    expect(asked(visit)).to_have_count(0)
    expect(visit.button("Undo")).to_be_focused()
    visit.button("Undo").click()
    conversations(visit).first.click()
    expect(asked(visit)).to_contain_text([OPENING])
    choose(visit, OPENING, "Delete")
    visit.page.reload()
    expect(visit.page.locator(".suggestions button").first).to_be_visible()
    expect(conversations(visit)).to_have_count(0)


def test_a_conversation_is_exported_as_markdown_with_its_sources(visit: Visit) -> None:
    answer = visit.ask(OPENING)
    with visit.page.expect_download() as caught:
        choose(visit, OPENING, "Export as Markdown")
    assert caught.value.suggested_filename == "When-does-the-garden-open.md"
    text = Path(caught.value.path()).read_text(encoding="utf-8")
    assert text.startswith(f"# {OPENING}\n\n## {OPENING}\n\n")
    assert answer.content in text
    assert "[1] Opening hours" in text


def test_two_tabs_share_their_conversations_and_overwrite_none(visit: Visit) -> None:
    second = Visit(visit.page.context.new_page(), visit.url)
    second.open_ready()
    visit.ask(OPENING)
    second.ask(MOLES)
    expect(conversations(visit)).to_have_text([MOLES, OPENING])
    expect(conversations(second)).to_have_text([MOLES, OPENING])
    choose(second, OPENING, "Delete")
    expect(conversations(visit)).to_have_text([MOLES])
    expect(asked(visit)).to_have_count(0)
    assert second.faults() == []


def test_two_tabs_go_on_with_one_conversation(visit: Visit) -> None:
    visit.ask(OPENING)
    second = Visit(visit.page.context.new_page(), visit.url)
    second.page.goto(visit.page.url)
    expect(asked(second)).to_contain_text([OPENING])
    second.ask(MOLES)
    expect(asked(visit)).to_contain_text([OPENING, MOLES])
    assert second.faults() == []


@pytest.mark.parametrize("script", [_NO_STORAGE, _FULL_STORAGE], ids=["blocked", "full"])
def test_where_the_browser_keeps_nothing_the_page_says_so_and_works(tab: Open, service: Service, script: str) -> None:
    visit = tab(service)
    visit.page.add_init_script(script)
    visit.open_ready()
    visit.ask(OPENING)
    expect(visit.page.locator(".sidebar .notice")).to_contain_text("storage is full or switched off")
    visit.button("New conversation").click()
    conversations(visit).first.click()
    expect(asked(visit)).to_contain_text([OPENING])


def test_on_a_phone_the_conversations_are_in_a_drawer(tab: Open, service: Service) -> None:
    visit = tab(service, width=NARROW)
    visit.open_ready()
    visit.ask(OPENING)
    expect(visit.page.locator(".sidebar")).to_have_count(0)
    menu = visit.button("Open the menu")
    menu.click()
    expect(visit.page.get_by_role("dialog")).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(visit.page.get_by_role("dialog")).to_have_count(0)
    expect(menu).to_be_focused()
    menu.click()
    visit.page.get_by_role("dialog").get_by_role("button", name="New conversation").click()
    expect(visit.page.get_by_role("dialog")).to_have_count(0)
    expect(asked(visit)).to_have_count(0)
    assert visit.sideways_overflow() == 0


def test_a_link_to_a_question_shows_its_answer_here_and_the_question_elsewhere(tab: Open, service: Service) -> None:
    visit = tab(service, permissions=_CLIPBOARD)
    visit.open_ready()
    visit.ask(OPENING)
    visit.ask(MOLES)
    visit.page.locator(".exchange").first.get_by_role("button", name="Link to this question").click()
    expect(visit.page.get_by_text("Link copied")).to_be_visible()
    link = visit.page.evaluate("navigator.clipboard.readText()")
    # What is behind the hash is not sent to the service.
    assert quote(OPENING) in link.partition("#")[2]
    visit.page.goto("about:blank")
    visit.page.goto(link)
    expect(visit.page.locator(".exchange").first).to_be_focused()
    expect(asked(visit)).to_contain_text([OPENING, MOLES])
    other = tab(service)
    other.page.goto(link)
    expect(other.page.get_by_text("This conversation is not in this browser.")).to_be_visible()
    expect(other.question_box).to_have_value(OPENING)


def test_a_question_in_the_address_is_written_into_the_box_and_not_asked(tab: Open, service: Service) -> None:
    visit = tab(service)
    visit.page.goto(f"{service.url}/?q={quote(MOLES)}")
    expect(visit.question_box).to_have_value(MOLES)
    assert visit.page.url == f"{service.url}/#/"
    assert not any("/v1/chat" in url for url in visit.requests)
    visit.question_box.press("Enter")
    visit.wait_for_end()
    expect(asked(visit)).to_contain_text([MOLES])


def test_on_paper_there_are_questions_answers_and_sources_and_no_controls(visit: Visit) -> None:
    visit.ask(OPENING)
    visit.page.emulate_media(media="print")
    page = visit.page
    expect(asked(visit).first).to_be_visible()
    expect(page.locator(".source .name").first).to_be_visible()
    for hidden in (".sidebar", ".composer", ".answer .tools", ".head .tools", ".sources meter"):
        for element in page.locator(hidden).all():
            expect(element).to_be_hidden()
    assert len(page.pdf(format="A4")) > 1000


def test_a_keyboard_reaches_the_question_box_at_once(visit: Visit) -> None:
    visit.ask(OPENING)
    visit.page.locator(".skip").focus()
    visit.page.keyboard.press("Enter")
    expect(visit.question_box).to_be_focused()


def test_leaving_a_conversation_keeps_the_part_of_its_answer(generated_visit: Visit) -> None:
    visit = generated_visit
    visit.ask(OPENING)
    visit.button("New conversation").click()
    expect(conversations(visit)).to_have_text([OPENING])
    conversations(visit).first.click()
    expect(visit.last_answer).to_have_attribute("data-state", "done")
