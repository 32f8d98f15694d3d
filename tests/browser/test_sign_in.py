"""The page of a service that asks who its users are: sign in with a key, ask, sign out, and what a revoked key sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Page, expect

from app.access.keys import create_key
from app.database import Database
from app.database.database import sqlite_url
from app.service.principals import Role
from tests.browser.axe import read_axe, violations
from tests.browser.chromium import Chromium
from tests.browser.service import Library, Service, running_service


class MakeKey(Protocol):
    """Make a key of a role, by its name."""

    def __call__(self, name: str, role: Role = "ask") -> str:
        """Return the key."""
        ...


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def closed(library: Library, folder: Path) -> Iterator[Service]:
    """A service that needs an API key."""
    with running_service(library.copy_to(folder), folder / "log", GROUNDWORK_AUTH="keys") as service:
        service.wait_until_ready()
        yield service


@pytest.fixture
def make_key(closed: Service, folder: Path) -> MakeKey:
    """Make a key of a role, by its name."""

    def make(name: str, role: Role = "ask") -> str:
        database = Database(sqlite_url(folder / "data"))
        text = create_key(database, name, [role], frozenset(), datetime.now(UTC)).text
        database.close()
        return text

    return make


@pytest.fixture
def page(browser: Chromium) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


def test_a_user_signs_in_with_a_key_asks_and_signs_out(closed: Service, page: Page, make_key: MakeKey) -> None:
    page.goto(closed.url)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert violations(page, read_axe()) == []
    page.get_by_label("API key").fill("gwk_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("The sign-in failed.")

    page.get_by_label("API key").fill(make_key("Ada"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Signed in as Ada")).to_be_visible()
    expect(page.get_by_role("button", name="Add documents")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Signed in as Ada")).to_be_visible()
    assert page.evaluate("document.cookie") == ""

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_next_user_of_a_browser_does_not_see_the_conversations_of_the_last(
    closed: Service, page: Page, make_key: MakeKey
) -> None:
    keys = {name: make_key(name) for name in ("Grace", "Mary")}
    for name, question in (("Grace", "When does the garden open?"), ("Mary", None), ("Grace", None)):
        page.goto(closed.url)
        page.get_by_label("API key").fill(keys[name])
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text(f"Signed in as {name}")).to_be_visible()
        if question:
            page.get_by_role("textbox").first.fill(question)
            page.keyboard.press("Enter")
        conversations = page.get_by_role("navigation").get_by_role("link", name="When does the garden open?")
        expect(conversations).to_have_count(1 if name == "Grace" else 0)
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_sign_in_that_failed_says_so_once(closed: Service, page: Page) -> None:
    page.goto(f"{closed.url}/?sign-in=failed#/documents")
    expect(page.get_by_role("alert")).to_contain_text("The sign-in failed.")
    expect(page).to_have_url(f"{closed.url}/#/documents")


def test_a_session_that_ends_while_the_page_is_open_leads_to_the_sign_in(
    closed: Service, page: Page, make_key: MakeKey
) -> None:
    page.goto(closed.url)
    page.get_by_label("API key").fill(make_key("Eve"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Signed in as Eve")).to_be_visible()
    page.context.clear_cookies()
    page.get_by_role("textbox").first.fill("Where do the otters live?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_administration_asks_for_a_sign_in_and_is_for_administrators(
    closed: Service, page: Page, make_key: MakeKey
) -> None:
    page.goto(f"{closed.url}/admin#gaps")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("You are not signed in, or your session has ended.")).to_be_visible()
    assert violations(page, read_axe()) == []
    page.get_by_label("API key").fill(make_key("Reader"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("You may not administer this service.")).to_be_visible()
    page.goto(closed.url)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(f"{closed.url}/admin#gaps")
    page.get_by_label("API key").fill(make_key("Head", "admin"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gaps")
