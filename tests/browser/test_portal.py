"""The page of the support portal, which the service serves from the domain's folder: search, questions, hand-over."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from testing.builders import REPOSITORY
from tests.browser.axe import read_axe, violations
from tests.browser.conftest import Open
from tests.browser.garden import HANDOVER
from tests.browser.service import Library, Service, running_service

PORTAL = REPOSITORY / "domains" / "support-portal" / "portal"
SITE = ("[[sites]]", 'name = "portal"', 'key = "groundwork-support"', 'origins = ["self"]')
MOLES = "How deep do the moles dig?"
DEPTH = "a depth of 30 metres in winter"


@pytest.fixture(scope="module")
def portal_service(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service over the garden, with the pages of the support portal and their site."""
    folder = tmp_path_factory.mktemp("support")
    moved = library.with_settings(folder / "domain", *SITE).copy_to(folder)
    shutil.copytree(PORTAL, moved.domain / "portal")
    with running_service(moved, folder / "log") as service:
        service.wait_until_ready()
        yield service


@pytest.fixture
def portal(tab: Open, portal_service: Service) -> Callable[..., Page]:
    """Open the portal in a new tab; an error on the console, a violated policy's too, fails the test."""

    def opened(*, expected_failures: tuple[str, ...] = (), **options: object) -> Page:
        visit = tab(portal_service, **options)
        visit.expected_failures.update(expected_failures)
        page: Page = visit.page
        page.goto(f"{portal_service.url}/portal")
        expect(page.locator("groundwork-chat .launcher")).to_be_visible()
        return page

    return opened


def answer_of(page: Page) -> Locator:
    """Return the answer, when it is complete."""
    answer = page.locator("groundwork-chat .answer").last
    expect(answer).to_have_attribute("aria-busy", "false")
    return answer


def test_a_visitor_searches_asks_and_reaches_a_person(portal: Callable[..., Page], portal_service: Service) -> None:
    page = portal()
    page.get_by_role("searchbox").fill(MOLES)
    page.get_by_role("searchbox").press("Enter")
    hit = page.locator("#hits li").first
    expect(hit).to_contain_text(DEPTH)
    address = f"{portal_service.url}/#/documents/animals/moles.md"
    expect(hit.get_by_role("link")).to_have_js_property("href", address)
    expect(page.get_by_role("status").first).to_contain_text(f"passages about “{MOLES}”")

    page.get_by_role("button", name="Ask the assistant instead").click()
    answer = answer_of(page)
    expect(answer).to_contain_text(DEPTH)
    answer.locator(".marker").first.click()
    expect(page.locator("groundwork-chat .sheet")).to_contain_text("Ada Wren")
    page.keyboard.press("Escape")

    page.locator("groundwork-chat").get_by_role("button", name=HANDOVER).click()
    dialog = page.get_by_role("dialog", name="Contact support")
    message = dialog.get_by_label("Message")
    expect(message).to_be_focused()
    text = message.input_value()
    assert text.startswith(f"What I need:\n\n\nThe conversation so far:\n\n## {MOLES}")
    assert DEPTH in text
    mail = dialog.get_by_role("link", name="Write the e-mail").get_attribute("href") or ""
    assert mail.startswith("mailto:support@groundwork.example?subject=A%20question%20about%20Groundwork&body=")
    assert unquote(mail).endswith(text)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_long_message_is_to_be_copied(portal: Callable[..., Page]) -> None:
    page = portal()
    page.get_by_role("button", name="Contact support").click()
    dialog = page.get_by_role("dialog", name="Contact support")
    dialog.get_by_label("Message").fill("Größe 🌵 " * 400)
    expect(dialog.get_by_role("status")).to_contain_text("Copy it, and paste it into the e-mail.")
    mail = dialog.get_by_role("link", name="Write the e-mail").get_attribute("href") or ""
    assert len(mail) < 2000
    assert unquote(mail).endswith("[cut: paste the copied message here]")


def test_a_failed_search_says_why(portal: Callable[..., Page]) -> None:
    page = portal(expected_failures=("/v1/search",))
    page.route("**/v1/search", lambda route: route.abort())
    page.get_by_role("searchbox").fill("moles")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#status")).to_have_text("The service did not answer. Try again in a moment.")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(portal: Callable[..., Page], width: int, scheme: str) -> None:
    page = portal(width=width, color_scheme=scheme)
    page.get_by_role("searchbox").fill(MOLES)
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("#hits li").first).to_be_visible()
    axe = read_axe()
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.get_by_role("button", name="Contact support").click()
    expect(page.locator("#contact")).to_be_visible()
    assert violations(page, axe, expected=("color-contrast",)) == []
