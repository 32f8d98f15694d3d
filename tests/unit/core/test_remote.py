"""The service elsewhere: its address and the key for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.remote import Remote, read_remote


def test_an_address_and_a_key_are_read() -> None:
    environment = {"GROUNDWORK_URL": " https://groundwork.example.com/ ", "GROUNDWORK_API_KEY": "gwk_0"}
    assert read_remote(environment) == Remote("https://groundwork.example.com", "gwk_0")
    assert read_remote({"GROUNDWORK_URL": "http://[::1]:8000/docs"}) == Remote("http://[::1]:8000/docs", None)


def test_the_key_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("gwk_0\n")
    environment = {"GROUNDWORK_URL": "http://a", "GROUNDWORK_API_KEY_FILE": str(file)}
    assert read_remote(environment) == Remote("http://a", "gwk_0")
    assert read_remote({**environment, "GROUNDWORK_API_KEY": ""}) == Remote("http://a", "gwk_0")
    with pytest.raises(ConfigurationError, match="are both set"):
        read_remote({**environment, "GROUNDWORK_API_KEY": "gwk_1"})


def test_without_an_address_the_service_is_here() -> None:
    assert read_remote({}) is None
    assert read_remote({"GROUNDWORK_URL": " "}) is None


@pytest.mark.parametrize(
    "url",
    [
        "groundwork.example.com",
        "ftp://a",
        "https://",
        "https://a:99999",
        "http://a:0",
        "https://me:secret@a",
        "http://a?b=c",
    ],
)
def test_what_is_no_address_is_named(url: str) -> None:
    with pytest.raises(ConfigurationError, match="GROUNDWORK_URL"):
        read_remote({"GROUNDWORK_URL": url})


@pytest.mark.parametrize("key", ["gwk_ä", "gwk_\x7f", "gwk_0\ngwk_1"])
def test_a_key_that_no_header_can_hold_is_not_repeated(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_remote({"GROUNDWORK_URL": "http://a", "GROUNDWORK_API_KEY": key})
    assert "GROUNDWORK_API_KEY" in str(caught.value)
    assert "gwk_" not in str(caught.value)


def test_a_key_without_an_address_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="without GROUNDWORK_URL"):
        read_remote({"GROUNDWORK_API_KEY": "gwk_0"})
