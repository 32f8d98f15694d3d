"""The chat widget's sessions at a real service: over sockets, behind a proxy, with a restart and two replicas."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from testing.handbook import write_domain
from testing.processes import Serving, environment, groundwork, serving

PORTAL = "https://portal.example.com"
SITES = f"""
[[sites]]
name = "portal"
key = "portal-7f3a"
origins = ["{PORTAL}"]
[sites.limits]
new_sessions = 1
"""


def domain(folder: Path) -> Path:
    return write_domain(folder / "team", refuse_below=0.0, more=SITES)


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory, embedding_url: str) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("direct")
    env = environment(
        folder / "data",
        domain(folder),
        EMBEDDING_BASE_URL=embedding_url,
        EMBEDDING_MODEL="hash",
        FORWARDED_ALLOW_IPS="*",
    )
    with serving(env, folder / "log") as running:
        yield running


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory, embedding_url: str) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("proxied")
    env = environment(
        folder / "data",
        domain(folder),
        EMBEDDING_BASE_URL=embedding_url,
        EMBEDDING_MODEL="hash",
        GROUNDWORK_AUTH="open-to-all",
        GROUNDWORK_TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8",
        GROUNDWORK_WIDGET_SECRET="s" * 64,
    )
    with serving(env, folder / "log") as running:
        yield running


def begin(service: Serving, forwarded: str | None = None) -> httpx2.Response:
    headers = {"Origin": PORTAL, **({} if forwarded is None else {"X-Forwarded-For": forwarded})}
    with service.client() as http:
        return http.post("/v1/widget/session", json={"site_key": "portal-7f3a"}, headers=headers)


def configuration(service: Serving, token: str) -> int:
    with service.client() as http:
        headers = {"Origin": PORTAL, "Authorization": f"Bearer {token}"}
        return http.get("/v1/configuration", headers=headers).status_code


def test_a_visitor_cannot_choose_an_address(direct: Serving) -> None:
    assert begin(direct, "203.0.113.1").status_code == 200
    answer = begin(direct, "203.0.113.2")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limited")
    assert re.fullmatch(r"[1-9][0-9]*", answer.headers["retry-after"])
    assert answer.headers["access-control-allow-origin"] == PORTAL
    assert "site portal: the limit 'new_sessions' of 1 a minute was reached by 127.0.0.1" in direct.log.read_text(
        "utf-8"
    )


def test_behind_a_trusted_proxy_the_last_address_that_is_no_proxy_counts(proxied: Serving) -> None:
    assert begin(proxied, "203.0.113.1").status_code == 200
    assert begin(proxied, "203.0.113.1").status_code == 429
    assert begin(proxied, "203.0.113.9, 203.0.113.1, 10.0.0.7").status_code == 429
    assert begin(proxied, "203.0.113.1, 203.0.113.2").status_code == 200


def test_the_start_names_the_site_and_what_it_lacks(direct: Serving, proxied: Serving) -> None:
    lines = direct.log.read_text("utf-8").splitlines()
    assert lines[0].startswith("Groundwork is at http://")
    assert f"Widget: the site portal (portal-7f3a) may be used by {PORTAL}." in lines
    said = "\n".join(lines)
    for name in ("GROUNDWORK_ALLOWED_HOSTS", "GROUNDWORK_TRUSTED_PROXIES", "GROUNDWORK_WIDGET_SECRET"):
        assert f"{name}" in said
    said = proxied.log.read_text("utf-8")
    assert "GROUNDWORK_TRUSTED_PROXIES" not in said
    assert "GROUNDWORK_WIDGET_SECRET" not in said
    assert "s" * 64 not in said


def test_a_session_survives_a_restart_and_is_of_no_use_elsewhere(tmp_path: Path, embedding_url: str) -> None:
    env = environment(tmp_path / "data", domain(tmp_path), EMBEDDING_BASE_URL=embedding_url, EMBEDDING_MODEL="hash")
    with serving(env, tmp_path / "log") as service:
        token = begin(service).json()["token"]
        assert configuration(service, token) == 200
    secret = tmp_path / "data" / "widget-secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    with serving(env, tmp_path / "log") as service:
        assert configuration(service, token) == 200
        with service.client() as http:
            for path in ("/", "/v1/configuration", "/metrics", "/openapi.json"):
                assert secret.read_text("ascii").strip() not in http.get(path).text
    assert token not in (tmp_path / "log").read_text("utf-8")


def test_a_token_of_one_service_is_refused_by_another(direct: Serving, proxied: Serving) -> None:
    token = begin(proxied, "203.0.113.77").json()["token"]
    assert (configuration(proxied, token), configuration(direct, token)) == (200, 401)


def test_a_wrong_setting_ends_the_start_in_one_line(tmp_path: Path) -> None:
    for name, value in (("GROUNDWORK_WIDGET_SECRET", "short"), ("GROUNDWORK_TRUSTED_PROXIES", "proxy.internal")):
        done = groundwork("serve", env=environment(tmp_path / "data", domain(tmp_path), **{name: value}))
        assert done.code == 2
        assert done.err.startswith(f"groundwork: {name} ")
        assert len(done.err.splitlines()) == 1
