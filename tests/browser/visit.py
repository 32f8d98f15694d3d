"""A tab with a service's page: ask, read the stream that the service sent, and record every error."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response

from testing.sse import read_chunks

CHAT = "/v1/chat/completions"
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
    """One tab. `expected_failures` are the paths whose requests a test expects to fail."""

    page: Page
    url: str
    expected_failures: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)
    _errors: list[str] = field(default_factory=list)
    _failures: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(_KEEP_STREAM)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self._errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", self._on_request_failed)
        self.page.on("response", self._on_response)

    def open(self) -> None:
        """Load the page."""
        self.page.goto(self.url)

    def open_ready(self) -> None:
        """Load the page, and wait until it has the configuration of the service."""
        self.open()
        self.page.wait_for_selector(".suggestion")

    def type_and_send(self, question: str) -> None:
        """Type the question into the box, and press Enter."""
        self.page.fill("#question", question)
        self.page.press("#question", "Enter")

    def wait_for_end(self) -> Locator:
        """Wait until no answer is being written; return the last exchange."""
        self.page.wait_for_selector("body[data-state='conversation']")
        return self.page.locator(".exchange").last

    def ask(self, question: str) -> Answer:
        """Ask, and wait for the whole answer."""
        with self.page.expect_request(f"{self.url}{CHAT}") as caught:
            self.type_and_send(question)
        exchange = self.wait_for_end()
        messages = json.loads(caught.value.post_data or "{}")["messages"]
        return _read(self.page.evaluate("window.lastStream"), messages, exchange)

    def sideways_overflow(self) -> int:
        """Return the number of pixels by which the page can be scrolled sideways."""
        overflow: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return overflow

    def faults(self) -> list[str]:
        """Return errors on the console, requests to other hosts, and failed requests that were not expected."""
        foreign = [url for url in self.requests if not url.startswith((self.url, "data:"))]
        failed = [f"{path}: {why}" for path, why in self._failures if path not in self.expected_failures]
        return [*self._errors, *foreign, *failed]

    def _on_console(self, message: ConsoleMessage) -> None:
        # `_on_request_failed` and `_on_response` record failed requests with their path.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self._errors.append(message.text)

    def _on_request_failed(self, request: Request) -> None:
        # The page aborts requests itself, and Chromium often reports this for a stream that was read to its end.
        if request.failure != "net::ERR_ABORTED":
            self._failures.append((urlsplit(request.url).path, request.failure or "failed"))

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self._failures.append((urlsplit(response.url).path, str(response.status)))


def _read(stream: str, messages: list[dict[str, str]], exchange: Locator) -> Answer:
    """Assemble the answer from the stream, as any other client would."""
    content = ""
    groundwork: dict[str, Any] = {}
    for chunk in read_chunks(stream.split("\n")):
        groundwork |= chunk.get("groundwork", {})
        content += "".join(choice["delta"].get("content", "") for choice in chunk.get("choices", []))
    return Answer(content, groundwork, messages, exchange)
