"""The documents on the page: list, search, adding, deleting, and one document as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from tests.browser.conftest import NARROW, WIDE, Open, Upload
from tests.browser.garden import HACK, HOSTILE_FILE, PAGES
from tests.browser.service import Service
from tests.browser.visit import Visit

_READING_MILLISECONDS = 120_000
"""Embedding takes a second; on a machine that is busy with other tests it took more than 30."""
KETTLE = "# The kettle\n\nThe copper kettle is descaled on Fridays.\n"


@pytest.fixture(autouse=True)
def _no_uploads_remain(service: Service) -> Iterator[None]:
    """Delete what a test has added, also when it failed: the service is that of all tests."""
    yield
    listed = service.client.get("/v1/documents").json()
    for document in (*listed["documents"], *listed["unread"]):
        if document["id"].startswith("uploads/"):
            service.delete(document["id"])


def open_library(visit: Visit) -> None:
    """Load the list of the documents."""
    visit.page.goto(f"{visit.url}/#/documents")
    expect(rows(visit).first).to_be_visible()


def rows(visit: Visit) -> Locator:
    """The rows of the documents."""
    return visit.page.locator("section[aria-labelledby='listed'] .row")


def row(visit: Visit, name: str) -> Locator:
    """The row of one document, read or not."""
    return visit.page.locator(".library .row", has_text=name)


def add(visit: Visit, *files: tuple[str, bytes]) -> Locator:
    """Choose files to add; return the report of this upload when they are read."""
    payloads = [FilePayload(name=name, mimeType="application/octet-stream", buffer=content) for name, content in files]
    visit.page.set_input_files("input[type=file]", payloads)
    report = visit.page.locator(".upload").first
    expect(report).to_have_attribute("data-phase", "ended", timeout=_READING_MILLISECONDS)
    return report


def delete(visit: Visit, name: str) -> None:
    """Delete a document, and wait until it is gone from the list."""
    row(visit, name).get_by_role("button").click()
    visit.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(row(visit, name)).to_have_count(0)


def test_every_document_is_listed_and_the_list_is_filtered_by_name(visit: Visit) -> None:
    visit.page.get_by_role("link", name="Documents").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Documents")
    expect(rows(visit)).to_have_count(len(PAGES))
    box = visit.page.get_by_role("searchbox")
    box.fill("TICK")
    expect(rows(visit)).to_have_count(1)
    expect(rows(visit)).to_contain_text("visits/tickets.md")
    box.fill("no such name")
    expect(visit.page.get_by_text("No document has this in its name.")).to_be_visible()


def test_a_search_shows_passages_that_open_beside_the_list(visit: Visit) -> None:
    open_library(visit)
    visit.page.get_by_role("searchbox").fill("orchids flood")
    visit.page.keyboard.press("Enter")
    first = visit.page.locator(".found .source").first
    expect(first).to_contain_text("History")
    first.click()
    expect(visit.sheet.locator("mark").first).to_be_in_viewport()
    expect(visit.sheet.locator("mark").first).to_contain_text("orchid")
    visit.page.keyboard.press("Escape")
    expect(first).to_be_focused()
    visit.page.reload()
    expect(visit.page.locator(".found .source").first).to_be_visible()
    visit.button("End the search").click()
    expect(rows(visit)).to_have_count(len(PAGES))


def test_an_added_document_is_read_listed_answers_and_is_deleted(visit: Visit, service: Service) -> None:
    open_library(visit)
    report = add(visit, ("kettle.md", KETTLE.encode()))
    expect(report).to_contain_text("1 added")
    expect(row(visit, "The kettle")).to_contain_text("uploads/kettle.md")
    visit.button("New conversation").click()
    assert "Fridays" in visit.ask("When is the copper kettle descaled?").content
    visit.page.get_by_role("link", name="Documents").click()
    delete(visit, "uploads/kettle.md")
    expect(visit.page.get_by_text("“The kettle” was deleted.")).to_be_visible()
    assert service.client.get("/v1/documents/uploads/kettle.md").status_code == 404


def test_a_file_that_cannot_be_read_is_reported_with_its_reason_and_can_be_deleted(visit: Visit) -> None:
    open_library(visit)
    report = add(visit, ("broken.pdf", b"%PDF-1.4 broken"), ("kettle.md", KETTLE.encode()), ("clip.mp4", b"0"))
    expect(report).to_contain_text("1 added · 2 not read")
    expect(report.locator(".details")).to_contain_text("broken.pdf – ")
    expect(report.locator(".details")).to_contain_text("clip.mp4 – ")
    expect(row(visit, "uploads/broken.pdf")).to_contain_text("Not read: ")
    delete(visit, "uploads/broken.pdf")
    delete(visit, "uploads/kettle.md")


def test_a_file_of_a_name_that_is_taken_is_another_document_or_the_new_version(visit: Visit, upload: Upload) -> None:
    upload("kettle.md", KETTLE)
    open_library(visit)
    report = add(visit, ("kettle.md", KETTLE.replace("Fridays", "Mondays").encode()))
    expect(report).to_contain_text("Another document is called kettle.md: this one is uploads/kettle (2).md.")
    delete(visit, "uploads/kettle (2).md")
    visit.page.get_by_label("Replace documents of the same name").check()
    report = add(visit, ("kettle.md", KETTLE.replace("Fridays", "Sundays").encode()))
    expect(report).to_contain_text("1 updated")
    row(visit, "uploads/kettle.md").get_by_role("link").click()
    expect(visit.page.locator(".document .whole")).to_contain_text("Sundays")


def test_files_are_added_by_dropping_them(visit: Visit) -> None:
    open_library(visit)
    data = visit.page.evaluate_handle(
        "text => { const data = new DataTransfer(); data.items.add(new File([text], 'kettle.md')); return data; }",
        KETTLE,
    )
    drop = visit.page.locator(".drop")
    drop.dispatch_event("dragover", {"dataTransfer": data})
    expect(drop).to_have_attribute("data-over", "")
    drop.dispatch_event("drop", {"dataTransfer": data})
    expect(visit.page.locator(".upload")).to_contain_text("1 added", timeout=_READING_MILLISECONDS)


def test_an_upload_that_the_service_refuses_says_why(visit: Visit) -> None:
    visit.expected_failures.add("/v1/documents")
    open_library(visit)
    refusal = '{"error": {"message": "The disk is full.", "type": "server_error", "code": "no_space"}}'
    visit.page.route("**/v1/documents", lambda route: route.fulfill(status=507, body=refusal))
    report = add(visit, ("kettle.md", KETTLE.encode()))
    expect(report.get_by_role("alert")).to_contain_text("The disk is full.")
    visit.page.unroute_all()


def test_deleting_asks_first_and_cancelling_changes_nothing(visit: Visit, upload: Upload) -> None:
    upload("kettle.md", KETTLE)
    open_library(visit)
    button = row(visit, "uploads/kettle.md").get_by_role("button")
    button.click()
    expect(visit.page.get_by_role("dialog")).to_contain_text("Delete the document “The kettle”?")
    expect(visit.button("Cancel")).to_be_focused()
    visit.page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(row(visit, "uploads/kettle.md")).to_be_visible()
    # Documents of a folder are not deleted here.
    expect(row(visit, "visits/tickets.md").get_by_role("button")).to_have_count(0)


def test_a_document_has_an_address_and_back_returns_to_the_list(visit: Visit) -> None:
    open_library(visit)
    row(visit, "visits/tickets.md").get_by_role("link").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Tickets")
    assert visit.page.url.endswith("/#/documents/visits/tickets.md")
    expect(visit.page.locator(".document td", has_text="90 euros")).to_be_visible()
    visit.page.go_back()
    expect(rows(visit)).to_have_count(len(PAGES))
    visit.page.go_forward()
    visit.page.reload()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Tickets")


def test_a_document_that_does_not_exist_is_said_not_to(visit: Visit) -> None:
    visit.expected_failures.add("/v1/documents/none.md")
    visit.page.goto(f"{visit.url}/#/documents/none.md")
    expect(visit.page.get_by_text("This document does not exist, or no longer does.")).to_be_visible()


def test_a_hostile_document_is_opened_by_its_own_address(visit: Visit) -> None:
    open_library(visit)
    row(visit, "plants/").get_by_role("link").click()
    expect(visit.page.locator(".document .whole")).to_contain_text("Wash your hands")
    expect(visit.page.get_by_text(f"plants/{HOSTILE_FILE}")).to_be_visible()
    assert visit.page.evaluate(f"'{HACK.split('=')[0].split('.')[1]}' in window") is False


def test_the_whole_document_is_shown_beside_the_answer_with_the_cited_sentence(visit: Visit) -> None:
    answer = visit.ask("What did the great flood wash away?")
    answer.shown.locator(".marker").first.click()
    visit.button("Show the whole document").click()
    expect(visit.sheet.locator("mark").first).to_be_in_viewport()
    expect(visit.sheet.locator(".whole")).to_contain_text("In 1860 the gardeners planted 10 trees")
    expect(visit.sheet.locator("mark").first).to_be_in_viewport()
    visit.button("Show the passage alone").click()
    expect(visit.sheet.locator("mark").first).to_be_in_viewport()


@pytest.mark.parametrize("width", [WIDE, NARROW, 320])
def test_no_view_scrolls_sideways(tab: Open, service: Service, width: int) -> None:
    visit = tab(service, width=width)
    for address in ("", "#/documents", "#/documents?q=moles", "#/documents/visits/tickets.md"):
        visit.page.goto(f"{service.url}/{address}")
        expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
        assert visit.sideways_overflow() == 0, address


@pytest.mark.parametrize("address", ["", "#/documents", "#/documents/visits/tickets.md"])
def test_every_view_has_one_first_heading_one_main_part_and_a_navigation(visit: Visit, address: str) -> None:
    visit.page.goto(f"{visit.url}/{address}")
    expect(visit.page.get_by_role("heading", level=1)).to_have_count(1)
    expect(visit.page.get_by_role("main")).to_have_count(1)
    expect(visit.page.get_by_role("navigation")).to_have_count(1)
