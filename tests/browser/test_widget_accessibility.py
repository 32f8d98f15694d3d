"""The widget in a page of a site, by axe and by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from testing.model_server import ModelServer, Script
from tests.browser.axe import read_axe, violations
from tests.browser.conftest import VisitSite
from tests.browser.site import KEY, SiteVisit, page_html, script_tag

MOLES = "How deep do the moles dig?"
GOOD = "The moles dig to a depth of 30 metres in winter [1]."
WIDE: dict[str, Any] = {}
PHONE: dict[str, Any] = {"width": 360, "height": 640, "has_touch": True, "is_mobile": True}


def closed(visitor: SiteVisit) -> None:
    visitor.open()
    expect(visitor.launcher).to_be_visible()


def opened(visitor: SiteVisit) -> None:
    visitor.open()
    visitor.open_panel()


def answered(visitor: SiteVisit) -> None:
    opened(visitor)
    visitor.ask(MOLES)


def cited(visitor: SiteVisit) -> None:
    answered(visitor)
    visitor.answers.last.locator(".marker").click()
    expect(visitor.panel.locator(".sheet mark").first).to_be_visible()


def refused(visitor: SiteVisit) -> None:
    visitor.expected_failures.add("/v1/widget/session")
    visitor.expected_messages.add("groundwork-chat:")
    visitor.open(key="no-such-key")
    visitor.launcher.click()
    expect(visitor.panel.locator(".notice")).to_be_visible()


def inline(visitor: SiteVisit) -> None:
    body = f'<groundwork-chat mode="inline" site-key="{KEY}"></groundwork-chat>'
    visitor.open(page_html(script_tag(visitor.service), body))
    expect(visitor.panel.locator(".suggestions")).to_be_visible()


def mirrored(visitor: SiteVisit) -> None:
    visitor.open(page_html(script_tag(visitor.service, dir="rtl"), direction="rtl"))
    visitor.open_panel()


STATES = (closed, opened, answered, cited, refused, inline, mirrored)


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe."""
    return read_axe()


@pytest.mark.parametrize(
    ("window", "theme"),
    [
        (WIDE, "light"),
        (WIDE, "dark"),
        (PHONE, "light"),
        (PHONE, "dark"),
    ],
    ids=["wide-light", "wide-dark", "phone-light", "phone-dark"],
)
@pytest.mark.long
@pytest.mark.parametrize("reach", STATES)
def test_axe_finds_nothing(
    visit_site: VisitSite,
    model: ModelServer,
    axe: str,
    reach: Callable[[SiteVisit], None],
    window: dict[str, Any],
    theme: str,
) -> None:
    model.script = Script(pieces=tuple(GOOD))
    visitor = visit_site(**window, color_scheme=theme)
    reach(visitor)
    assert violations(visitor.page, axe) == []


def test_a_visitor_asks_and_reads_a_source_by_the_keyboard_alone(visitor: SiteVisit, model: ModelServer) -> None:
    model.script = Script(pieces=tuple(GOOD))
    visitor.open()
    expect(visitor.launcher).to_be_visible()
    keyboard = visitor.page.keyboard
    focus = "(({ activeElement: a }) => a ? a.className : '')(document.querySelector('groundwork-chat').shadowRoot)"

    def tab_to(part: str, key: str = "Tab") -> None:
        for _ in range(12):
            if part in visitor.page.evaluate(focus):
                return
            keyboard.press(key)
        raise AssertionError(f"{part} cannot be reached with {key}")

    keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.id") == "own"
    tab_to("launcher")
    keyboard.press("Enter")
    # What is typed before the panel has its scripts is typed nowhere.
    expect(visitor.question).to_be_focused()
    keyboard.type(MOLES)
    keyboard.press("Enter")
    expect(visitor.answers.last).to_have_attribute("data-state", "done")
    tab_to("marker", "Shift+Tab")
    keyboard.press("Enter")
    expect(visitor.panel.locator(".sheet mark").first).to_be_visible()
    keyboard.press("Escape")
    assert "marker" in visitor.page.evaluate(focus)
    keyboard.press("Escape")
    assert "launcher" in visitor.page.evaluate(focus)
    expect(visitor.launcher).to_have_attribute("aria-expanded", "false")
