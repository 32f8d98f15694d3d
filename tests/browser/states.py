"""The gallery: every state that an answer, the page around it and its passage can have, and how to get there.

A state is made with the real service where that can make it, and otherwise with what the service or the network would
have sent (`routed`). Each function reaches its state, expects what makes it that state, and returns the tab in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from playwright.sync_api import Locator, Route, expect

from testing.model_server import ModelServer, Script
from tests.browser.garden import HANDOVER, REFUSAL, SUGGESTIONS
from tests.browser.service import Service
from tests.browser.visit import CHAT, CONFIGURATION, Visit

FEEDBACK, ICON = "/v1/feedback", "/widget/icon.svg"
SITE, SITE_KEY = "http://localhost:9", "4mXb0q2vT8sLw1Zc"
"""The origin and the key of the one site of the service that withholds; a session of it may ask once a minute.

Nobody listens at the origin: its page is made by `Stage.embedded`.
"""
_PAGE_OF_SITE = """<!doctype html><html lang="en"><title>Portal</title>
<main><h1>Portal</h1><p>Welcome to the portal.</p>
<groundwork-chat {attributes} site-key="{key}"></groundwork-chat></main>
<script defer src="{service}/widget/loader.js"></script></html>"""

MOLES = "How deep do the moles dig, and who is their keeper?"
BOATS = "What does hiring a rowing boat cost?"
UNCLEAR = "How is it in winter?"
UNKNOWN = "What is the boiling point of tungsten?"
GOOD = "The moles dig to a depth of 30 metres in winter [1]."
WRONG = "Their keeper is Boris Falk [1]."
FLAGGED = (
    "The moles dig to a depth of 45 metres in winter [1]. Their keeper is Boris Falk [1]. "
    "Everybody in the valley admires them for their endless patience with visitors."
)
"""A wrong number, a wrong name and a sentence that no source supports."""


@dataclass(frozen=True, slots=True)
class Services:
    """The services that are running."""

    plain: Service
    generating: Service
    withholding: Service
    empty: Service


@dataclass(frozen=True, slots=True)
class Stage:
    """What a state is made with."""

    tab: Callable[[Service], Visit]
    services: Services
    model: ModelServer

    def plain(self) -> Visit:
        """Open the page of the service without a model."""
        return self._open(self.services.plain)

    def generating(self, *pieces: str, **script: Any) -> Visit:
        """Open the page of the service whose model writes `pieces`."""
        self.model.script = Script(pieces=pieces, **script)
        return self._open(self.services.generating)

    def withholding(self, *pieces: str) -> Visit:
        """Open the page of the service that withholds what the documents do not support."""
        self.model.script = Script(pieces=pieces)
        return self._open(self.services.withholding)

    def embedded(self, attributes: str, key: str = SITE_KEY) -> Visit:
        """Open a page of the site, with the chat of the service that withholds."""
        visit = self.tab(self.services.withholding)
        page = _PAGE_OF_SITE.format(attributes=attributes, key=key, service=visit.url)
        visit.hosts.add(SITE)
        # Chromium cannot see that a page that was made here is from this machine, as the service is.
        visit.page.context.grant_permissions(["local-network-access"])
        visit.page.route(f"{SITE}/", lambda route: route.fulfill(body=page, content_type="text/html"))
        visit.page.goto(f"{SITE}/")
        return visit

    def _open(self, service: Service) -> Visit:
        visit = self.tab(service)
        visit.open_ready()
        return visit


Reach: TypeAlias = Callable[[Stage], Visit]


@dataclass(frozen=True, slots=True)
class State:
    """`routed`: it is made with a recorded response in place of the service's."""

    reach: Reach
    routed: bool


_states: dict[str, State] = {}
GALLERY: Final[Mapping[str, State]] = _states
"""The states by name."""


def _state(reach: Reach) -> Reach:
    _states[reach.__name__] = State(reach, routed=False)
    return reach


def _routed(reach: Reach) -> Reach:
    _states[reach.__name__] = State(reach, routed=True)
    return reach


def expect_notice(visit: Visit, kind: str, sentence: str) -> Locator:
    """Expect a notice of this kind in the last answer."""
    notice = visit.last_answer.locator(f".notice[data-kind='{kind}']")
    expect(notice).to_contain_text(sentence)
    return notice


