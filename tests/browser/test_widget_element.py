"""`<groundwork-chat>` in pages that add, move and remove it, listen to it, and call it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.model_server import ModelServer, Script
from tests.browser.chromium import Chromium
from tests.browser.service import Service, wait_until
from tests.browser.site import KEY, ONE_QUESTION_KEY, Site, SiteVisit, page_html, policy, script_tag

MOLES = "How deep do the moles dig?"
GOOD = "The moles dig to a depth of 30 metres in winter [1]."
CHAT = "document.querySelector('groundwork-chat')"
INLINE = f'<groundwork-chat mode="inline" site-key="{KEY}"></groundwork-chat>'


def element(**attributes: str) -> str:
    """Return the element as a site writes it."""
    written = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<groundwork-chat{written}></groundwork-chat>"


def test_two_copies_of_the_script_make_one_launcher(visitor: SiteVisit) -> None:
    visitor.open(page_html(script_tag(visitor.service) * 2))
    expect(visitor.launcher).to_be_visible()
    visitor.page.wait_for_timeout(300)
    assert visitor.page.locator("groundwork-chat").count() == 1
    assert visitor.paths().count("/v1/widget/session") == 1


def test_two_copies_from_two_addresses_make_one_launcher_of_the_first(visitor: SiteVisit) -> None:
    other = script_tag(visitor.service, ONE_QUESTION_KEY).replace("/widget/loader.js", "/widget/loader.js?copy")
    # The same service under another address: its pages load a component of their own.
    visitor.page.route(
        "**/copy/widget/**",
        lambda route: route.fulfill(response=route.fetch(url=route.request.url.replace("/copy", ""))),
    )
    foreign = script_tag(f"{visitor.service}/copy", "another-key")
    visitor.open(page_html(script_tag(visitor.service) + other + foreign))
    visitor.open_panel()
    visitor.page.wait_for_timeout(300)
    assert visitor.page.locator("groundwork-chat").count() == 1
    assert visitor.page.evaluate(f"{CHAT}.getAttribute('site-key')") == KEY
    assert len({path for path in visitor.paths() if "/element-" in path}) == 2
    expect(visitor.ask(MOLES)).to_have_attribute("data-state", "done")


def test_a_page_places_an_inline_chat_itself(visitor: SiteVisit) -> None:
    visitor.open(page_html(script_tag(visitor.service), INLINE), policy=policy(visitor.service))
    expect(visitor.panel.locator(".suggestions")).to_be_visible()
    expect(visitor.launcher).to_have_count(0)
    left, _, right, _ = visitor.box(visitor.panel)
    paragraph = visitor.box(visitor.page.locator("main > p").first)
    assert (left, right) == (paragraph[0], paragraph[2])
    assert visitor.page.evaluate("document.activeElement === document.body")
    expect(visitor.ask(MOLES)).to_have_attribute("data-state", "done")


def test_a_page_can_be_the_full_page(visitor: SiteVisit) -> None:
    visitor.open(page_html(script_tag(visitor.service, manual=""), element(mode="page", site_key=KEY)))
    expect(visitor.panel.locator(".suggestions")).to_be_visible()
    expect(visitor.ask(MOLES)).to_have_attribute("data-state", "done")


def test_a_manual_script_adds_nothing(visitor: SiteVisit) -> None:
    visitor.open(page_html(script_tag(visitor.service, manual="")))
    visitor.page.wait_for_function("customElements.get('groundwork-chat') !== undefined")
    assert visitor.page.locator("groundwork-chat").count() == 0
    visitor.page.evaluate(
        f"""() => {{
          const chat = document.createElement("groundwork-chat");
          chat.setAttribute("site-key", "{KEY}");
          chat.mode = "inline";
          document.querySelector("h1").after(chat);
        }}"""
    )
    expect(visitor.panel.locator(".suggestions")).to_be_visible()


def test_what_was_set_before_the_component_was_loaded_counts(visitor: SiteVisit) -> None:
    body = element(site_key=KEY) + f"<script>{CHAT}.mode = 'inline'</script>"
    visitor.open(page_html(script_tag(visitor.service), body))
    expect(visitor.panel.locator(".suggestions")).to_be_visible()
    assert visitor.page.evaluate(f"[{CHAT}.mode, {CHAT}.getAttribute('mode'), {CHAT}.open]") == [
        "inline",
        "inline",
        False,
    ]


def test_methods_open_ask_and_close(visitor: SiteVisit, model: ModelServer) -> None:
    model.script = Script(pieces=tuple(GOOD))
    visitor.open()
    expect(visitor.launcher).to_be_visible()
    visitor.page.evaluate(f"{CHAT}.ask('{MOLES}')")
    expect(visitor.panel).to_be_visible()
    expect(visitor.answers).to_contain_text("30 metres in winter")
    visitor.page.evaluate(f"{CHAT}.hide()")
    expect(visitor.panel).to_have_count(0)
    visitor.page.evaluate(f"{CHAT}.open = true")
    expect(visitor.panel).to_be_visible()
    assert visitor.page.evaluate(f"{CHAT}.hasAttribute('open')")


def test_the_page_is_told_of_what_happens(visitor: SiteVisit, model: ModelServer) -> None:
    model.script = Script(pieces=tuple(GOOD))
    visitor.open()
    wait_until(lambda: bool(visitor.told("ready")), "the service has answered for the first time")
    visitor.open_panel()
    visitor.ask(MOLES)
    visitor.page.keyboard.press("Escape")
    told = visitor.told()
    assert [name for name, _ in told] == ["ready", "open", "question", "answer", "close"]
    assert dict(told)["question"] == {"question": MOLES}
    answer = dict(told)["answer"]
    assert (answer["question"], answer["answer"]) == (MOLES, GOOD)
    assert answer["groundwork"]["citations"][0]["document_id"] == "animals/moles.md"
    assert answer["groundwork"]["kind"] == "answer"


def test_the_button_of_a_page_opens_the_chat_and_gets_the_focus_back(visitor: SiteVisit) -> None:
    visitor.open()
    expect(visitor.launcher).to_be_visible()
    visitor.page.evaluate(f"document.getElementById('own').addEventListener('click', () => {CHAT}.show())")
    visitor.page.locator("#own").press("Enter")
    expect(visitor.panel.locator(".suggestions")).to_be_visible()
    visitor.page.keyboard.press("Escape")
    assert visitor.page.evaluate("document.activeElement.id") == "own"


def hand_over(visitor: SiteVisit) -> None:
    """Ask what the garden refuses, and press the button for a person."""
    visitor.page.add_init_script("window.opened = []; window.open = (...args) => { opened.push(args) }")
    visitor.open()
    visitor.open_panel()
    visitor.ask(MOLES)
    visitor.panel.get_by_role("button", name="Ask the keeper").click()


def test_a_hand_over_follows_the_link_of_the_domain(visitor: SiteVisit) -> None:
    visitor.patch_widget(handover={"label": "Ask the keeper", "url": "https://portal.example/contact"})
    hand_over(visitor)
    assert visitor.page.evaluate("opened") == [["https://portal.example/contact", "_blank", "noopener"]]


def test_a_page_takes_a_hand_over_with_its_transcript(visitor: SiteVisit, model: ModelServer) -> None:
    model.script = Script(pieces=tuple(GOOD))
    visitor.patch_widget(handover={"label": "Ask the keeper", "url": "https://portal.example/contact"})
    visitor.page.add_init_script("addEventListener('groundwork:handover', (event) => event.preventDefault())")
    hand_over(visitor)
    assert visitor.page.evaluate("opened") == []
    [(_, detail)] = visitor.told("handover")
    assert detail["turns"] == [{"question": MOLES, "answer": GOOD}]
    assert detail["transcript"].startswith(f"## {MOLES}\n\n{GOOD}\n\n[1] The moles")


def test_the_owner_is_told_of_a_hand_over_that_nobody_takes(visitor: SiteVisit) -> None:
    visitor.expected_messages.add("Nobody took the hand-over")
    visitor.patch_widget(handover={"label": "Ask the keeper", "url": None})
    with visitor.page.expect_console_message(lambda message: "Nobody took the hand-over" in message.text):
        hand_over(visitor)


def test_an_element_that_is_removed_and_added_again_keeps_its_conversation(visitor: SiteVisit) -> None:
    visitor.open()
    visitor.open_panel()
    visitor.ask(MOLES)
    visitor.page.evaluate(f"window.chat = {CHAT}; chat.remove()")
    expect(visitor.page.locator("groundwork-chat")).to_have_count(0)
    visitor.page.wait_for_timeout(50)
    visitor.page.evaluate("document.body.append(chat)")
    expect(visitor.answers).to_have_count(1)
    expect(visitor.ask(MOLES)).to_have_attribute("data-state", "done")


@pytest.mark.parametrize(
    "move", ["document.body.prepend(chat)", "document.body.moveBefore(chat, document.body.firstChild)"]
)
def test_an_element_that_is_moved_goes_on_answering(visitor: SiteVisit, model: ModelServer, move: str) -> None:
    model.script = Script(pieces=tuple(GOOD), stall_after=5)
    visitor.open()
    visitor.open_panel()
    visitor.send(MOLES)
    assert model.stalling.wait(20)
    visitor.page.evaluate(f"() => {{ const chat = {CHAT}; {move} }}")
    model.go_on.set()
    expect(visitor.answers.last).to_have_attribute("data-state", "done")
    assert visitor.paths().count("/v1/widget/session") == 1


def test_an_application_replaces_the_body_and_runs_the_script_again(visitor: SiteVisit) -> None:
    visitor.open()
    visitor.open_panel()
    visitor.ask(MOLES)
    visitor.page.evaluate(
        """() => {
          history.pushState({}, "", "/elsewhere");
          const source = document.querySelector("script[src]");
          document.documentElement.replaceChild(document.createElement("body"), document.body);
          const script = document.createElement("script");
          script.src = source.src;
          script.dataset.siteKey = source.dataset.siteKey;
          document.body.append(script);
        }"""
    )
    visitor.open_panel()
    expect(visitor.answers).to_have_count(1)


def test_an_element_that_is_removed_while_it_is_set_up_asks_nothing_more(visitor: SiteVisit) -> None:
    visitor.page.route("**/v1/configuration?*", lambda route: None)
    with visitor.page.expect_request("**/v1/configuration?*") as caught:
        visitor.open()
    with visitor.page.expect_event("requestfailed", lambda request: request == caught.value):
        visitor.page.evaluate(f"{CHAT}.remove()")
    visitor.page.wait_for_timeout(2500)
    assert sum(path == "/v1/configuration" for path in visitor.paths()) == 1


def test_another_site_key_is_another_conversation(visitor: SiteVisit) -> None:
    visitor.open()
    visitor.open_panel()
    visitor.ask(MOLES)
    visitor.page.evaluate(f"{CHAT}.setAttribute('site-key', '{ONE_QUESTION_KEY}')")
    expect(visitor.panel.locator(".welcome")).to_be_visible()
    visitor.page.evaluate(f"{CHAT}.setAttribute('site-key', '{KEY}')")
    expect(visitor.answers).to_have_count(1)


def test_a_listener_that_fails_breaks_nothing_of_the_chat(visitor: SiteVisit) -> None:
    visitor.expected_messages.add("a bug of the site")
    visitor.page.add_init_script(
        "addEventListener('groundwork:question', () => { throw new Error('a bug of the site') })"
    )
    visitor.open()
    visitor.open_panel()
    expect(visitor.ask(MOLES)).to_have_attribute("data-state", "done")


def test_the_loader_as_a_module_tells_the_owner_what_is_wrong(visitor: SiteVisit) -> None:
    visitor.expected_messages.add("load loader.js by a script tag")
    with visitor.page.expect_console_message(lambda message: "script tag" in message.text):
        visitor.open(page_html(script_tag(visitor.service).replace("<script ", '<script type="module" ')))


def test_a_page_with_the_widget_is_kept_for_the_way_back(
    browser: Chromium, portal: Site, portal_service: Service, model: ModelServer
) -> None:
    """Of Chromium's cache of whole pages, which Playwright switches off."""
    model.script = Script(pieces=tuple(GOOD))
    there = portal.publish(page_html(script_tag(portal_service.url)))
    elsewhere = portal.publish(page_html(), path="/elsewhere")
    keeping = browser.another(without=("--disable-back-forward-cache",))
    try:
        visitor = SiteVisit(keeping.new_page(), portal, portal_service.url)
        visitor.page.add_init_script(
            "addEventListener('pageshow', ({ persisted }) => { window.persisted = persisted })"
        )
        visitor.page.goto(there)
        visitor.open_panel()
        visitor.ask(MOLES)
        visitor.page.goto(elsewhere)
        visitor.page.go_back(wait_until="commit")
        visitor.page.wait_for_function("window.persisted === true")
        expect(visitor.answers).to_have_count(1)
        expect(visitor.ask("And in summer?")).to_have_attribute("data-state", "done")
        assert visitor.faults() == []
    finally:
        keeping.close()
