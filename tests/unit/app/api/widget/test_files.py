"""The chat widget's session, what its token opens, and the files of the widget; through the whole application."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import httpx2
import pytest
from fastapi import FastAPI

from app.answer.generated.llm.protocol import Delta, Ended
from app.api import create_app
from app.api.widget.files import widget_files
from app.service.service import Service
from app.service.widget.tokens import issue_token
from core.errors import GenerationError, IndexFault
from core.recipe import Recipe
from core.types import Message
from testing.passages import run
from testing.services import open_service

PORTAL, DOCS, EVIL = "https://portal.example.com", "https://docs.example.org", "https://evil.example"
SITES = f"""
[widget]
greeting = "Ask me."
[widget.handover]
url = "mailto:help@example.com"
[widget.texts.de]
greeting = "Fragen Sie."
handover_label = "Zu einem Menschen"
[[sites]]
name = "portal"
key = "portal-7f3a"
origins = ["{PORTAL}"]
[sites.limits]
session = 3
[[sites]]
name = "docs"
key = "docs-12345"
origins = ["{DOCS}"]
[sites.limits]
new_sessions = 2
"""
QUESTION = {"messages": [{"role": "user", "content": "How many days of annual leave does every colleague have?"}]}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with open_service(tmp_path_factory.mktemp("widget"), refuse_below=0.0, more=SITES) as service:
        yield service


class Caller:
    """Sends requests to the application, as a page of an origin does."""

    def __init__(self, app: FastAPI, address: str) -> None:
        self._app = app
        self._address = address

    def __call__(
        self, method: str, path: str, *, origin: str | None = None, token: str | None = None, **more: Any
    ) -> httpx2.Response:
        headers = dict(more.pop("headers", {}))
        headers |= {} if origin is None else {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
        headers |= {} if token is None else {"Authorization": f"Bearer {token}"}

        async def send() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=self._app, client=(self._address, 5000))
            async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
                return await http.request(method, path, headers=headers, **more)

        return run(send())

    def session(self, key: str = "portal-7f3a", origin: str | None = PORTAL) -> httpx2.Response:
        return self("POST", "/v1/widget/session", origin=origin, json={"site_key": key})

    def token(self, key: str = "portal-7f3a", origin: str = PORTAL) -> str:
        answer = self.session(key, origin)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])


ADDRESSES = iter(f"203.0.113.{number}" for number in range(1, 255))


@pytest.fixture(scope="module")
def app(opened: Service) -> FastAPI:
    return create_app(opened)


@pytest.fixture
def call(app: FastAPI) -> Caller:
    """A caller with an address of its own, so that tests do not use up each other's limits."""
    return Caller(app, next(ADDRESSES))


def refused(answer: httpx2.Response, status: int, code: str, reader: str | None = None) -> str:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert answer.headers.get("access-control-allow-origin") == reader
    assert "content-security-policy" in answer.headers
    return str(answer.json()["error"]["message"])


# Sessions


def test_a_page_of_the_site_begins_a_session_and_may_read_it(call: Caller) -> None:
    answer = call.session()
    assert answer.status_code == 200
    assert set(answer.json()) == {"token", "expires_at"}
    assert abs(answer.json()["expires_at"] - time.time() - 1800) < 5
    assert answer.headers["access-control-allow-origin"] == PORTAL
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_an_unknown_key_and_another_origin_are_refused_with_one_error_each(call: Caller) -> None:
    refused(call.session("unknown-key"), 404, "unknown_site_key", PORTAL)
    refused(call.session("unknown-key", EVIL), 404, "unknown_site_key")
    refused(call.session("unknown-key", None), 404, "unknown_site_key")
    message = refused(call.session(origin=EVIL), 403, "origin_not_allowed")
    assert PORTAL not in message
    message = refused(call.session(origin=DOCS), 403, "origin_not_allowed", DOCS)
    assert PORTAL not in message
    assert "is missing or repeated" in refused(call.session(origin=None), 403, "origin_not_allowed")
    refused(call.session(origin="null"), 403, "origin_not_allowed")