def fail(visit: Visit, status: int, code: str, message: str, **headers: str) -> None:
    """Have the service refuse questions with this error."""
    visit.expected_failures.add(CHAT)
    error = {"error": {"message": message, "type": "invalid_request_error", "code": code}}
    visit.page.route(f"**{CHAT}", lambda route: route.fulfill(status=status, json=error, headers=headers))


def take_feedback(visit: Visit) -> list[dict[str, Any]]:
    """Have the service take feedback; return the list that it is added to. Call it before the page is opened."""
    given: list[dict[str, Any]] = []

    def take(route: Route) -> None:
        given.append(json.loads(route.request.post_data or "{}"))
        route.fulfill(status=204)

    visit.set_features(feedback=True)
    visit.page.route(f"**{FEEDBACK}", take)
    return given


# Before an answer


@_state
def embedded(stage: Stage) -> Visit:
    visit = stage.embedded('mode="inline"')
    expect(visit.page.locator(".suggestions button")).to_have_text(list(SUGGESTIONS))
    return visit


@_state
def launcher(stage: Stage) -> Visit:
    visit = stage.embedded("")
    expect(visit.button("Open the chat")).to_be_visible()
    return visit


@_state
def launched(stage: Stage) -> Visit:
    visit = launcher(stage)
    visit.button("Open the chat").click()
    expect(visit.page.get_by_role("dialog")).to_be_visible()
    expect(visit.page.locator(".suggestions button")).to_have_text(list(SUGGESTIONS))
    return visit


@_state
def beginning(stage: Stage) -> Visit:
    visit = stage.plain()
    expect(visit.page.locator(".suggestions button")).to_have_text(list(SUGGESTIONS))
    expect(visit.panel).to_have_attribute("data-state", "welcome")
    return visit


@_routed
def waiting_for_the_service(stage: Stage) -> Visit:
    visit = stage.tab(stage.services.plain)
    visit.page.route(f"**{CONFIGURATION}?*", lambda route: None)
    visit.open()
    expect(visit.status).to_have_text("Waiting for the service…")
    return visit


@_routed
def searching(stage: Stage) -> Visit:
    visit = stage.plain()
    visit.page.route(f"**{CHAT}", lambda route: None)
    visit.type_and_send(MOLES)
    expect(visit.last_answer).to_have_attribute("data-state", "searching")
    expect(visit.last_answer.locator(".progress")).to_have_text("Searching the documents…")
    return visit


@_state
def reading(stage: Stage) -> Visit:
    visit = stage.generating("The moles dig.", stall_after=0)
    visit.type_and_send(MOLES)
    expect(visit.last_answer).to_have_attribute("data-state", "reading")
    expect(visit.last_answer.locator(".progress")).to_have_text("Reading 3 passages… Writing the answer…")
    expect(visit.button("Stop")).to_be_visible()
    return visit


@_state
def writing(stage: Stage) -> Visit:
    visit = stage.generating("The moles dig **deep", "**.", stall_after=1)
    visit.type_and_send(MOLES)
    expect(visit.last_answer).to_have_attribute("data-state", "writing")
    expect(visit.last_answer.locator("strong")).to_have_text("deep")
    expect(visit.last_answer).to_have_attribute("aria-busy", "true")
    expect(visit.button("Stop")).to_be_visible()
    return visit


@_state
def stopped(stage: Stage) -> Visit:
    visit = writing(stage)
    visit.button("Stop").click()
    visit.wait_for_end()
    expect(visit.last_answer).to_have_attribute("data-state", "stopped")
    expect_notice(visit, "stopped", "This text was not checked against the sources.")
    return visit


@_state
def stopped_early(stage: Stage) -> Visit:
    visit = reading(stage)
    visit.button("Stop").click()
    visit.wait_for_end()
    notice = expect_notice(visit, "stopped", "Stopped before the first word.")
    expect(notice.get_by_role("button", name="Try again")).to_be_visible()
    return visit


# Answers


@_state
def complete(stage: Stage) -> Visit:
    visit = stage.generating(
        f"# The moles\n\n{GOOD}\n\n- deep **in winter**\n- `less` in summer\n\n",
        "| Season | Depth |\n|---|--:|\n| Winter | 30 |\n",
    )
    visit.ask(MOLES)
    expect(visit.last_answer).to_have_attribute("data-state", "done")
    expect(visit.last_answer).to_have_attribute("aria-busy", "false")
    expect(visit.last_answer.locator(".marker").first).to_have_accessible_name("Source 1: The moles")
    expect(visit.last_answer.locator(".sources > ol li")).to_have_count(1)
    return visit


