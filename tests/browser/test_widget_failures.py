"""What visitors see of the widget when the service refuses it, is busy, or is not there; and what the owner is told."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

from playwright.sync_api import Route, expect

from testing.model_server import ModelServer, Script
from tests.browser.conftest import VisitSite
from tests.browser.site import ONE_QUESTION_KEY, ONE_SESSION_KEY, SiteVisit, page_html, policy, script_tag

MOLES = "How deep do the moles dig?"
SESSION, CONFIGURATION, CHAT = "/v1/widget/session", "/v1/configuration", "/v1/chat/completions"
NOT_SET_UP = "This chat is not set up for this site. Please inform the owner of the site."


def sessions(visitor: SiteVisit) -> int:
    """Return how many sessions were asked for."""
    return visitor.paths().count(SESSION)


def go_down(visitor: SiteVisit, error: str) -> None:
    """Let every request to the service fail after the component was loaded."""
    visitor.expected_failures |= {SESSION, "/widget/loader.js"}
    visitor.page.route(f"**{SESSION}", lambda route: route.abort(error))

    def lose_probe(route: Route) -> None:
        if route.request.method == "HEAD":
            route.abort(error)
        else:
            route.continue_()

    visitor.page.route("**/widget/loader.js", lose_probe)


def come_back(visitor: SiteVisit) -> None:
    """Let the service answer again."""
    visitor.page.unroute(f"**{SESSION}")


def test_an_unknown_site_key_is_said_to_the_visitor_and_explained_to_the_owner(visitor: SiteVisit) -> None:
    visitor.expected_failures.add(SESSION)
    visitor.expected_messages.add("groundwork-chat:")
    with visitor.page.expect_console_message(lambda message: "keys of [[sites]]" in message.text):
        visitor.open(key="no-such-key")
    visitor.launcher.click()
    expect(visitor.panel.locator(".notice")).to_have_text(NOT_SET_UP)
    expect(visitor.panel).not_to_contain_text("domain.toml")
    visitor.page.wait_for_timeout(2500)
    assert sessions(visitor) == 1


def test_a_page_of_an_origin_that_the_site_does_not_have_is_refused(visitor: SiteVisit) -> None:
    """The browser lets no page of such an origin read the refusal; the widget finds out that the service is up."""
    visitor.expected_failures.add(SESSION)
    visitor.expected_messages |= {"blocked by CORS policy", "groundwork-chat:"}
    visitor.site.publish(page_html(script_tag(visitor.service)))
    visitor.site.url, url = visitor.site.url.replace("localhost", "portal.localhost"), visitor.site.url
    try:
        with visitor.page.expect_console_message(lambda message: "does not answer pages of" in message.text):
            visitor.page.goto(visitor.site.url)
        visitor.launcher.click()
        expect(visitor.panel.locator(".notice")).to_have_text(NOT_SET_UP)
        visitor.page.wait_for_timeout(2500)
        assert sessions(visitor) == 1
    finally:
        faults = visitor.faults()
        visitor.site.url = url
    assert faults == []
    visitor.requests.clear()


def test_an_element_without_a_site_key_is_explained_to_the_owner(visitor: SiteVisit) -> None:
    visitor.expected_messages.add("groundwork-chat:")
    body = '<groundwork-chat mode="inline"></groundwork-chat>'
    with visitor.page.expect_console_message(lambda message: "site-key is missing" in message.text):
        visitor.open(page_html(script_tag(visitor.service), body))
    expect(visitor.panel.locator(".notice")).to_have_text(NOT_SET_UP)
    assert sessions(visitor) == 0


def with_token(changed: Callable[[dict[str, object]], dict[str, object]]) -> Callable[[Route], None]:
    """Return a handler that changes what the service says of the first session."""
    left = [1]

    def handle(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        if left:
            left.pop()
            body = changed(body)
        route.fulfill(response=response, body=json.dumps(body))

    return handle


def test_a_session_that_ends_is_renewed_before_a_question(visitor: SiteVisit) -> None:
    soon = with_token(lambda body: body | {"expires_at": int(time.time()) + 32})
    visitor.page.route(f"**{SESSION}", soon)
    visitor.open(policy=policy(visitor.service))
    visitor.open_panel()
    visitor.page.wait_for_timeout(2500)
    expect(visitor.ask(MOLES)).to_have_attribute("data-state", "done")
    assert sessions(visitor) == 2


def test_a_session_that_the_service_no_longer_knows_is_renewed_silently(visitor: SiteVisit) -> None:
    visitor.expected_failures.add(CONFIGURATION)
    visitor.page.route(f"**{SESSION}", with_token(lambda body: body | {"token": f"{body['token']}"[:-2] + "xx"}))
    visitor.open()
    visitor.open_panel()
    expect(visitor.ask(MOLES)).to_have_attribute("data-state", "done")
    assert sessions(visitor) == 2


def test_a_visitor_who_asks_too_much_sees_the_wait_counted_down(visitor: SiteVisit) -> None:
    visitor.expected_failures.add(CHAT)
    visitor.open(key=ONE_QUESTION_KEY)
    visitor.open_panel()
    visitor.ask(MOLES)
    answer = visitor.ask("And their keeper?")
    expect(answer.locator(".notice")).to_contain_text("Too many questions at once.")
    button = answer.locator(".notice button")
    expect(button).to_have_attribute("aria-disabled", "true")
    first = re.findall(r"\d+", button.inner_text())
    expect(button).not_to_contain_text(first[0])
    later = re.findall(r"\d+", button.inner_text())
    assert 0 < int(later[0]) < int(first[0]) <= 60


def test_a_page_over_the_limit_of_sessions_waits_for_the_next_one(visit_site: VisitSite) -> None:
    visit_site().open(key=ONE_SESSION_KEY)
    second = visit_site()
    second.expected_failures.add(SESSION)
    with second.page.expect_response(f"**{SESSION}") as caught:
        second.open(key=ONE_SESSION_KEY)
    assert int(caught.value.headers["retry-after"]) > 5
    second.launcher.click()
    expect(second.panel.locator(".notice")).to_contain_text("Too many questions at once.")
    second.page.wait_for_timeout(3000)
    assert sessions(second) == 1


def test_a_service_that_is_down_is_waited_for(visitor: SiteVisit) -> None:
    go_down(visitor, "connectionrefused")
    visitor.open()
    visitor.launcher.click()
    expect(visitor.panel.locator(".notice")).to_have_text("The service did not answer. Try again in a moment.")
    come_back(visitor)
    expect(visitor.panel.locator(".suggestions")).to_be_visible()
    expect(visitor.panel.locator(".notice")).to_have_count(0)
    assert [name for name, _ in visitor.told("ready")] == ["ready"]


def test_a_component_that_cannot_be_loaded_is_tried_again(visitor: SiteVisit) -> None:
    failures = [1]

    def fail_once(route: Route) -> None:
        if failures:
            failures.pop()
            route.abort("connectionrefused")
        else:
            route.continue_()

    visitor.page.route("**/widget/assets/element-*.js", fail_once)
    visitor.open()
    visitor.expected_failures |= {path for path in visitor.paths() if "/element-" in path}
    expect(visitor.launcher).to_be_visible()
    visitor.expected_failures |= {path for path in visitor.paths() if "/element-" in path}
    assert sum("/element-" in path for path in visitor.paths()) == 2


def test_a_chat_that_cannot_be_loaded_is_waited_for(visitor: SiteVisit) -> None:
    visitor.page.route("**/widget/assets/chat-*.js", lambda route: route.abort("connectionrefused"))
    visitor.open()
    visitor.launcher.click()
    expect(visitor.page.locator(".waiting")).to_have_text("Waiting for the service…")
    visitor.page.unroute("**/widget/assets/chat-*.js")
    expect(visitor.panel.locator(".suggestions")).to_be_visible()
    expect(visitor.page.locator(".waiting")).to_have_count(0)
    visitor.expected_failures |= {path for path in visitor.paths() if "/chat-" in path}


def test_a_page_without_the_service_is_a_page_without_the_widget(visitor: SiteVisit) -> None:
    visitor.expected_failures.add("/widget/loader.js")
    visitor.page.route("**/widget/loader.js", lambda route: route.abort("connectionrefused"))
    visitor.open()
    expect(visitor.page.locator("h1")).to_be_visible()
    assert visitor.page.locator("groundwork-chat").count() == 0


def test_a_visitor_who_is_offline_is_told_and_asks_again_when_back(visitor: SiteVisit) -> None:
    visitor.expected_failures.add(CHAT)
    visitor.open()
    visitor.open_panel()
    visitor.context.set_offline(True)
    answer = visitor.ask(MOLES)
    expect(answer.locator(".notice")).to_contain_text("You are offline.")
    visitor.context.set_offline(False)
    answer.get_by_role("button", name="Try again").click()
    expect(visitor.answers.last).to_have_attribute("data-state", "done")
    assert visitor.answers.count() == 1


def test_a_widget_that_was_opened_offline_is_there_as_soon_as_the_connection_is(visitor: SiteVisit) -> None:
    go_down(visitor, "internetdisconnected")
    visitor.page.add_init_script("Object.defineProperty(navigator, 'onLine', { get: () => false })")
    visitor.open()
    visitor.launcher.click()
    expect(visitor.panel.locator(".notice")).to_contain_text("You are offline.")
    come_back(visitor)
    visitor.page.evaluate("dispatchEvent(new Event('online'))")
    expect(visitor.panel.locator(".suggestions")).to_be_visible(timeout=1500)


def test_an_answer_ends_with_the_element_that_asked_for_it(visitor: SiteVisit, model: ModelServer) -> None:
    model.script = Script(pieces=tuple("The moles dig deep."), stall_after=9)
    visitor.open()
    visitor.open_panel()
    visitor.send(MOLES)
    expect(visitor.answers.last).to_contain_text("The moles")
    visitor.page.evaluate("document.querySelector('groundwork-chat').remove()")
    assert model.left.wait(20)