@pytest.mark.parametrize(
    "key",
    ["", "short", "x" * 65, "x" * 1_000_000, "portal-7f3a\n", "portal\x00-7f3a", "päss-wörd", "\ud800", None, 5, []],
)
def test_what_is_no_key_is_a_bad_request_that_is_not_repeated(call: Caller, key: object) -> None:
    answer = call(
        "POST",
        "/v1/widget/session",
        origin=PORTAL,
        content=httpx2.Request("POST", "/", json={"site_key": key}).content
        if key != "\ud800"
        else b'{"site_key": "portal-\\ud800"}',
        headers={"Content-Type": "application/json"},
    )
    message = refused(answer, 400, "invalid_request", PORTAL)
    assert message.startswith("site_key: ")
    assert len(message) < 200


def test_a_session_is_for_post_alone(call: Caller) -> None:
    assert call("GET", "/v1/widget/session", origin=PORTAL).status_code == 405


def test_sessions_are_limited_by_address(call: Caller, opened: Service) -> None:
    for _ in range(2):
        call.token("docs-12345", DOCS)
    answer = call.session("docs-12345", DOCS)
    refused(answer, 429, "rate_limited", DOCS)
    assert answer.headers["retry-after"] == "30"
    assert answer.headers["access-control-expose-headers"] == "Retry-After, X-Request-Id"
    call.token()
    assert Caller(create_app(opened), "198.51.100.1").session("docs-12345", DOCS).status_code == 200


# Tokens


def test_a_token_may_ask_and_search_and_read_the_configuration(call: Caller) -> None:
    token = call.token()
    answers = [
        call("POST", "/v1/chat/completions", origin=PORTAL, token=token, json=QUESTION),
        call("POST", "/v1/chat/completions", origin=PORTAL, token=token, json={**QUESTION, "stream": True}),
        call("POST", "/v1/search", origin=PORTAL, token=token, json={"query": "leave"}),
        call("GET", "/v1/configuration", origin=PORTAL, token=token),
    ]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert answer.headers["access-control-allow-origin"] == PORTAL
        assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/documents"),
        ("GET", "/v1/documents/leave/annual.md"),
        ("POST", "/v1/documents"),
        ("DELETE", "/v1/documents/uploads/a.md"),
        ("POST", "/v1/ingest"),
        ("POST", "/v1/ground"),
        ("GET", "/v1/models"),
        ("GET", "/metrics"),
        ("GET", "/health"),
        ("GET", "/openapi.json"),
        ("GET", "/"),
        ("GET", "/nowhere"),
        ("POST", "/v1/search/"),
        ("HEAD", "/v1/configuration"),
    ],
)
def test_a_token_opens_nothing_else(call: Caller, method: str, path: str) -> None:
    answer = call(method, path, origin=PORTAL, token=call.token())
    assert answer.status_code == 403
    if method != "HEAD":
        assert answer.json()["error"]["code"] == "insufficient_scope"


@pytest.mark.parametrize("origin", [None, "null", EVIL, DOCS, f"{PORTAL}:8443"])
def test_a_token_is_refused_from_another_origin(call: Caller, origin: str | None) -> None:
    answer = call("POST", "/v1/search", origin=origin, token=call.token(), json={"query": "leave"})
    refused(answer, 401, "invalid_token", DOCS if origin == DOCS else None)
    assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_an_expired_and_a_forged_token_have_codes_of_their_own_that_the_page_may_read(
    call: Caller, opened: Service
) -> None:
    expired = issue_token("portal-7f3a", PORTAL, opened.sites.secret, time.time() - 2000).token
    forged = issue_token("portal-7f3a", PORTAL, "t" * 64, time.time()).token
    for token, code in ((expired, "session_expired"), (forged, "invalid_token"), ("gww_", "invalid_token")):
        for method, path in (("POST", "/v1/search"), ("GET", "/v1/configuration"), ("POST", "/v1/feedback")):
            message = refused(call(method, path, origin=PORTAL, token=token, json={}), 401, code, PORTAL)
            assert token == "gww_" or token not in message