@_state
def extractive(stage: Stage) -> Visit:
    visit = stage.plain()
    visit.ask(MOLES)
    expect(visit.last_answer.locator(".verdict > p")).to_have_text("Quoted from the documents")
    expect(visit.last_answer.locator(".made")).to_contain_text("Written without a model")
    return visit


@_state
def passage_opened(stage: Stage) -> Visit:
    visit = stage.plain()
    visit.open_first_marker(visit.ask("What did the great flood wash away?"))
    expect(visit.sheet.get_by_role("heading", level=2)).to_have_text("History")
    expect(visit.sheet.locator("mark").first).to_be_visible()
    return visit


@_state
def flagged(stage: Stage) -> Visit:
    visit = stage.generating(FLAGGED)
    visit.ask(MOLES)
    for severity in ("hard", "soft"):
        expect(visit.last_answer.locator(f".prose .flag[data-severity='{severity}']").first).to_be_visible()
    visit.last_answer.locator(".verdict summary").click()
    expect(visit.last_answer.locator(".verdict li").first).to_be_visible()
    return visit


@_state
def flag_explained(stage: Stage) -> Visit:
    visit = stage.generating(FLAGGED)
    visit.ask(MOLES)
    visit.last_answer.locator(".flag", has_text="45").focus()
    expect(visit.note).to_contain_text("The sources say 30")
    return visit


@_state
def flag_compared(stage: Stage) -> Visit:
    visit = flag_explained(stage)
    visit.page.keyboard.press("Enter")
    expect(visit.sheet.locator("mark.pointed")).to_be_visible()
    expect(visit.note).to_have_count(0)
    return visit


@_state
def withheld(stage: Stage) -> Visit:
    visit = stage.withholding(f"{GOOD} {WRONG}")
    visit.ask(MOLES)
    expect_notice(visit, "withheld", "1 sentence was withheld, because the documents do not support it.")
    return visit


@_state
def withheld_altogether(stage: Stage) -> Visit:
    visit = stage.withholding(f"{WRONG} {WRONG}")
    visit.ask(MOLES)
    expect(visit.last_answer).to_have_attribute("data-state", "refused")
    expect_notice(visit, "withheld", "An answer was written, but the documents do not support it; it is not shown.")
    expect(visit.last_answer.locator(".sources h3")).to_have_text("The closest passages")
    expect(visit.last_answer.locator(".source").first).to_contain_text("The moles")
    return visit


@_state
def refused(stage: Stage) -> Visit:
    visit = stage.plain()
    visit.ask(UNKNOWN)
    expect(visit.last_answer).to_have_attribute("data-state", "refused")
    expect(visit.last_answer.locator(".prose")).to_have_text(REFUSAL)
    expect(visit.last_answer.locator(".verdict")).to_have_count(0)
    return visit


@_state
def clarifying(stage: Stage) -> Visit:
    visit = stage.plain()
    visit.ask(UNCLEAR)
    expect(visit.last_answer).to_have_attribute("data-state", "clarification")
    choices = visit.page.get_by_role("list", name="Which of these do you mean?")
    expect(choices.get_by_role("button")).not_to_have_count(0)
    return visit


@_state
def small_talk(stage: Stage) -> Visit:
    visit = stage.plain()
    visit.ask("thanks!")
    expect(visit.last_answer.locator(".prose")).to_have_text("You're welcome!")
    return visit


@_state
def degraded(stage: Stage) -> Visit:
    visit = stage.generating()
    visit.ask(MOLES)
    expect(visit.last_answer).to_have_attribute("data-mode", "extractive")
    expect_notice(
        visit,
        "degraded",
        "The model wrote nothing; these are the sentences from your documents that answer best.",
    )
    return visit


@_state
def cut_short_by_the_model(stage: Stage) -> Visit:
    visit = stage.generating(f"{GOOD} Their keeper", finish_reason="length")
    visit.ask(MOLES)
    expect_notice(visit, "degraded", "The answer is cut off: the model reached its limit.")
    return visit


