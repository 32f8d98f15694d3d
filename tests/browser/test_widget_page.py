"""The widget in the page of a site: what a visitor can do there, and what the site's page does not notice."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from testing.model_server import ModelServer, Script
from tests.browser.site import GREETING, HOSTILE_STYLE, TITLE, SiteVisit, page_html, policy, script_tag

MOLES = "How deep do the moles dig?"
GOOD = "The moles dig to a depth of 30 metres in winter [1]."
# Everything about the elements of the site that the widget could change: their place, their style, their attributes.
STATE_OF_PAGE = """() => {
  const own = [...document.querySelectorAll("*")].filter((element) => element.localName !== "groundwork-chat");
  const styles = own.map((element) => {
    const style = getComputedStyle(element);
    const { x, y, width, height } = element.getBoundingClientRect();
    const attributes = [...element.attributes].map(({ name, value }) => `${name}=${value}`);
    return [element.localName, attributes, x, y, width, height, [...style].map((name) => style.getPropertyValue(name))];
  });
  const sheets = [document.styleSheets.length, document.adoptedStyleSheets.length];
  return JSON.stringify([styles, sheets, Object.getOwnPropertyNames(window), document.title, scrollX, scrollY]);
}"""


def focused(page: Page) -> str:
    """Return what has the focus inside the widget: its tag and its class."""
    found: str = page.evaluate(
        "(({ activeElement: a }) => a ? `${a.localName}.${a.className}` : '')"
        "(document.querySelector('groundwork-chat').shadowRoot)"
    )
    return found


def test_a_visitor_asks_under_the_strictest_policy(visitor: SiteVisit, model: ModelServer) -> None:
    model.script = Script(pieces=tuple(GOOD), stall_after=12)
    visitor.open(policy=policy(visitor.service))
    expect(visitor.launcher).to_have_attribute("aria-expanded", "false")
    visitor.open_panel()
    expect(visitor.panel.locator(".title").first).to_have_text(TITLE)
    expect(visitor.panel.locator("p.welcome")).to_have_text(GREETING)
    assert focused(visitor.page).startswith("textarea")
    visitor.send(MOLES)
    expect(visitor.answers.last).to_have_attribute("data-state", "writing")
    expect(visitor.answers.last).to_contain_text(GOOD[:11])
    model.go_on.set()
    expect(visitor.answers.last).to_have_attribute("data-state", "done")
    visitor.answers.last.locator(".marker").press("Enter")
    expect(visitor.panel.locator(".sheet")).to_contain_text("Their keeper is Ada Wren")
    visitor.page.keyboard.press("Escape")
    expect(visitor.panel.locator(".sheet")).to_have_count(0)
    assert focused(visitor.page) == "button.marker"
    visitor.page.keyboard.press("Escape")
    expect(visitor.panel).to_have_count(0)
    assert focused(visitor.page) == "button.launcher"


def test_a_visitor_rates_an_answer(visitor: SiteVisit) -> None:
    visitor.open(policy=policy(visitor.service))
    visitor.open_panel()
    visitor.send(MOLES)
    expect(visitor.answers.last).to_have_attribute("data-state", "done")
    with visitor.page.expect_response("**/v1/feedback") as answered:
        visitor.answers.last.get_by_role("button", name="This helped").click()
    assert answered.value.status == 200
    expect(visitor.answers.last).to_contain_text("Thank you for the feedback.")


def test_a_hostile_style_sheet_reaches_nothing_inside(visitor: SiteVisit) -> None:
    sizes = []
    for style in ("", HOSTILE_STYLE):
        visitor.site.style = style
        visitor.open()
        visitor.open_panel()
        look = visitor.question.evaluate(
            "(area) => { const s = getComputedStyle(area);"
            " return [s.fontSize, s.fontFamily, s.fontStyle, s.color, s.letterSpacing, s.lineHeight, s.textTransform] }"
        )
        sizes.append((visitor.box(visitor.launcher), visitor.box(visitor.panel), visitor.box(visitor.question), look))
    assert sizes[0] == sizes[1]


def test_a_hostile_style_sheet_leaves_an_inline_chat_usable(visitor: SiteVisit) -> None:
    visitor.site.style = HOSTILE_STYLE
    body = '<groundwork-chat mode="inline" site-key="portal-key-1"></groundwork-chat>'
    visitor.open(page_html(script_tag(visitor.service), body))
    expect(visitor.panel.locator(".suggestions")).to_be_visible()
    left, top, right, bottom = visitor.box(visitor.panel)
    assert right - left > 300
    assert bottom - top >= 320
    assert visitor.question.evaluate("(area) => getComputedStyle(area).fontStyle") == "normal"


def test_the_page_of_the_site_stays_as_it_was(visitor: SiteVisit) -> None:
    visitor.open(page_html())
    before = visitor.page.evaluate(STATE_OF_PAGE)
    visitor.open(page_html(script_tag(visitor.service)).replace("<head>", "<head><!-- -->"))
    visitor.open_panel()
    visitor.ask(MOLES)
    # The script tag of the site itself is not the widget's doing.
    visitor.page.evaluate("document.querySelector('script').remove()")
    assert visitor.page.evaluate(STATE_OF_PAGE) == before
    assert visitor.page.evaluate("Object.keys(sessionStorage).every((key) => key.startsWith('groundwork:'))")
    assert visitor.page.evaluate("localStorage.length") == 0


def test_the_load_event_does_not_wait_for_the_component(visitor: SiteVisit) -> None:
    asked: list[Route] = []
    visitor.page.route("**/widget/assets/element-*.js", lambda route: asked.append(route))
    visitor.open()
    assert visitor.page.evaluate("document.readyState") == "complete"
    expect(visitor.launcher).to_have_count(0)
    visitor.page.wait_for_timeout(100)
    [route] = asked
    route.continue_()
    expect(visitor.launcher).to_be_visible()


def test_an_unopened_widget_asks_for_a_session_and_its_settings_alone(visitor: SiteVisit) -> None:
    with visitor.page.expect_response("**/v1/configuration?*"):
        visitor.open()
    visitor.page.wait_for_timeout(300)
    names = {path.rsplit("-", 1)[0] if "/assets/" in path else path for path in visitor.paths()}
    # What the element and the panel share is in one file, with the English texts.
    own = {"/widget/loader.js", "/widget/assets/element", "/widget/assets/en"}
    assert names == {*own, "/v1/widget/session", "/v1/configuration"}


def test_the_next_page_goes_on_in_the_same_session_with_the_same_conversation(
    visitor: SiteVisit, model: ModelServer
) -> None:
    model.script = Script(pieces=tuple(GOOD))
    visitor.open()
    visitor.open_panel()
    visitor.ask(MOLES)
    visitor.page.goto(visitor.site.publish(page_html(script_tag(visitor.service)), path="/next"))
    visitor.open_panel()
    expect(visitor.answers).to_have_count(1)
    expect(visitor.answers).to_contain_text("metres in winter")
    assert visitor.paths().count("/v1/widget/session") == 1
    assert visitor.told("answer", "question") == []
    visitor.panel.get_by_role("button", name="New conversation").click()
    visitor.page.reload()
    visitor.open_panel()
    expect(visitor.answers).to_have_count(0)


def test_another_tab_begins_a_conversation_of_its_own(visitor: SiteVisit) -> None:
    visitor.open()
    visitor.open_panel()
    visitor.ask(MOLES)
    with visitor.context.expect_page() as opened:
        visitor.page.evaluate("window.open(location.href, '_blank', 'noopener')")
    opened.value.locator("groundwork-chat .launcher").click()
    expect(opened.value.locator("groundwork-chat .welcome")).to_be_visible()
    expect(opened.value.locator("groundwork-chat .answer")).to_have_count(0)


def test_a_browser_that_blocks_storage_can_ask(visitor: SiteVisit) -> None:
    blocked = "get() { throw new DOMException('blocked', 'SecurityError') }"
    visitor.page.add_init_script(f"Object.defineProperty(window, 'sessionStorage', {{ {blocked} }})")
    visitor.open()
    visitor.open_panel()
    expect(visitor.ask(MOLES)).to_have_attribute("data-state", "done")


def test_a_site_can_set_the_colours_the_font_and_the_corner(visitor: SiteVisit) -> None:
    visitor.site.style = (
        "groundwork-chat { --gw-accent: rgb(1, 2, 3); --gw-font: monospace; --gw-round: 3px;"
        " --gw-inset-block: 90px; --gw-inset-inline: 50px; --gw-layer: 7 }"
    )
    visitor.open()
    _, _, right, bottom = visitor.box(visitor.launcher)
    assert (right, bottom) == (1280 - 50, 800 - 90)
    expect(visitor.launcher).to_have_css("background-color", "rgb(1, 2, 3)")
    visitor.open_panel()
    expect(visitor.launcher).to_have_css("z-index", "7")
    expect(visitor.question).to_have_css("font-family", "monospace")
    assert visitor.box(visitor.panel)[3] < visitor.box(visitor.launcher)[1]


def test_the_accent_of_the_domain_colours_the_launcher(visitor: SiteVisit) -> None:
    visitor.open()
    expect(visitor.launcher).to_have_css("background-color", "rgb(122, 31, 162)")


def test_the_widget_speaks_the_language_of_the_page(visitor: SiteVisit) -> None:
    visitor.open(page_html(script_tag(visitor.service)).replace('lang="en"', 'lang="de"'))
    expect(visitor.launcher).to_have_attribute("aria-label", "Chat öffnen")
    visitor.page.evaluate("document.querySelector('groundwork-chat').lang = 'fr'")
    expect(visitor.launcher).not_to_have_attribute("aria-label", "Chat öffnen")


def test_a_slow_stream_survives_a_closed_panel(visitor: SiteVisit, model: ModelServer) -> None:
    model.script = Script(pieces=tuple(GOOD), stall_after=5)
    visitor.open()
    visitor.open_panel()
    visitor.send(MOLES)
    assert model.stalling.wait(20)
    visitor.page.keyboard.press("Escape")
    model.go_on.set()
    visitor.launcher.click()
    expect(visitor.answers.last).to_have_attribute("data-state", "done")
