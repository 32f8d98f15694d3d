"""Where the widget is: on a phone with its keyboard, at 200 % zoom, in either corner and direction, in print."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from testing.model_server import ModelServer, Script
from tests.browser.conftest import VisitSite
from tests.browser.site import KEY, SiteVisit, page_html, script_tag

pytestmark = pytest.mark.long

MOLES = "How deep do the moles dig?"
GOOD = "The moles dig to a depth of 30 metres in winter [1]."
PHONE: dict[str, Any] = {"width": 360, "height": 640, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
WINDOW = (0, 0, 360, 640)


@pytest.fixture
def phone(visit_site: VisitSite) -> SiteVisit:
    """A visitor with a phone."""
    opened: SiteVisit = visit_site(**PHONE)
    return opened


def is_modal(visitor: SiteVisit) -> bool:
    """Return whether the rest of the page cannot be reached."""
    modal: bool = visitor.panel.evaluate("(panel) => panel.matches(':modal')")
    return modal


def scrolled(visitor: SiteVisit) -> list[float]:
    """Return how far the page of the site is scrolled."""
    offsets: list[float] = visitor.page.evaluate("[scrollX, scrollY]")
    return offsets


def swipe(visitor: SiteVisit, x: float, y: float) -> None:
    """Swipe up by 300 px with a finger."""
    session = visitor.context.new_cdp_session(visitor.page)
    for step in range(11):
        points = [{"x": x, "y": y - 30 * step}]
        session.send("Input.dispatchTouchEvent", {"type": "touchMove" if step else "touchStart", "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()
    visitor.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def inside(inner: tuple[float, ...], outer: tuple[float, ...]) -> bool:
    """Return whether a box is in another one."""
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def test_on_a_phone_the_panel_is_the_whole_window_and_modal(phone: SiteVisit) -> None:
    phone.open()
    phone.launcher.tap()
    expect(phone.panel.locator(".suggestions")).to_be_visible()
    assert phone.box(phone.panel) == WINDOW
    assert is_modal(phone)
    expect(phone.launcher).to_be_hidden()
    assert inside(phone.box(phone.question), WINDOW)
    assert phone.page.evaluate("document.documentElement.scrollWidth") == 360


def test_on_a_phone_the_keyboard_waits_until_it_is_wanted(phone: SiteVisit) -> None:
    phone.open()
    phone.launcher.tap()
    is_writing = "document.querySelector('groundwork-chat').shadowRoot.activeElement.localName === 'textarea'"
    assert not phone.page.evaluate(is_writing)
    phone.panel.locator(".suggestions button").first.tap()
    expect(phone.answers).to_have_attribute("aria-busy", "false")
    assert not phone.page.evaluate(is_writing)
    phone.question.tap()
    assert phone.page.evaluate(is_writing)


def test_on_a_phone_the_page_behind_does_not_scroll(phone: SiteVisit, model: ModelServer) -> None:
    animals = ("moles", "wrens", "newts", "hares", "owls", "bees", "toads", "voles", "larks", "swans", "deer", "foxes")
    model.script = Script(pieces=tuple(f"The {animal} have a place of their own in it.\n\n" for animal in animals))
    phone.open()
    expect(phone.launcher).to_be_visible()
    swipe(phone, 180, 400)
    assert scrolled(phone)[1] > 100
    # A page that is still moving takes the next touch for its end.
    phone.open()
    phone.page.evaluate("scrollTo(0, 0)")
    phone.launcher.tap()
    for place in (phone.panel.locator(".head"), phone.panel.locator(".conversation"), phone.question):
        left, top, right, bottom = phone.box(place)
        swipe(phone, (left + right) / 2, (top + bottom) / 2)
        assert scrolled(phone) == [0, 0]
    phone.ask(MOLES)
    for _ in range(12):
        swipe(phone, 180, 400)
    assert scrolled(phone) == [0, 0]
    assert phone.panel.locator(".conversation").evaluate("(log) => log.scrollTop") > 100


def test_on_a_phone_a_modal_panel_stays_above_the_keyboard(phone: SiteVisit) -> None:
    phone.with_keyboard()
    phone.open()
    phone.launcher.tap()
    phone.page.evaluate("() => { window.keyboardHeight = 300; visualViewport.dispatchEvent(new Event('resize')) }")
    assert phone.box(phone.panel) == (0, 0, 360, 340)
    assert inside(phone.box(phone.question), (0, 0, 360, 340))
    phone.page.evaluate("() => { visualViewport.offsetTop = 120; visualViewport.dispatchEvent(new Event('scroll')) }")
    assert phone.box(phone.panel) == (0, 120, 360, 460)
    # A person who magnifies the page sees a part of the panel, which must not shrink to that part.
    phone.page.evaluate("() => { visualViewport.scale = 2; visualViewport.dispatchEvent(new Event('resize')) }")
    assert phone.box(phone.panel) == WINDOW


def test_the_back_gesture_of_a_phone_goes_one_step_back(phone: SiteVisit, model: ModelServer) -> None:
    """`requestClose` is what Android's gesture does to a dialog."""
    model.script = Script(pieces=tuple(GOOD))
    phone.open()
    phone.launcher.tap()
    phone.ask(MOLES).locator(".marker").tap()
    expect(phone.panel.locator(".sheet")).to_be_visible()
    phone.panel.evaluate("(panel) => panel.requestClose()")
    expect(phone.panel.locator(".sheet")).to_have_count(0)
    phone.panel.evaluate("(panel) => panel.requestClose()")
    expect(phone.panel).to_have_count(0)
    expect(phone.launcher).to_be_visible()