def test_a_session_is_limited_and_says_when_to_ask_again(call: Caller) -> None:
    token = call.token()
    for _ in range(3):
        assert call("POST", "/v1/search", origin=PORTAL, token=token, json={"query": "leave"}).status_code == 200
    answer = call("POST", "/v1/chat/completions", origin=PORTAL, token=token, json={**QUESTION, "stream": True})
    refused(answer, 429, "rate_limited", PORTAL)
    assert answer.headers["retry-after"] == "20"
    assert call("GET", "/v1/configuration", origin=PORTAL, token=token).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "groundwork:brief"),
        ("model", "unknown"),
        ("temperature", 0),
        ("max_tokens", 1),
        ("max_completion_tokens", 1),
        ("top_k", 1),
    ],
)
def test_a_widget_asks_with_the_default_recipe_as_it_is(call: Caller, field: str, value: object) -> None:
    token, tuned = call.token(), {**QUESTION, field: value}
    answer = call("POST", "/v1/chat/completions", origin=PORTAL, token=token, json=tuned)
    assert field in refused(answer, 403, "insufficient_scope", PORTAL)
    named = {**QUESTION, "model": "groundwork", "temperature": None}
    assert call("POST", "/v1/chat/completions", origin=PORTAL, token=token, json=named).status_code == 200


def test_a_widget_searches_with_the_default_recipe(call: Caller) -> None:
    token, query = call.token(), {"query": "leave", "top_k": 3}
    answer = call("POST", "/v1/search", origin=PORTAL, token=token, json={**query, "model": "groundwork:brief"})
    refused(answer, 403, "insufficient_scope", PORTAL)
    answer = call("POST", "/v1/search", origin=PORTAL, token=token, json={**query, "model": "groundwork"})
    assert answer.status_code == 200


def test_errors_of_a_route_may_be_read_by_the_tokens_page(call: Caller) -> None:
    answer = call("POST", "/v1/chat/completions", origin=PORTAL, token=call.token(), json={"messages": []})
    refused(answer, 400, "invalid_request", PORTAL)


class FailingLLMClient:
    """A model whose server fails after the first sentence."""

    async def model(self) -> str:
        return "failing"

    def with_cache_salt(self, salt: Callable[[], str]) -> Self:
        """Share all prompts."""
        del salt
        return self

    async def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
        yield Delta("Every colleague has 27 days of annual leave. ")
        raise GenerationError("The model server http://10.0.0.7:8001/v1 did not answer.")


def test_a_visitor_reads_what_has_failed_and_not_where_it_runs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_service(tmp_path, refuse_below=0.0, llm=FailingLLMClient(), more=SITES) as service:
        call = Caller(create_app(service), "203.0.113.251")
        token = call.token()
        streamed = {**QUESTION, "stream": True}
        answers = [call("POST", "/v1/chat/completions", origin=PORTAL, token=token, json=streamed)]
        assert "10.0.0.7" in call("POST", "/v1/chat/completions", json=streamed).text

        def fail(_: object) -> None:
            raise IndexFault("The embedded index in /srv/index failed.")

        monkeypatch.setattr(service.library, "retriever", fail)
        answers.append(call("POST", "/v1/search", origin=PORTAL, token=token, json={"query": "leave"}))
        assert "/srv/index" in call("POST", "/v1/search", json={"query": "leave"}).text
    assert '"code":"model_unavailable"' in answers[0].text
    refused(answers[1], 503, "index_unavailable", PORTAL)
    for answer, secret in zip(answers, ("10.0.0.7", "/srv/index"), strict=True):
        assert secret not in answer.text
        assert caplog.text.count(secret) == 2


