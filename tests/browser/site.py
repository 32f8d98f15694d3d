"""A web site of another origin with the chat widget in its pages: its server, its pages, and a visitor's tab."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.browser.recorder import Recorder
from tests.browser.service import Library

KEY, ONE_QUESTION_KEY, ONE_SESSION_KEY = "portal-key-1", "one-question-key", "one-session-key"
"""Of a site almost without limits, of one whose session may ask once a minute, and of one with a session a minute."""
TITLE, GREETING = "Garden help", "What would you like to know about the garden?"

HOSTILE_STYLE = """
* { all: unset !important; display: block !important; font: italic 40px/3 fantasy !important; color: red !important }
html { font-size: 30px !important; letter-spacing: 1em !important; text-transform: uppercase !important }
button, textarea, dialog { background: black !important; border: 9px solid red !important; opacity: 0.1 !important }
"""
"""What the style sheet of an old portal may do to every element of its pages."""
PLAIN_STYLE = "body { margin: 2em; font-family: sans-serif } h1 { color: teal }"

# Reports of the browser and events of the widget, recorded before any script of the page runs.
_RECORD = """
  window.violations = [];
  window.told = [];
  const violation = (text) => window.violations.push(text);
  addEventListener("securitypolicyviolation", (event) => violation(`${event.violatedDirective} ${event.blockedURI}`));
  addEventListener("unhandledrejection", (event) => violation(`unhandled rejection: ${event.reason}`));
  for (const name of ["ready", "open", "close", "question", "answer", "handover"])
    addEventListener(`groundwork:${name}`, ({ detail }) => told.push([name, detail]));
"""
_PHONE_KEYBOARD = """
  const keyboard = new EventTarget();
  keyboard.scale = 1;
  keyboard.offsetTop = 0;
  Object.defineProperty(keyboard, "height", { get: () => innerHeight - (window.keyboardHeight ?? 0) });
  Object.defineProperty(window, "visualViewport", { value: keyboard });
"""


def policy(service: str) -> str:
    """Return the strictest policy under which the widget has to work: it is given the service, and nothing else."""
    return (
        f"default-src 'none'; script-src {service}; connect-src {service}; style-src 'self'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def page_html(head: str = "", body: str = "", *, direction: str = "ltr") -> str:
    """Return a page of the portal, long enough to scroll."""
    paragraphs = "".join(f"<p>Paragraph {number} of the portal.</p>" for number in range(40))
    return (
        f'<!doctype html><html lang="en" dir="{direction}"><head><meta charset="utf-8"><title>Portal</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="/style.css">{head}</head>'
        f'<body><main><h1>The portal</h1><button id="own">Own button</button>{body}{paragraphs}</main></body></html>'
    )


def script_tag(service: str, key: str = KEY, **data: str) -> str:
    """Return the script tag of the widget."""
    attributes = "".join(
        f' data-{name.replace("_", "-")}="{escape(value)}"' for name, value in {"site_key": key, **data}.items()
    )
    return f'<script defer src="{service}/widget/loader.js"{attributes}></script>'


@dataclass
class Site:
    """A running web server. `url` is its origin; `pages` are its files by path, each with its policy."""

    url: str
    pages: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    style: str = PLAIN_STYLE

    def publish(self, html: str, *, policy: str | None = None, path: str = "/") -> str:
        """Put a file there, with a Content-Security-Policy where one is given; return its address."""
        self.pages[path] = html, policy
        return self.url + path


@contextmanager
def running_site() -> Iterator[Site]:
    """Run a web server at http://localhost, which is another host than the service's 127.0.0.1."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        site = Site(f"http://localhost:{server.server_address[1]}")
        server.site = site  # type: ignore[attr-defined]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield site
        server.shutdown()
        thread.join()