@_state
def conflicting(stage: Stage) -> Visit:
    visit = stage.plain()
    visit.ask(BOATS)
    notice = expect_notice(visit, "conflict", "The sources disagree")
    expect(notice.get_by_role("button")).to_have_count(2)
    return visit


@_state
def nothing_ingested(stage: Stage) -> Visit:
    visit = stage.tab(stage.services.empty)
    visit.open()
    visit.ask(MOLES)
    expect(visit.last_answer.locator(".refusal")).to_have_text("There are no documents yet")
    return visit


@_routed
def document_deleted(stage: Stage) -> Visit:
    visit = stage.plain()
    answer = visit.ask(MOLES)
    document = answer.groundwork["citations"][0]["document_id"]
    visit.expected_failures.add(f"/v1/documents/{document}")
    visit.page.route(f"**/v1/documents/{document}", lambda route: route.fulfill(status=404, json={}))
    visit.open_first_marker(answer)
    expect(visit.sheet.locator(".notice")).to_contain_text("The document no longer exists.")
    return visit


# Failures


@_state
def offline(stage: Stage) -> Visit:
    visit = stage.plain()
    # The browser fetches the icon at any time after the page's load event.
    visit.expected_failures |= {CHAT, ICON}
    visit.page.context.set_offline(True)
    visit.type_and_send(MOLES)
    expect_notice(visit, "offline", "You are offline. Your question is kept; try again when you are connected.")
    return visit


@_routed
def not_answering(stage: Stage) -> Visit:
    visit = stage.plain()
    visit.expected_failures.add(CHAT)
    visit.page.route(f"**{CHAT}", lambda route: route.abort("connectionrefused"))
    visit.type_and_send(MOLES)
    expect_notice(visit, "error", "The service did not answer.")
    return visit


@_state
def rate_limited(stage: Stage) -> Visit:
    stage.model.script = Script(pieces=(GOOD,))
    visit = stage.embedded('mode="inline"')
    visit.expected_failures.add(CHAT)
    visit.ask(MOLES)
    visit.type_and_send(MOLES)
    notice = expect_notice(visit, "error", "Too many questions at once.")
    retry = notice.get_by_role("button")
    expect(retry).to_contain_text("Try again in ")
    expect(retry).to_have_attribute("aria-disabled", "true")
    return visit


@_routed
def busy(stage: Stage) -> Visit:
    visit = stage.plain()
    fail(visit, 503, "not_ready", "The embedder is loading.", **{"Retry-After": "30"})
    visit.type_and_send(MOLES)
    expect_notice(visit, "error", "The service is busy or not ready yet.")
    return visit


@_routed
def failed_inside(stage: Stage) -> Visit:
    visit = stage.plain()
    fail(visit, 500, "internal_error", "The service failed.")
    visit.type_and_send(MOLES)
    expect_notice(visit, "error", "Something failed inside the service.")
    return visit


@_routed
def not_signed_in(stage: Stage) -> Visit:
    visit = stage.plain()
    fail(visit, 401, "unauthorized", "Sign in first.")
    visit.type_and_send(MOLES)
    expect_notice(visit, "error", "You are not signed in, or may not ask here.")
    return visit


@_state
def not_allowed_here(stage: Stage) -> Visit:
    visit = stage.embedded('mode="inline"', key="no-such-key")
    visit.expected_failures.add("/v1/widget/session")
    # That is for the owner of the site.
    visit.expected_errors.add("groundwork-chat: No site of this service has this site key.")
    visit.type_and_send(MOLES)
    notice = expect_notice(visit, "error", "This chat is not set up for this site.")
    expect(notice.get_by_role("button")).to_have_count(0)
    return visit


@_state
def too_long(stage: Stage) -> Visit:
    visit = stage.plain()
    visit.expected_failures.add(CHAT)
    visit.question_box.fill("mole " * 1800)
    visit.question_box.press("Enter")
    notice = expect_notice(visit, "error", "Change it, then ask again.")
    expect(notice.locator(".said")).to_contain_text("at most 8,000")
    expect(notice.get_by_role("button")).to_have_count(0)
    expect(visit.question_box).to_have_value(("mole " * 1800).strip())
    return visit