def test_a_body_over_the_limit_is_refused_for_a_widget_too(call: Caller) -> None:
    answer = call("POST", "/v1/search", origin=PORTAL, token=call.token(), content=b"x" * 8_000_001)
    refused(answer, 413, "too_large", PORTAL)


# Without a token


@pytest.mark.parametrize("authorization", [{}, {"Authorization": "Bearer sk-none"}])
def test_a_sites_page_without_a_token_is_refused_and_may_read_why(call: Caller, authorization: dict[str, str]) -> None:
    answer = call("POST", "/v1/search", origin=PORTAL, json={"query": "leave"}, headers=authorization)
    refused(answer, 403, "origin_not_allowed", PORTAL)


def test_a_sites_page_without_a_token_reads_no_answer(call: Caller) -> None:
    for path in ("/v1/configuration", "/v1/documents", "/v1/models", "/"):
        assert "access-control-allow-origin" not in call("GET", path, origin=PORTAL).headers


@pytest.mark.parametrize("authorization", [{}, {"Authorization": "Bearer sk-none"}])
def test_clients_that_are_no_pages_ask_as_before(call: Caller, authorization: dict[str, str]) -> None:
    for _ in range(70):
        assert call("POST", "/v1/search", json={"query": "leave"}, headers=authorization).status_code == 200
    assert call("GET", "/v1/documents", headers=authorization).status_code == 200


def test_the_services_own_page_asks_as_before(call: Caller) -> None:
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert call("POST", "/v1/search", json={"query": "leave"}, headers=own).status_code == 200


# Preflights


def preflight(call: Caller, path: str, origin: str) -> httpx2.Response:
    headers = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    return call("OPTIONS", path, origin=origin, headers=headers)


def test_a_preflight_of_a_site_is_answered_and_every_other_is_not(call: Caller) -> None:
    for origin in (PORTAL, DOCS):
        answer = preflight(call, "/v1/chat/completions", origin)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["access-control-allow-methods"] == "POST"
        assert "Origin" in answer.headers["vary"]
    for path, origin in (("/v1/chat/completions", EVIL), ("/v1/documents", PORTAL), ("/nowhere", PORTAL)):
        answer = preflight(call, path, origin)
        assert answer.status_code >= 400
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_without_a_site_there_is_neither_a_session_nor_cors(tmp_path: Path) -> None:
    with open_service(tmp_path) as service:
        call = Caller(create_app(service), "203.0.113.250")
        refused(call.session(), 404, "unknown_site_key")
        assert preflight(call, "/v1/widget/session", PORTAL).status_code == 405
        answer = call("GET", "/v1/configuration", origin=PORTAL)
        assert answer.status_code == 200
        assert "vary" not in answer.headers
        assert not (tmp_path / "data" / "widget-secret").exists()


# Configuration


def test_the_widget_reads_no_names_of_models_and_no_feature_that_it_may_not_use(call: Caller) -> None:
    found = call("GET", "/v1/configuration", origin=PORTAL, token=call.token()).json()
    assert (found["models"], found["embedder"], found["model"]["name"]) == (None, None, None)
    assert found["features"] == {
        "feedback": True,
        "uploads": False,
        "documents": False,
        "originals": False,
        "admin": False,
    }
    own = call("GET", "/v1/configuration").json()
    assert own["models"] == ["groundwork", "groundwork:brief"]
    assert own["embedder"]
    assert own["features"] == {"feedback": True, "uploads": True, "documents": True, "originals": True, "admin": True}
    assert own["widget"] == found["widget"]


