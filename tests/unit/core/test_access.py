"""Who may use the service: the modes, and the combinations that are refused because they are unsafe."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from core.access import AccessSettings, is_loopback
from core.errors import ConfigurationError
from core.settings import Settings, read_settings

OIDC = {
    "GROUNDWORK_AUTH": "oidc",
    "GROUNDWORK_OIDC_ISSUER": "https://login.example.com/realms/company",
    "GROUNDWORK_OIDC_AUDIENCE": "groundwork",
}


def refused(environment: Mapping[str, str]) -> str:
    """The message with which the settings are refused, when they are read or when the service is to listen."""
    with pytest.raises(ConfigurationError) as caught:
        read_settings(environment).check_exposure()
    return str(caught.value)


def accepted(environment: Mapping[str, str]) -> AccessSettings:
    settings = read_settings(environment)
    settings.check_exposure()
    return settings.access


def test_without_a_setting_the_service_is_open_to_this_machine() -> None:
    access = accepted({})
    assert (access.mode, access.is_open) == ("open", True)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "server.internal", "localhost.example.com"])
def test_an_open_service_listens_on_this_machine_only(host: str) -> None:
    message = refused({"GROUNDWORK_HOST": host})
    assert f"'{host}'" in message
    assert all(fix in message for fix in ("keys", "oidc", "proxy", "open-to-all", "GROUNDWORK_HOST=127.0.0.1"))
    for mode in ("keys", "open-to-all"):
        assert accepted({"GROUNDWORK_HOST": host, "GROUNDWORK_AUTH": mode}).mode == mode


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost", "LOCALHOST"])
def test_loopback_is_this_machine(host: str) -> None:
    assert is_loopback(host)
    accepted({"GROUNDWORK_HOST": host})


@pytest.mark.parametrize(
    ("name", "value"), [("GROUNDWORK_ALLOWED_HOSTS", "chat.example.com"), ("GROUNDWORK_TRUSTED_PROXIES", "127.0.0.1")]
)
def test_an_open_service_is_behind_no_proxy(name: str, value: str) -> None:
    assert name in refused({name: value})
    accepted({name: value, "GROUNDWORK_AUTH": "open-to-all"})


def test_an_option_of_the_command_is_checked_like_the_setting() -> None:
    with pytest.raises(ConfigurationError, match=r"0\.0\.0\.0"):
        Settings(data_dir=Path("/data"), domain_dir=Path("/domain"), host="0.0.0.0").check_exposure()


@pytest.mark.parametrize("mode", ["Open", "none", "off", "key", "keys,oidc"])
def test_an_unknown_mode_is_refused(mode: str) -> None:
    message = refused({"GROUNDWORK_AUTH": mode})
    assert f"'{mode}'" in message
    assert "open, open-to-all, keys, oidc, proxy" in message


def test_a_proxy_needs_its_address() -> None:
    assert "GROUNDWORK_TRUSTED_PROXIES is not set" in refused({"GROUNDWORK_AUTH": "proxy"})
    for everywhere in ("0.0.0.0/0", "::/0", "10.0.0.1, 0.0.0.0/0"):
        assert "every address" in refused({"GROUNDWORK_AUTH": "proxy", "GROUNDWORK_TRUSTED_PROXIES": everywhere})
    accepted({"GROUNDWORK_AUTH": "proxy", "GROUNDWORK_TRUSTED_PROXIES": "10.0.0.5, 172.18.0.0/16"})


@pytest.mark.parametrize("name", ["GROUNDWORK_PROXY_USER_HEADER", "GROUNDWORK_PROXY_GROUPS_HEADER"])
@pytest.mark.parametrize("value", ["X User", "X-User:", "x_user", "Ä"])
def test_a_name_that_no_header_has_is_refused(name: str, value: str) -> None:
    assert f"{name} is '{value}'" in refused({name: value})


def test_the_headers_of_a_proxy_are_known_in_lower_case() -> None:
    access = accepted({"GROUNDWORK_PROXY_USER_HEADER": "X-Auth-Request-User"})
    assert (access.user_header, access.groups_header) == ("x-auth-request-user", "x-forwarded-groups")


@pytest.mark.parametrize("name", ["GROUNDWORK_OIDC_ISSUER", "GROUNDWORK_OIDC_AUDIENCE"])
def test_a_provider_needs_issuer_and_audience(name: str) -> None:
    assert f"{name} is not set" in refused({key: value for key, value in OIDC.items() if key != name})


@pytest.mark.parametrize(
    "issuer",
    [
        "http://login.example.com",
        "login.example.com",
        "https://",
        "https://a.example?x=1",
        "https://u:p@a.example",
        "x",
    ],
)
def test_an_issuer_that_anybody_on_the_way_could_be_is_refused(issuer: str) -> None:
    assert "GROUNDWORK_OIDC_ISSUER" in refused({**OIDC, "GROUNDWORK_OIDC_ISSUER": issuer})


def test_a_provider_of_this_machine_needs_no_https() -> None:
    access = accepted({**OIDC, "GROUNDWORK_OIDC_ISSUER": "http://localhost:8080/"})
    assert access.oidc is not None
    assert access.oidc.issuer == "http://localhost:8080/"


def test_the_page_needs_its_address_to_be_sent_back_to() -> None:
    with_client = {**OIDC, "GROUNDWORK_OIDC_CLIENT_ID": "groundwork"}
    assert "GROUNDWORK_PUBLIC_URL" in refused(with_client)
    access = accepted({**with_client, "GROUNDWORK_PUBLIC_URL": "https://Chat.example.com:443/"})
    assert (access.public_url, access.public_host) == ("https://chat.example.com", "chat.example.com")


@pytest.mark.parametrize(
    "url", ["http://chat.example.com", "chat.example.com", "https://chat.example.com/path", "ftp://a"]
)
def test_a_public_url_is_an_origin_with_https(url: str) -> None:
    assert f"'{url}'" in refused({"GROUNDWORK_PUBLIC_URL": url})


def test_a_secret_without_a_client_is_refused_and_not_shown() -> None:
    message = refused({**OIDC, "GROUNDWORK_OIDC_CLIENT_SECRET": "hush"})
    assert "GROUNDWORK_OIDC_CLIENT_ID" in message
    assert "hush" not in message


@pytest.mark.parametrize("algorithms", ["HS256", "none", "RS256,HS512", "rs256", ","])
def test_only_signatures_with_a_key_pair_are_accepted(algorithms: str) -> None:
    assert "GROUNDWORK_OIDC_ALGORITHMS" in refused({**OIDC, "GROUNDWORK_OIDC_ALGORITHMS": algorithms})


def test_the_scopes_of_a_sign_in_have_openid() -> None:
    assert "openid" in refused({**OIDC, "GROUNDWORK_OIDC_SCOPES": "profile"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GROUNDWORK_OIDC_ISSUER", "https://login.example.com"),
        ("GROUNDWORK_ADMIN_GROUPS", "it"),
        ("GROUNDWORK_INGEST_GROUPS", "docs"),
        ("GROUNDWORK_ASK_GROUPS", "staff"),
    ],
)
@pytest.mark.parametrize("mode", ["open", "open-to-all"])
def test_a_setting_that_would_protect_nothing_is_refused(name: str, value: str, mode: str) -> None:
    message = refused({"GROUNDWORK_AUTH": mode, name: value})
    assert f"{name} is set, but GROUNDWORK_AUTH is '{mode}'" in message


def test_groups_are_names_whose_case_matters() -> None:
    access = accepted(
        {"GROUNDWORK_AUTH": "proxy", "GROUNDWORK_TRUSTED_PROXIES": "::1", "GROUNDWORK_ADMIN_GROUPS": " IT , ops team,"}
    )
    assert access.admin_groups == {"IT", "ops team"}


@pytest.mark.parametrize("name", ["GROUNDWORK_CALLER_LIMIT", "GROUNDWORK_ADDRESS_LIMIT"])
@pytest.mark.parametrize("value", ["-1", "many", "1.5", "1000001", "²"])
def test_a_limit_is_a_number_of_requests(name: str, value: str) -> None:
    assert f"{name} is '{value}'" in refused({name: value})


def test_the_url_of_redis_is_one_and_its_password_is_not_shown() -> None:
    message = refused({"REDIS_URL": "http://:hush@localhost"})
    assert "'http:'" in message
    assert "hush" not in message
    assert accepted({"REDIS_URL": "rediss://:hush@localhost/0"}).redis_url == "rediss://:hush@localhost/0"


def test_an_open_service_with_a_public_address_is_refused() -> None:
    assert "GROUNDWORK_PUBLIC_URL is 'https://chat.example.com'" in refused(
        {"GROUNDWORK_PUBLIC_URL": "https://chat.example.com"}
    )
    accepted({"GROUNDWORK_PUBLIC_URL": "http://localhost:8000"})
    accepted({"GROUNDWORK_AUTH": "open-to-all", "GROUNDWORK_PUBLIC_URL": "https://chat.example.com"})


@pytest.mark.parametrize("name", ["GROUNDWORK_ASK_GROUPS", "GROUNDWORK_INGEST_GROUPS", "GROUNDWORK_ADMIN_GROUPS"])
def test_a_list_of_groups_without_a_group_does_not_mean_everybody(name: str) -> None:
    assert f"{name} is ', ,', which names no group" in refused({**OIDC, name: ", ,"})
