"""A tab with a service's page: ask, read the stream that the service sent, and record every error."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Dialog, Locator, Page, Route, expect

from testing.sse import read_chunks
from tests.browser.recorder import Recorder

CHAT = "/v1/chat/completions"
CONFIGURATION = "/v1/configuration"
# The protocol that controls the browser does not keep the body of a stream; the page keeps a copy of the last one.
_KEEP_STREAM = """
  const { fetch } = window;
  window.fetch = async (path, options) => {
    const response = await fetch(path, options);
    if (path.endsWith("/completions")) window.lastStream = response.clone().text().catch(() => "");
    return response;
  };
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the service streamed it, and the element of the exchange that shows it."""

    content: str
    groundwork: dict[str, Any]
    messages: list[dict[str, str]]
    exchange: Locator

    @property
    def shown(self) -> Locator:
        """The element with the state, the text and the sources."""
        return self.exchange.locator(".answer")


@dataclass
class Visit:
    """One tab.

    `expected_failures` are the paths whose requests a test expects to fail; `expected_errors` begin the lines on the
    console that it expects; `hosts` are the origins beside the service's that it may send requests to.
    """

    page: Page
    url: str
    expected_failures: set[str] = field(default_factory=set)
    expected_errors: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    _recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        self.page.add_init_script(_KEEP_STREAM)
        self._recorder = Recorder(self.page)
        self.page.on("dialog", self._on_dialog)

    @property
    def requests(self) -> list[str]:
        """The addresses of all requests so far."""
        return self._recorder.requests

    def open(self) -> None:
        """Load the page."""
        self.page.goto(self.url)

    def open_ready(self) -> None:
        """Load the page, and wait until it has the configuration of the service."""
        self.open()
        self.page.wait_for_selector(".suggestions button")

    @property
    def question_box(self) -> Locator:
        """The box in which a question is written, also while a passage covers it."""
        return self.page.locator(".composer textarea")

    @property
    def status(self) -> Locator:
        """The line about the service."""
        return self.page.locator(".status")

    @property
    def panel(self) -> Locator:
        """The frame around everything, with the state of the conversation."""
        return self.page.locator(".panel")

    @property
    def sheet(self) -> Locator:
        """The open passage in its document."""
        return self.page.locator(".sheet")

    @property
    def note(self) -> Locator:
        """The note beside a flagged word."""
        return self.page.locator(".note")

    @property
    def announcer(self) -> Locator:
        """The live region that speaks to a screen reader."""
        return self.page.locator(".unseen[aria-live='polite']")

    @property
    def last_answer(self) -> Locator:
        """The answer of the last exchange."""
        return self.page.locator(".exchange").last.locator(".answer")

    def button(self, name: str) -> Locator:
        """Return the button of this name, exactly."""
        return self.page.get_by_role("button", name=name, exact=True)

    def type_and_send(self, question: str) -> None:
        """Type the question into the box, and press Enter; wait until the page has taken it."""
        self.question_box.fill(question)
        self.question_box.press("Enter")
        if question.strip():
            expect(self.question_box).to_have_value("")

    def wait_for_end(self) -> Locator:
        """Wait until no answer is being written; return the last exchange."""
        self.page.wait_for_selector(".panel[data-state='conversation']")
        return self.page.locator(".exchange").last

    def ask(self, question: str) -> Answer:
        """Ask, and wait for the whole answer."""
        with self.page.expect_request(f"{self.url}{CHAT}") as caught:
            self.type_and_send(question)
        exchange = self.wait_for_end()
        messages = json.loads(caught.value.post_data or "{}")["messages"]
        return _read(self.page.evaluate("window.lastStream"), messages, exchange)

    def open_first_marker(self, answer: Answer) -> Locator:
        """Open the first marker of an answer with the keyboard; return the panel with the passage in its document."""
        marker = answer.shown.locator(".marker").first
        marker.focus()
        with self.page.expect_response(f"{self.url}/v1/documents/**"):
            marker.press("Enter")
        return self.sheet

    def set_features(self, **features: bool) -> None:
        """Have the service say that it has these features, or lacks them. Call it before the page is opened."""

        def change(route: Route) -> None:
            response = route.fetch()
            configuration = response.json()
            configuration["features"] |= features
            route.fulfill(response=response, json=configuration)

        self.page.route(f"**{CONFIGURATION}?*", change)

    def sideways_overflow(self) -> int:
        """Return the number of pixels by which the page, or a part that only scrolls down, scrolls sideways."""
        overflow: int = self.page.evaluate(
            """() => {
              const root = document.querySelector("groundwork-chat").shadowRoot;
              const parts = [document.documentElement, ...root.querySelectorAll(".conversation, .body, .passage")];
              return Math.max(...parts.map((part) => part.scrollWidth - part.clientWidth));
            }"""
        )
        return overflow

    def faults(self) -> list[str]:
        """Return errors on the console, dialogs, requests to other hosts, and failed requests that were not expected.

        A violation of the Content-Security-Policy is an error on the console.
        """
        errors = [error for error in self._recorder.errors if not error.startswith(tuple(self.expected_errors))]
        foreign = self._recorder.foreign(self.url, "data:", *self.hosts)
        return [*errors, *foreign, *self._recorder.failed(self.expected_failures)]

    def _on_dialog(self, dialog: Dialog) -> None:
        self._recorder.errors.append(f"{dialog.type}: {dialog.message}")
        dialog.dismiss()


def _read(stream: str, messages: list[dict[str, str]], exchange: Locator) -> Answer:
    """Assemble the answer from the stream, as any other client would."""
    content = ""
    groundwork: dict[str, Any] = {}
    for chunk in read_chunks(stream.split("\n")):
        groundwork |= chunk.get("groundwork", {})
        content += "".join(choice["delta"].get("content", "") for choice in chunk.get("choices", []))
    return Answer(content, groundwork, messages, exchange)