def test_the_texts_are_in_the_language_asked_for(call: Caller) -> None:
    own = call("GET", "/v1/configuration").json()["widget"]
    assert own == {
        "title": "Team handbook",
        "greeting": "Ask me.",
        "launcher_label": None,
        "notice": None,
        "accent": "#2a5f4f",
        "scheme": "auto",
        "position": "end",
        "handover": {"label": None, "url": "mailto:help@example.com"},
    }
    german = call("GET", "/v1/configuration?language=de").json()["widget"]
    assert german == {
        **own,
        "greeting": "Fragen Sie.",
        "handover": {"label": "Zu einem Menschen", "url": "mailto:help@example.com"},
    }
    assert call("GET", "/v1/configuration?language=fr").json()["widget"] == own


@pytest.mark.parametrize("language", ["it", "", "DE", "de-AT", "de%00", "x" * 5000])
def test_another_language_is_a_bad_request(call: Caller, language: str) -> None:
    assert refused(call("GET", f"/v1/configuration?language={language}"), 400, "invalid_request").startswith("language")


# Files


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "loader.js").write_text("import('./assets/element-1a2b.js');" + " " * 1000, encoding="utf-8")
    for name in ("element-1a2b.js", "page-3c4d.css", "icon-5e6f.svg", "font-7a8b.woff2"):
        (tmp_path / "assets" / name).write_text("x", encoding="utf-8")
    for name in ("index.html", "icon.svg", "manifest.json"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    return tmp_path


@pytest.fixture
def files(opened: Service, built: Path) -> Caller:
    app = create_app(opened)
    app.router.routes[:] = [route for route in app.router.routes if getattr(route, "name", "") != "widget"]
    app.mount("/widget", widget_files(built), name="widget")
    return Caller(app, "203.0.113.251")


def test_the_loader_is_asked_for_again_and_the_assets_are_kept(files: Caller) -> None:
    loader = files("GET", "/widget/loader.js", origin=EVIL)
    assert (loader.status_code, loader.headers["cache-control"]) == (200, "no-cache")
    again = files("GET", "/widget/loader.js", origin=EVIL, headers={"If-None-Match": loader.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    asset = files("GET", "/widget/assets/element-1a2b.js", origin=EVIL)
    assert (asset.status_code, asset.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")


def test_every_page_may_load_the_files(files: Caller) -> None:
    for path in ("/widget/loader.js", "/widget/assets/element-1a2b.js", "/widget/assets/page-3c4d.css"):
        answer = files("GET", path, origin=EVIL)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("loader.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("assets/element-1a2b.js", "text/javascript; charset=utf-8"),
        ("assets/page-3c4d.css", "text/css; charset=utf-8"),
        ("assets/icon-5e6f.svg", "image/svg+xml"),
        ("assets/font-7a8b.woff2", "font/woff2"),
    ],
)
def test_files_have_their_content_type(files: Caller, path: str, kind: str) -> None:
    assert files("GET", f"/widget/{path}").headers["content-type"] == kind


def test_files_are_compressed_for_those_who_accept_it(files: Caller) -> None:
    small = files("GET", "/widget/loader.js", headers={"Accept-Encoding": "gzip"})
    plain = files("GET", "/widget/loader.js", headers={"Accept-Encoding": "identity"})
    assert (small.headers["content-encoding"], small.content) == ("gzip", plain.content)
    assert "content-encoding" not in plain.headers
    assert "Accept-Encoding" in small.headers["vary"]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/manifest.json",
        "/index.html",
        "/assets",
        "/assets/",
        "/assets/nowhere.js",
        "/assets/../manifest.json",
        "/assets/%2e%2e/manifest.json",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/%00",
        "/assets/" + "x" * 5000,
    ],
)
def test_nothing_else_of_the_folder_is_served(files: Caller, path: str) -> None:
    answer = files("GET", f"/widget{path}")
    assert answer.status_code in (404, 307)
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_files_are_for_reading(files: Caller) -> None:
    assert files("POST", "/widget/loader.js").status_code == 405
    assert files("HEAD", "/widget/loader.js").status_code == 200
