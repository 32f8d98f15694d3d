"""Which hosts the service answers for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers

from app.api.guards.hosts import Host, check_host, parse_host
from core.errors import Misdirected, RequestError
from core.settings import Settings

NOWHERE = Path("/nowhere")


def check(*hosts: str, http_version: str = "1.1", **settings: Any) -> None:
    headers = Headers(raw=[(b"host", host.encode("latin-1")) for host in hosts])
    check_host(headers, http_version, Settings(data_dir=NOWHERE, domain_dir=NOWHERE, **settings))


def refusal(*hosts: str, **settings: Any) -> RequestError:
    with pytest.raises(RequestError) as caught:
        check(*hosts, **settings)
    return caught.value


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8000",
        "LOCALHOST:9000",
        "localhost.",
        "app.localhost:8000",
        "127.0.0.1:8000",
        "[::1]:8000",
        "[::1]",
    ],
)
@pytest.mark.parametrize("listening", ["127.0.0.1", "0.0.0.0", "::"])
def test_this_machine_is_accepted_at_any_port(host: str, listening: str) -> None:
    check(host, host=listening)


@pytest.mark.parametrize("host", ["10.1.2.3:8000", "192.168.1.20", "[fd00::17]:8000", "0.0.0.0:8000"])
def test_an_ip_address_is_accepted_because_rebinding_needs_a_name(host: str) -> None:
    check(host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8000",
        "notlocalhost",
        "server",
        "1.2.3.4.5",
        "300.1.1.1",
    ],
)
def test_any_other_name_is_refused_with_the_setting_that_allows_it(host: str) -> None:
    error = refusal(host, host="0.0.0.0")
    assert isinstance(error, Misdirected)
    assert (error.status, error.code) == (421, "host_not_allowed")
    assert f"'{host.split(':')[0]}'" in str(error)
    assert "GROUNDWORK_ALLOWED_HOSTS" in str(error)


def test_the_name_to_listen_on_is_accepted() -> None:
    check("Server.Internal:8000", host="server.internal")
    refusal("other.internal:8000", host="server.internal")


def test_a_listed_name_is_accepted_and_only_that() -> None:
    hosts = ("groundwork.example.com",)
    check("groundwork.example.com", allowed_hosts=hosts)
    check("Groundwork.Example.com.:8443", allowed_hosts=hosts)
    refusal("example.com", allowed_hosts=hosts)
    refusal("a.groundwork.example.com", allowed_hosts=hosts)


def test_a_wildcard_means_every_name_below_and_not_the_name_itself() -> None:
    hosts = ("*.example.com",)
    check("a.example.com", allowed_hosts=hosts)
    check("a.b.example.com:80", allowed_hosts=hosts)
    refusal("example.com", allowed_hosts=hosts)
    refusal("evilexample.com", allowed_hosts=hosts)
    refusal("a.example.com.evil.example", allowed_hosts=hosts)


def test_a_star_switches_the_check_off() -> None:
    check("evil.example", allowed_hosts=("*",))
    check(allowed_hosts=("*",))


@pytest.mark.parametrize(
    "host",
    [
        "",
        " ",
        "a b",
        "localhost:",
        "localhost:x",
        "localhost:123456",
        "[::1",
        "::1",
        "http://localhost",
        "user@localhost",
        "localhost/",
        "localhost\x00",
        "l\xf6calhost",
        "localhost,evil.example",
        "[evil]",
    ],
)
def test_what_is_no_host_is_a_bad_request(host: str) -> None:
    error = refusal(host)
    assert (error.status, error.code) == (400, "invalid_host")


def test_two_hosts_are_a_bad_request() -> None:
    assert refusal("localhost", "evil.example").code == "invalid_host"


def test_only_http_1_0_may_come_without_a_host() -> None:
    check(http_version="1.0")
    assert refusal().code == "invalid_host"


def test_a_message_shows_neither_control_characters_nor_a_whole_flood() -> None:
    error = str(refusal("\x1b[31m" + "x" * 10_000))
    assert "\x1b" not in error
    assert len(error) < 400


def test_a_host_is_read_without_brackets_and_in_lower_case() -> None:
    assert parse_host("[2001:DB8::1]:80") == Host("2001:db8::1", 80)
    assert parse_host("EXAMPLE.com.") == Host("example.com", None)
