"""A tab on a service's page: asks, reads what the service sent, and keeps everything that went wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response

CHAT = "/v1/chat/completions"
# The protocol that drives the browser forgets the body of a stream; here the page keeps a copy of the last one.
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
    """An answer as the service streamed it, beside the exchange that shows it."""

    content: str
    groundwork: dict[str, Any]
    messages: list[dict[str, str]]
    exchange: Locator

    @property
    def shown(self) -> Locator:
        """The element that carries the state, the words and the sources."""
        return self.exchange.locator(".answer")


@dataclass
class Visit:
    """One tab. `expected_failures` are paths whose failed requests are what the test is about."""

    page: Page
    url: str
    expected_failures: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)
    _errors: list[str] = field(default_factory=list)
    _failures: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(_KEEP_STREAM)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def open(self) -> None:
        """Load the page."""
        self.page.goto(self.url)

    def open_ready(self) -> None:
        """Load the page, and wait until it knows what the service is."""
        self.open()
        self.page.wait_for_selector(".suggestion")

    def type_and_send(self, question: str) -> None:
        """Write the question into the box, and press Enter."""
        self.page.fill("#question", question)
        self.page.press("#question", "Enter")

    def wait_for_end(self) -> Locator:
        """Wait until nothing is being answered; returns the last exchange."""
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
        """By how many pixels the page can be scrolled sideways."""
        overflow: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return overflow

    def faults(self) -> list[str]:
        """Errors on the console, requests to elsewhere, and failed requests that nobody expected."""
        foreign = [url for url in self.requests if not url.startswith((self.url, "data:"))]
        failed = [f"{path}: {why}" for path, why in self._failures if path not in self.expected_failures]
        return [*self._errors, *foreign, *failed]

    def _hear(self, message: ConsoleMessage) -> None:
        # Failed requests are heard of with their path in `_failed` and `_answered`.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self._errors.append(message.text)

    def _failed(self, request: Request) -> None:
        # The page itself aborts; and Chromium often says so of a stream that was read to its end.
        if request.failure != "net::ERR_ABORTED":
            self._failures.append((urlsplit(request.url).path, request.failure or "failed"))

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._failures.append((urlsplit(response.url).path, str(response.status)))


def _read(stream: str, messages: list[dict[str, str]], exchange: Locator) -> Answer:
    """Put the stream together once more, as any other client would."""
    content = ""
    groundwork: dict[str, Any] = {}
    for line in stream.split("\n"):
        if not line.startswith("data: {"):
            continue
        chunk = json.loads(line.removeprefix("data: "))
        groundwork |= chunk.get("groundwork", {})
        content += "".join(choice["delta"].get("content", "") for choice in chunk.get("choices", []))
    return Answer(content, groundwork, messages, exchange)