_TYPES = {"js": "text/javascript", "css": "text/css"}


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        path = urlsplit(self.path).path
        if path == "/style.css":
            self._send(site.style, "text/css")
        elif path == "/favicon.ico":
            self._send("", "image/x-icon")
        elif path in site.pages:
            content, policy = site.pages[path]
            headers = {} if policy is None else {"Content-Security-Policy": policy}
            self._send(content, _TYPES.get(path.rpartition(".")[2], "text/html"), headers)
        else:
            self.send_error(404)

    def _send(self, text: str, content_type: str, headers: Mapping[str, str] | None = None) -> None:
        content = text.encode()
        self.send_response(200)
        for name, value in {
            "Content-Type": content_type,
            "Content-Length": str(len(content)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on stderr."""


def with_sites(library: Library, origin: str, folder: Path) -> Library:
    """Return a copy of the library whose domain has the widget, and sites whose pages are at the origin."""
    domain = Path(shutil.copytree(library.domain, folder / "domain"))
    limits = {KEY: (1000, 1000), ONE_QUESTION_KEY: (1, 1000), ONE_SESSION_KEY: (1000, 1)}
    tables = "".join(
        f'\n[[sites]]\nname = "{key}"\nkey = "{key}"\norigins = ["{origin}"]\n'
        f"[sites.limits]\nsession = {session}\naddress = 1000\nnew_sessions = {new}\n"
        for key, (session, new) in limits.items()
    )
    with (domain / "domain.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[widget]\ntitle = "{TITLE}"\ngreeting = "{GREETING}"\naccent = "#7a1fa2"\n{tables}')
    return Library(domain, library.data).copy_to(folder)


@dataclass
class SiteVisit:
    """A visitor's tab. `expected_failures` are the paths whose requests a test expects to fail."""

    page: Page
    site: Site
    service: str
    expected_failures: set[str] = field(default_factory=set)
    expected_messages: set[str] = field(default_factory=set)
    _recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        self.page.add_init_script(_RECORD)
        self._recorder = Recorder(self.page)

    @property
    def requests(self) -> list[str]:
        """The addresses of all requests so far."""
        return self._recorder.requests

    @property
    def context(self) -> BrowserContext:
        """The context of the tab, which has its cookies and its connection."""
        return self.page.context

    @property
    def launcher(self) -> Locator:
        """The button in the corner."""
        return self.page.locator("groundwork-chat .launcher")

    @property
    def panel(self) -> Locator:
        """The frame around the conversation, in every mode."""
        return self.page.locator("groundwork-chat .panel")

    @property
    def question(self) -> Locator:
        """The question box."""
        return self.panel.locator("textarea")

    @property
    def answers(self) -> Locator:
        """The answers, in order."""
        return self.panel.locator(".answer")

    def open(self, html: str | None = None, *, key: str = KEY, policy: str | None = None, **data: str) -> None:
        """Publish a page and load it: by default one with the script tag."""
        content = page_html(script_tag(self.service, key, **data)) if html is None else html
        self.page.goto(self.site.publish(content, policy=policy))

    def open_panel(self) -> None:
        """Press the launcher, and wait until the service's texts are there."""
        self.launcher.click()
        expect(self.panel.locator(".suggestions, .exchange").first).to_be_visible()

    def send(self, question: str) -> None:
        """Ask, without waiting for the answer."""
        self.question.fill(question)
        self.question.press("Enter")

    def ask(self, question: str) -> Locator:
        """Ask, and wait for the whole answer."""
        count = self.answers.count()
        self.send(question)
        answer = self.answers.nth(count)
        expect(answer).to_have_attribute("aria-busy", "false")
        return answer

    def told(self, *names: str) -> list[tuple[str, Any]]:
        """Return the events of the widget so far, or those of these names."""
        every: list[tuple[str, Any]] = [(name, detail) for name, detail in self.page.evaluate("told")]
        return [event for event in every if not names or event[0] in names]

    def patch_widget(self, **widget: Any) -> None:
        """Change the texts and settings of the widget in what the service says of itself."""

        def patched(route: Route) -> None:
            response = route.fetch()
            body = response.json()
            body["widget"] |= widget
            route.fulfill(response=response, json=body)

        self.page.route("**/v1/configuration?*", patched)

    def with_keyboard(self) -> None:
        """Give the next page a visual viewport that `window.keyboardHeight` makes lower, as a phone's keyboard does."""
        self.page.add_init_script(_PHONE_KEYBOARD)

    def box(self, locator: Locator) -> tuple[float, float, float, float]:
        """Return where an element is: left, top, right, bottom, in CSS pixels of the window."""
        found = locator.bounding_box()
        assert found is not None
        return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]

    def paths(self) -> list[str]:
        """Return the paths of the requests to the service, in order."""
        return [urlsplit(url).path for url in self.requests if url.startswith(self.service)]

    def faults(self) -> list[str]:
        """Return what a visit must not do, except for what the test expects."""
        said = [error for error in self._recorder.errors if not any(part in error for part in self.expected_messages)]
        foreign = self._recorder.foreign(self.service, self.site.url, "data:", "about:")
        failed = self._recorder.failed(self.expected_failures)
        cookies = [f"cookie {cookie.get('name')}" for cookie in self.context.cookies()]
        violations = [] if self.page.is_closed() else self.page.evaluate("window.violations ?? []")
        return [*said, *foreign, *failed, *cookies, *violations]
