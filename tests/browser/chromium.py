"""The browser of the tests: started anew after a crash, so that one crash fails one test and not all that follow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Playwright

_ARGUMENTS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
).split()


class Chromium:
    """Debian's Chromium. Not covered: a crash of Playwright's own driver process."""

    def __init__(self, playwright: Playwright, executable: Path) -> None:
        self._playwright = playwright
        self._executable = executable
        self._browser = self._started()

    def new_context(self, **options: Any) -> BrowserContext:
        """Return a context of its own, with Playwright's options, in a browser that runs."""
        if not self._browser.is_connected():
            print("Chromium ended by itself: it is started again.")
            self._browser = self._started()
        return self._browser.new_context(**options)

    def another(self, *arguments: str, without: tuple[str, ...] = ()) -> Browser:
        """Start a second browser with further arguments, `without` some that Playwright gives to every browser."""
        return self._started(*arguments, without=without)

    def close(self) -> None:
        """End the browser."""
        self._browser.close()

    def _started(self, *arguments: str, without: tuple[str, ...] = ()) -> Browser:
        return self._playwright.chromium.launch(
            executable_path=self._executable, args=[*_ARGUMENTS, *arguments], ignore_default_args=list(without)
        )
