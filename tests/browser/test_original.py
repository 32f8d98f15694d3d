"""The file of a document, opened in the browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Frame, Page, expect

from testing.handbook import pdf_of
from tests.browser.chromium import Chromium
from tests.browser.service import Service, wait_until

SCRIPT = b"<script>document.title = 'hacked'; window.hacked = 1</script>\n<p>Two otters live below the old mill.</p>\n"
FILES = {
    "plan.pdf": pdf_of("The pond is cleaned in May.", "The moles are counted in June.", "The wall is mended in July."),
    "page.html": SCRIPT,
    "page.txt": SCRIPT,
}


@pytest.fixture
def address(service: Service) -> Iterator[str]:
    """Where the files are once they are read; they are deleted after the test."""
    files = [("files", (name, content)) for name, content in FILES.items()]
    job = service.client.post("/v1/documents", files=files).raise_for_status().json()["job_id"]
    wait_until(
        lambda: service.client.get(f"/v1/ingest/jobs/{job}").json()["status"] == "done", "the files are ingested"
    )
    yield f"{service.url}/v1/documents/uploads"
    for name in FILES:
        service.delete(f"uploads/{name}")


@pytest.fixture
def page(browser: Chromium) -> Iterator[Page]:
    """A tab of its own: the requests of the browser's viewer of PDFs are none of the service's page."""
    with browser.new_context() as context:
        yield context.new_page()


def viewer_in(page: Page) -> Frame:
    """Return the browser's viewer, an extension in a frame of its own, once it is there."""
    for _ in range(200):
        for frame in page.frames:
            if frame.url.startswith("chrome-extension:"):
                return frame
        page.wait_for_timeout(50)
    raise AssertionError("the browser shows no viewer")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_pdf_opens_at_the_page_that_its_address_names(page: Page, address: str, number: int) -> None:
    page.goto(f"{address}/plan.pdf/original#page={number}")
    assert page.evaluate("document.contentType") == "application/pdf"
    expect(viewer_in(page).locator("viewer-page-selector input")).to_have_value(str(number))


def test_a_text_is_shown_and_a_script_in_it_does_not_run(page: Page, address: str) -> None:
    page.goto(f"{address}/page.txt/original")
    expect(page.locator("pre")).to_contain_text("<script>")
    assert page.evaluate("[document.title, window.hacked ?? null]") == ["", None]


def test_a_web_page_is_saved_and_not_shown(page: Page, service: Service, address: str) -> None:
    page.goto(service.url)
    with page.expect_download() as download:
        page.evaluate("address => { location.href = address; }", f"{address}/page.html/original")
    assert download.value.suggested_filename == "page.html"
    assert page.evaluate("window.hacked ?? null") is None
