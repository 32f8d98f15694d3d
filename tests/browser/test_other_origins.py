"""What a web page of another origin can do to a running service: nothing. Tried by real pages in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.chromium import Chromium
from tests.browser.conftest import Upload
from tests.browser.service import Service, wait_until
from tests.browser.visit import Visit

PLANTED = "# Planted\n\nThe code of the safe is 0000.\n"
UPLOAD = """async ([url, text, options]) => {
    const body = new FormData();
    body.append("files", new File([text], "planted.md", {type: "text/markdown"}));
    try {
        const response = await fetch(`${url}/v1/documents`, {method: "POST", body, ...options});
        return `${response.type} ${response.status}`;
    } catch (error) {
        return error.name;
    }
}"""
ASK = """async ([url, options]) => {
    const body = JSON.stringify({messages: [{role: "user", content: "When does the garden open?"}]});
    try {
        const response = await fetch(`${url}/v1/chat/completions`, {method: "POST", body, ...options});
        return `${response.type} ${response.status}`;
    } catch (error) {
        return error.name;
    }
}"""
FORM = """<form method="post" enctype="multipart/form-data" action="{url}/v1/documents">
<textarea name="files">text</textarea><input type="file" name="files"><button>Send</button></form>"""


class Pages(BaseHTTPRequestHandler):
    """An empty page at every path."""

    def do_GET(self) -> None:
        content = b"<!doctype html><title>Elsewhere</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: the test reads what the service answered."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[int]:
    """The port of a web server that has nothing to do with the service."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@contextmanager
def page_at(browser: Chromium, url: str) -> Iterator[Page]:
    """A tab on a page of `url`."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(url)
    yield page
    context.close()


def documents(service: Service) -> set[str]:
    return {document["id"] for document in service.client.get("/v1/documents").json()["documents"]}


def refusals(service: Service) -> int:
    """How many requests the service refused with 403; the browser hides many answers from its debugger."""
    found = re.search(
        r'groundwork_requests_total\{route="none",status="403"\} (\d+)', service.client.get("/metrics").text
    )
    return int(found[1]) if found else 0


@pytest.fixture(params=["127.0.0.1", "localhost"])
def foreign(request: pytest.FixtureRequest, browser: Chromium, elsewhere: int, service: Service) -> Iterator[Page]:
    """A page on another port of the same host, and of another host; afterwards the documents are the same."""
    before = documents(service)
    with page_at(browser, f"http://{request.param}:{elsewhere}") as page:
        yield page
    assert documents(service) == before


@pytest.fixture
def refused_once(service: Service) -> Iterator[None]:
    """The test's request reached the service, and was refused there."""
    before = refusals(service)
    yield
    wait_until(lambda: refusals(service) > before, "the request was refused")
    assert refusals(service) == before + 1


@pytest.mark.usefixtures("refused_once")
@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_a_page_of_another_origin_uploads_nothing_by_fetch(foreign: Page, service: Service, mode: str) -> None:
    outcome = foreign.evaluate(UPLOAD, [service.url, PLANTED, {"mode": mode}])
    assert outcome == {"cors": "TypeError", "no-cors": "opaque 0"}[mode]


@pytest.mark.usefixtures("refused_once")
@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_a_page_of_another_origin_asks_nothing(foreign: Page, service: Service, mode: str) -> None:
    outcome = foreign.evaluate(ASK, [service.url, {"mode": mode}])
    assert outcome == {"cors": "TypeError", "no-cors": "opaque 0"}[mode]


@pytest.mark.usefixtures("refused_once")
def test_a_form_of_another_origin_uploads_nothing(foreign: Page, service: Service) -> None:
    foreign.set_content(FORM.format(url=service.url))
    file = FilePayload(name="planted.md", mimeType="text/markdown", buffer=PLANTED.encode())
    foreign.locator("input[type=file]").set_input_files([file])
    foreign.get_by_role("button", name="Send").click()
    foreign.wait_for_url(f"{service.url}/v1/documents")
    expect(foreign.locator("body")).to_contain_text("origin_not_allowed")


@pytest.mark.usefixtures("refused_once")
def test_a_form_in_a_sandboxed_frame_uploads_nothing(foreign: Page, service: Service) -> None:
    """Its origin is `null`."""
    form = FORM.format(url=service.url).replace('"', "'")
    script = "<script>document.forms[0].submit()</script>"
    foreign.set_content(f'<iframe sandbox="allow-scripts allow-forms" srcdoc="{form}{script}"></iframe>')


def test_a_page_of_another_origin_deletes_nothing(foreign: Page, service: Service) -> None:
    """The browser asks first, and no header of the answer invites it."""
    script = "url => fetch(url, {method: 'DELETE'}).then(response => response.status, error => error.name)"
    assert foreign.evaluate(script, f"{service.url}/v1/documents/animals/moles.md") == "TypeError"


def test_a_page_of_another_origin_reads_nothing(foreign: Page, service: Service) -> None:
    script = "url => fetch(url).then(response => response.text(), error => error.name)"
    assert foreign.evaluate(script, f"{service.url}/v1/documents") == "TypeError"


@pytest.mark.parametrize("path", ["/", "/v1/documents"])
def test_a_name_that_was_rebound_to_this_machine_reads_nothing(browser: Chromium, service: Service, path: str) -> None:
    """Chromium is made to resolve the attacker's name to this machine, as after a rebinding."""
    port = urlsplit(service.url).port
    rebound = browser.another("--host-resolver-rules=MAP evil.example 127.0.0.1")
    try:
        page = rebound.new_page()
        response = page.goto(f"http://evil.example:{port}{path}")
        assert response is not None
        assert response.status == 421
        assert "host_not_allowed" in response.text()
        before = documents(service)
        assert page.evaluate(UPLOAD, ["", PLANTED, {}]) == "basic 421"
        assert documents(service) == before
    finally:
        rebound.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_services_own_page_uploads_and_asks(browser: Chromium, service: Service, upload: Upload, host: str) -> None:
    own = service.url.replace("127.0.0.1", host)
    upload("planted.md", PLANTED)  # Removed behind the test.
    with page_at(browser, own) as page:
        assert page.evaluate(UPLOAD, ["", PLANTED, {}]) == "basic 202"
        headers = {"Content-Type": "application/json"}
        assert page.evaluate(ASK, ["", {"headers": headers}]) == "basic 200"


def test_the_own_page_is_told_of_an_upload_that_is_too_large(visit: Visit) -> None:
    visit.expected_failures.add("/v1/documents")
    assert visit.page.evaluate(UPLOAD.replace("[text]", '["x".repeat(120_000_000)]'), ["", "", {}]) == "basic 413"