@_state
def broken_off(stage: Stage) -> Visit:
    visit = stage.generating("The moles ", "dig deep", " and more", die_after=2)
    visit.type_and_send(MOLES)
    expect_notice(visit, "error", "The answer broke off.")
    expect(visit.last_answer).to_have_attribute("data-state", "failed")
    expect(visit.last_answer.locator(".prose")).to_have_text("The moles dig deep")
    expect(visit.button("Try again")).to_be_visible()
    return visit


@_routed
def cut_off(stage: Stage) -> Visit:
    """The connection ends in the middle of the stream, as behind a proxy that closes it."""
    visit = stage.plain()
    chunk = {"choices": [{"index": 0, "delta": {"content": "The moles dig deep"}, "finish_reason": None}]}
    stream = f"data: {json.dumps(chunk)}\n\n"
    visit.page.route(f"**{CHAT}", lambda route: route.fulfill(body=stream, content_type="text/event-stream"))
    visit.type_and_send(MOLES)
    expect_notice(visit, "error", "The connection was lost before the answer was complete.")
    expect(visit.last_answer.locator(".prose")).to_have_text("The moles dig deep")
    return visit


# After an answer


def with_feedback(stage: Stage) -> tuple[Visit, list[dict[str, Any]]]:
    """Ask a service that takes feedback; return what it was given, too."""
    visit = stage.tab(stage.services.plain)
    given = take_feedback(visit)
    visit.open_ready()
    visit.ask(MOLES)
    return visit, given


@_routed
def feedback_asked(stage: Stage) -> Visit:
    visit, _ = with_feedback(stage)
    visit.button("This did not help").click()
    expect(visit.page.get_by_role("radio")).to_have_count(4)
    return visit


@_routed
def feedback_given(stage: Stage) -> Visit:
    visit, _ = with_feedback(stage)
    visit.button("This helped").click()
    expect(visit.last_answer).to_contain_text("Thank you for the feedback.")
    expect(visit.button("Undo")).to_be_visible()
    return visit


@_routed
def feedback_failed(stage: Stage) -> Visit:
    visit, _ = with_feedback(stage)
    visit.expected_failures.add(FEEDBACK)
    visit.page.route(f"**{FEEDBACK}", lambda route: route.fulfill(status=503, json={}))
    visit.button("This helped").click()
    expect(visit.last_answer.get_by_role("alert")).to_have_text("The feedback could not be sent.")
    return visit


@_state
def copied(stage: Stage) -> Visit:
    visit = stage.plain()
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.ask(MOLES)
    visit.button("Copy answer").click()
    expect(visit.button("Copied")).to_be_visible()
    return visit


@_state
def handed_over(stage: Stage) -> Visit:
    visit = stage.plain()
    visit.ask(MOLES)
    visit.page.evaluate(
        """() => document.addEventListener("groundwork:handover", (event) => {
          event.preventDefault();
          window.transcript = event.detail.transcript;
        })"""
    )
    visit.button(HANDOVER).click()
    expect(visit.button(HANDOVER)).to_be_visible()
    return visit


@_state
def second_question(stage: Stage) -> Visit:
    visit = stage.plain()
    visit.ask(MOLES)
    visit.ask("And who is their keeper?")
    expect(visit.page.locator(".exchange")).to_have_count(2)
    return visit


@_state
def documents_listed(stage: Stage) -> Visit:
    visit = stage.plain()
    visit.page.goto(f"{visit.url}/#/documents")
    expect(visit.page.locator(".library .row").first).to_be_visible()
    return visit


@_state
def documents_searched(stage: Stage) -> Visit:
    visit = documents_listed(stage)
    visit.page.get_by_role("searchbox").fill("moles")
    visit.page.get_by_role("searchbox").press("Enter")
    visit.page.locator(".library .source").first.click()
    expect(visit.page.locator(".sheet mark").first).to_be_visible()
    return visit


@_state
def document_shown(stage: Stage) -> Visit:
    visit = documents_listed(stage)
    visit.page.locator(".library .row a").first.click()
    expect(visit.page.locator(".document .prose")).to_be_visible()
    return visit


@_state
def conversation_renamed(stage: Stage) -> Visit:
    visit = stage.plain()
    visit.ask(MOLES)
    drawer = visit.page.locator(".menu-button")
    if drawer.is_visible():
        drawer.click()
    visit.page.locator(".row .more").first.click()
    visit.button("Rename").click()
    expect(visit.page.get_by_role("textbox", name="Name of the conversation")).to_be_visible()
    return visit
