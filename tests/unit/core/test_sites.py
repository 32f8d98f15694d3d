"""The tables [[sites]] of domain.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.sites import Site, SiteLimits
from testing.builders import domain_with

KEY = "portal-7f3a"


def site(key: str = KEY, name: str = "portal", **more: str) -> str:
    lines = {"name": f'"{name}"', "key": f'"{key}"', **more}
    return "[[sites]]\n" + "".join(f"{name} = {value}\n" for name, value in lines.items())


def error_of(folder: Path, toml: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        domain_with(folder, toml)
    return str(caught.value)


def test_without_a_table_there_is_no_site(tmp_path: Path) -> None:
    assert domain_with(tmp_path, "").sites == ()


def test_a_site_has_limits_and_no_origin_where_it_says_nothing_else(tmp_path: Path) -> None:
    assert domain_with(tmp_path, site()).sites == (Site("portal", KEY, (), SiteLimits(20, 60, 20)),)


def test_origins_are_kept_as_browsers_write_them(tmp_path: Path) -> None:
    origins = '["https://WWW.example.com:443/", "http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]"]'
    (found,) = domain_with(tmp_path, site(origins=origins)).sites
    assert found.origins == (
        "https://www.example.com",
        "http://localhost:3000",
        "http://127.0.0.1:8080",
        "http://[::1]",
    )


def test_the_services_own_pages_are_an_origin(tmp_path: Path) -> None:
    (found,) = domain_with(tmp_path, site(origins='["self"]')).sites
    assert found.origins == ("self",)


def test_limits_belong_to_their_site(tmp_path: Path) -> None:
    toml = site() + "[sites.limits]\nsession = 3\n" + site("docs-12345", "docs") + "[sites.limits]\nnew_sessions = 4\n"
    portal, docs = domain_with(tmp_path, toml).sites
    assert (portal.limits, docs.limits) == (SiteLimits(session=3), SiteLimits(new_sessions=4))


@pytest.mark.parametrize("origin", ["http://www.example.com", "http://localhost.example.com", "http://10.0.0.7"])
def test_an_origin_without_https_is_refused(tmp_path: Path, origin: str) -> None:
    message = error_of(tmp_path, site(origins=f'["{origin}"]'))
    assert f"'{origin}'" in message
    assert "https" in message


@pytest.mark.parametrize(
    "origin", ["*", "null", "", "https://*.example.com", "https://example.com/help", "www.example.com", "https://a b"]
)
def test_what_is_no_origin_is_refused_and_shown(tmp_path: Path, origin: str) -> None:
    message = error_of(tmp_path, site(origins=f'["{origin}"]'))
    assert f"'{origin}'" in message
    assert "https://www.example.com" in message


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "with space", "portal-7f3a\\n", "päss-wörd", 'a\\"b-123456'])
def test_a_key_is_8_to_64_letters_digits_and_dashes(tmp_path: Path, key: str) -> None:
    message = error_of(tmp_path, site(key))
    assert "sites[1].key is" in message
    assert "8 to 64 letters" in message


def test_two_sites_have_neither_one_key_nor_one_name(tmp_path: Path) -> None:
    assert f"two [[sites]] have the key '{KEY}'" in error_of(tmp_path, site() + site(name="docs"))
    assert "two [[sites]] have the name 'portal'" in error_of(tmp_path, site() + site("docs-12345"))


def test_two_sites_may_have_one_origin(tmp_path: Path) -> None:
    origins = '["https://www.example.com"]'
    assert len(domain_with(tmp_path, site(origins=origins) + site("docs-12345", "docs", origins=origins)).sites) == 2


@pytest.mark.parametrize("value", ["0", "-1", "10001", "1.5", "true", '"5"', "inf"])
def test_a_limit_is_a_whole_number_from_1_to_10000(tmp_path: Path, value: str) -> None:
    message = error_of(tmp_path, site() + f"[sites.limits]\nsession = {value}\n")
    assert "sites[1].limits.session is" in message
    assert "a whole number from 1 to 10000" in message


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[[sites]]\nkey = "portal-7f3a"\n', "the key 'name' is missing or empty in sites[1]"),
        ('[[sites]]\nname = "portal"\n', "the key 'key' is missing or empty in sites[1]"),
        (site(secret='"x"'), "unknown key 'secret' in sites[1]. Known keys: name, key, origins, limits."),
        (site(name="a b"), "sites[1].name is 'a b'"),
        (site(origins='"https://www.example.com"'), "'sites[1].origins' is 'https://www.example.com', a string"),
        (site(origins="[5]"), "'sites[1].origins' holds 5"),
        ("[sites]\n", "'sites' is {}, a table"),
    ],
)
def test_the_error_of_a_wrong_line_names_the_key_and_the_fix(tmp_path: Path, toml: str, said: str) -> None:
    assert said in error_of(tmp_path, toml)
