"""What a tab does beside what a test looks at: its requests, its errors, and the requests that failed."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response


class Recorder:
    """Records a tab from its first request on. `errors` are lines of the console and errors of scripts."""

    def __init__(self, page: Page) -> None:
        self.requests: list[str] = []
        self.errors: list[str] = []
        self._failures: list[tuple[str, str]] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("requestfailed", self._on_request_failed)
        page.on("response", self._on_response)

    def foreign(self, *hosts: str) -> list[str]:
        """Return the requests whose address begins with none of these."""
        return [url for url in self.requests if not url.startswith(hosts)]

    def failed(self, expected: Collection[str]) -> list[str]:
        """Return the requests that failed, each as `path: why`, except for those to the expected paths."""
        return [f"{path}: {why}" for path, why in self._failures if path not in expected]

    def _on_console(self, message: ConsoleMessage) -> None:
        # Failed requests are recorded with their path.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.errors.append(message.text)

    def _on_request_failed(self, request: Request) -> None:
        # The page aborts requests itself, and Chromium often reports this for a stream that was read to its end.
        if request.failure != "net::ERR_ABORTED":
            self._failures.append((urlsplit(request.url).path, request.failure or "failed"))

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self._failures.append((urlsplit(response.url).path, str(response.status)))
