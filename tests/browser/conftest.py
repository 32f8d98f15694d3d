"""One browser, one ingested garden, a service without a model and one with a scripted model.

The fixtures end with this folder's tests: Playwright keeps an event loop running, so that no test elsewhere could
start its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from testing.components import report_missing
from testing.model_server import ModelServer, running_model_server
from tests.browser.chromium import Chromium
from tests.browser.garden import make_garden
from tests.browser.service import Library, Service, ingest, running_service, wait_until
from tests.browser.site import PLAIN_STYLE, Site, SiteVisit, running_site, with_sites
from tests.browser.states import SITE, SITE_KEY, Services, Stage
from tests.browser.visit import Visit

EXECUTABLE = Path("/usr/bin/chromium")
MISSING_BROWSER = f"The browser tests need {EXECUTABLE}. Install it: apt-get install chromium"
WIDE, NARROW = 1280, 360
_TIMEOUT_MILLISECONDS = 20_000
Open: TypeAlias = Callable[..., Visit]
Upload: TypeAlias = Callable[[str, str], str]
VisitSite: TypeAlias = Callable[..., SiteVisit]


@pytest.fixture(scope="package")
def browser() -> Iterator[Chromium]:
    """Debian's Chromium. Without it the tests are skipped, but never in CI."""
    if not EXECUTABLE.exists():
        report_missing(MISSING_BROWSER)
    expect.set_options(timeout=_TIMEOUT_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = Chromium(playwright, EXECUTABLE)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def library(browser: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The garden, ingested; it depends on the browser, so that nothing is ingested without one."""
    folder = tmp_path_factory.mktemp("garden")
    return ingest(make_garden(folder / "domain"), folder / "data")


@pytest.fixture(scope="package")
def start_service(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Service]]:
    """Start services, each on its own copy of the garden's index; all end with the package."""
    with ExitStack() as services:

        def start(model_url: str | None = None) -> Service:
            folder = tmp_path_factory.mktemp("service")
            model = {"LLM_BASE_URL": model_url} if model_url else {}
            return services.enter_context(running_service(library.copy_to(folder), folder / "log", **model))

        yield start


@pytest.fixture(scope="package")
def model_server() -> Iterator[ModelServer]:
    """A scripted model server, which answers what a test sets."""
    with running_model_server() as server:
        yield server


@pytest.fixture
def model(model_server: ModelServer) -> ModelServer:
    """The model server, reset after the previous test."""
    model_server.reset()
    return model_server


@pytest.fixture(scope="package")
def both_services(start_service: Callable[..., Service], model_server: ModelServer) -> tuple[Service, Service]:
    """A service without a model and one with; they start at the same time."""
    both = start_service(), start_service(model_server.url)
    for started in both:
        started.wait_until_ready()
    return both


@pytest.fixture
def service(both_services: tuple[Service, Service]) -> Service:
    """The service without a model: every answer is extractive."""
    return both_services[0]


@pytest.fixture
def generating_service(both_services: tuple[Service, Service]) -> Service:
    """The service whose answers are written by the scripted model."""
    return both_services[1]


@pytest.fixture(scope="package")
def withholding_service(
    library: Library, model_server: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service that withholds what the documents do not support, and has one site, `SITE`."""
    folder = tmp_path_factory.mktemp("withholding")
    moved = library.with_settings(
        folder / "domain",
        'grounding = "withhold"',
        "[[sites]]",
        f'name = "garden"\nkey = "{SITE_KEY}"\norigins = ["{SITE}"]',
        "[sites.limits]\nsession = 1",
    ).copy_to(folder)
    with running_service(moved, folder / "log", LLM_BASE_URL=model_server.url) as service:
        service.wait_until_ready()
        yield service


@pytest.fixture(scope="package")
def empty_service(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service into which nothing was ingested."""
    folder = tmp_path_factory.mktemp("empty")
    with running_service(Library(library.domain, folder / "data"), folder / "log") as service:
        wait_until(lambda: service.client.get("/v1/documents").status_code == 200, "the index is open")
        yield service


@pytest.fixture
def upload(service: Service) -> Iterator[Upload]:
    """Add documents to the service without a model; they are deleted after the test."""
    with ExitStack() as uploads:

        def add(name: str, text: str) -> str:
            document_id = service.upload(name, text)
            uploads.callback(service.delete, document_id)
            return document_id

        yield add


@pytest.fixture
def tab(browser: Chromium) -> Iterator[Open]:
    """Open tabs on a service. An unexpected error in a tab fails the test at its end."""
    with ExitStack() as tabs:

        def new(service: Service, *, width: int = WIDE, height: int = 800, **context: Any) -> Visit:
            viewport = ViewportSize(width=width, height=height)
            options = {"viewport": viewport, "reduced_motion": "reduce", **context}
            return tabs.enter_context(_tab(browser, service.url, options))

        yield new


def _end_routes(page: Page) -> None:
    """Let no request that a test answers be under way when its tab closes: the next test would fail by it."""
    if not page.is_closed():
        page.unroute_all(behavior="ignoreErrors")


@contextmanager
def _tab(browser: Chromium, url: str, options: dict[str, Any]) -> Iterator[Visit]:
    context = browser.new_context(**options)
    context.set_default_timeout(_TIMEOUT_MILLISECONDS)
    visit = Visit(context.new_page(), url)
    yield visit
    _end_routes(visit.page)
    context.close()
    assert visit.faults() == []


@pytest.fixture
def stage_of(
    tab: Open,
    service: Service,
    generating_service: Service,
    withholding_service: Service,
    empty_service: Service,
    model: ModelServer,
) -> Callable[..., Stage]:
    """Prepare what the states of the gallery are made with, in tabs with these options."""
    services = Services(service, generating_service, withholding_service, empty_service)
    return lambda **options: Stage(lambda at: tab(at, **options), services, model)


@pytest.fixture
def stage(stage_of: Callable[..., Stage]) -> Stage:
    """What the states of the gallery are made with, in a wide light window."""
    return stage_of()


@pytest.fixture
def visit(tab: Open, service: Service) -> Visit:
    """The page of the service without a model, loaded."""
    opened: Visit = tab(service)
    opened.open_ready()
    return opened


@pytest.fixture
def generated_visit(tab: Open, generating_service: Service, model: ModelServer) -> Visit:
    """The page of the service with a model, loaded."""
    opened: Visit = tab(generating_service)
    opened.open_ready()
    return opened


@pytest.fixture(scope="package")
def portal(browser: Chromium) -> Iterator[Site]:
    """The web server of a site; it depends on the browser, so that nothing is started without one."""
    with running_site() as site:
        yield site


@pytest.fixture(scope="package")
def portal_service(
    library: Library, portal: Site, model_server: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The service whose chat widget the pages of the portal embed, with the scripted model."""
    folder = tmp_path_factory.mktemp("portal")
    moved = with_sites(library, portal.url, folder)
    with running_service(moved, folder / "log", LLM_BASE_URL=model_server.url) as service:
        service.wait_until_ready()
        wait_until(service.model_is_reachable, "the model is reachable")
        yield service


@pytest.fixture
def visit_site(browser: Chromium, portal: Site, portal_service: Service, model: ModelServer) -> Iterator[VisitSite]:
    """Open tabs of visitors of the portal. An unexpected error in a tab fails the test at its end."""
    portal.pages.clear()
    portal.style = PLAIN_STYLE
    with ExitStack() as tabs:

        def new(*, width: int = WIDE, height: int = 800, **options: Any) -> SiteVisit:
            return tabs.enter_context(_site_tab(browser, portal, portal_service.url, width, height, options))

        yield new


@contextmanager
def _site_tab(
    browser: Chromium, site: Site, service: str, width: int, height: int, options: dict[str, Any]
) -> Iterator[SiteVisit]:
    size = ViewportSize(width=width, height=height)
    context = browser.new_context(viewport=size, reduced_motion="reduce", **options)
    context.set_default_timeout(_TIMEOUT_MILLISECONDS)
    visit = SiteVisit(context.new_page(), site, service)
    yield visit
    faults = visit.faults()
    _end_routes(visit.page)
    context.close()
    assert faults == []


@pytest.fixture
def visitor(visit_site: VisitSite) -> SiteVisit:
    """A visitor with a wide window."""
    opened: SiteVisit = visit_site()
    return opened