def test_a_panel_that_the_browser_closes_can_be_opened_again(phone: SiteVisit) -> None:
    phone.open()
    phone.launcher.tap()
    phone.panel.evaluate("(panel) => panel.close()")
    expect(phone.panel).to_have_count(0)
    phone.launcher.tap()
    assert is_modal(phone)


def test_a_phone_that_is_turned_keeps_what_is_open(phone: SiteVisit) -> None:
    phone.open()
    phone.launcher.tap()
    phone.question.fill("A half-written question")
    phone.page.set_viewport_size({"width": 1280, "height": 800})
    expect(phone.launcher).to_be_visible()
    assert not is_modal(phone)
    phone.page.set_viewport_size({"width": 640, "height": 360})
    expect(phone.launcher).to_be_hidden()
    assert is_modal(phone)
    assert phone.box(phone.panel) == (0, 0, 640, 360)
    expect(phone.question).to_have_value("A half-written question")


@pytest.mark.parametrize(("width", "height"), [(640, 512), (640, 400)])
def test_at_twice_the_size_everything_is_within_the_window(visit_site: VisitSite, width: int, height: int) -> None:
    """A window of 1280 pixels at 200 % zoom has 640 CSS pixels."""
    visitor = visit_site(width=width, height=height, device_scale_factor=2)
    visitor.open()
    visitor.open_panel()
    window = (0, 0, width, height)
    assert inside(visitor.box(visitor.panel), window)
    assert inside(visitor.box(visitor.question), window)
    assert inside(visitor.box(visitor.panel.get_by_role("button", name="Close the chat")), window)
    assert visitor.panel.locator(".conversation").evaluate("(log) => log.scrollWidth <= log.clientWidth")


@pytest.mark.parametrize(
    ("direction", "position", "side"),
    [("ltr", "end", "right"), ("ltr", "start", "left"), ("rtl", "end", "left"), ("rtl", "start", "right")],
)
def test_the_corner_is_that_of_the_lines_of_the_page(
    visitor: SiteVisit, direction: str, position: str, side: str
) -> None:
    visitor.patch_widget(position=position)
    with visitor.page.expect_response("**/v1/configuration?*"):
        visitor.open(page_html(script_tag(visitor.service), direction=direction))
    margins = {"left": lambda box: box[0], "right": lambda box: visitor.page.evaluate("innerWidth") - box[2]}
    visitor.open_panel()
    for part in (visitor.launcher, visitor.panel):
        # A scroll bar, where there is one, takes its part of the window.
        assert 19 <= margins[side](visitor.box(part)) <= 40


def test_from_right_to_left_everything_is_mirrored(visitor: SiteVisit) -> None:
    visitor.open(page_html(script_tag(visitor.service, dir="rtl"), direction="rtl"))
    visitor.open_panel()
    title = visitor.box(visitor.panel.locator("#chat-title"))
    close = visitor.box(visitor.panel.get_by_role("button", name="Close the chat"))
    send = visitor.box(visitor.panel.locator(".composer button"))
    panel, question = visitor.box(visitor.panel), visitor.box(visitor.question)
    assert close[2] <= title[0]
    assert send[2] <= question[0]
    assert close[0] - panel[0] < 40
    expect(visitor.ask(MOLES)).to_have_attribute("data-state", "done")
    assert visitor.panel.locator(".conversation").evaluate("(log) => log.scrollWidth <= log.clientWidth")
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_site_puts_the_launcher_behind_its_cookie_banner_or_above_it(visitor: SiteVisit) -> None:
    banner = '<div id="banner">Cookies?</div>'
    style = "#banner { position: fixed; inset: auto 0 0; height: 100px; z-index: 100; background: gold }"
    at_launcher = "([x, y]) => document.elementFromPoint(x, y).localName"
    found = []
    for variables in ("--gw-layer: 1", "--gw-inset-block: 120px"):
        visitor.site.style = f"{style} groundwork-chat {{ {variables} }}"
        visitor.open(page_html(script_tag(visitor.service), banner))
        left, top, right, bottom = visitor.box(visitor.launcher)
        found.append((visitor.page.evaluate(at_launcher, [(left + right) / 2, (top + bottom) / 2]), bottom <= 700))
    assert found == [("div", False), ("groundwork-chat", True)]


def test_the_launcher_is_not_printed(visitor: SiteVisit) -> None:
    visitor.open()
    visitor.open_panel()
    visitor.page.emulate_media(media="print")
    expect(visitor.launcher).to_be_hidden()
    expect(visitor.panel).to_be_hidden()


def test_a_site_can_hide_it(visitor: SiteVisit) -> None:
    visitor.open()
    expect(visitor.launcher).to_be_visible()
    visitor.page.evaluate("document.querySelector('groundwork-chat').hidden = true")
    expect(visitor.launcher).to_be_hidden()


def test_an_inline_chat_has_the_size_that_the_site_gives_it(visitor: SiteVisit) -> None:
    visitor.site.style = "groundwork-chat { height: 500px; width: 400px }"
    body = f'<groundwork-chat mode="inline" site-key="{KEY}"></groundwork-chat>'
    visitor.open(page_html(script_tag(visitor.service), body))
    expect(visitor.panel.locator(".suggestions")).to_be_visible()
    left, top, right, bottom = visitor.box(visitor.panel)
    assert (right - left, bottom - top) == (400, 500)
