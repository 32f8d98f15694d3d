"""The settings of the guard: options before variables, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from app.guard.settings import GuardSettings, read_guard_settings
from core.errors import ConfigurationError

URL = "http://localhost:8001/v1"


def test_an_option_takes_the_place_of_its_variable() -> None:
    environment = {
        "GROUNDWORK_GUARD_UPSTREAM": f"{URL}/",
        "GROUNDWORK_GUARD_POLICY": "refuse",
        "GROUNDWORK_GUARD_MARKS": "<kb>...</kb>\nKB:...",
        "GROUNDWORK_GUARD_PORT": "9000",
    }
    settings = read_guard_settings(environment, policy="withhold")
    assert (settings.upstream, settings.policy, settings.port) == (URL, "withhold", 9000)
    assert [mark.name for mark in settings.marks] == ["<kb>...</kb>", "KB:..."]


@pytest.mark.parametrize(
    "upstream",
    ["localhost:8001", "ftp://h", "http://", "http://h:0", "http://u:p@h/v1", "http://h/v1?key=1", "http://h:x"],
)
def test_an_upstream_that_is_no_url_of_an_api_is_refused_without_its_password(upstream: Any) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_guard_settings({}, upstream=upstream)
    assert "u:p" not in str(raised.value)


def test_without_an_upstream_the_message_says_how_to_give_one() -> None:
    with pytest.raises(ConfigurationError, match="--upstream"):
        read_guard_settings({})


@pytest.mark.parametrize("policy", ["retry", "none", "Annotate"])
def test_a_policy_that_the_guard_does_not_have_is_refused(policy: Any) -> None:
    with pytest.raises(ConfigurationError, match="annotate, withhold, refuse"):
        read_guard_settings({}, upstream=URL, policy=policy)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "guard", "::"])
def test_beyond_this_machine_a_key_or_consent_is_needed(host: Any) -> None:
    with pytest.raises(ConfigurationError, match="GROUNDWORK_GUARD_KEY"):
        GuardSettings(URL, host=host)
    assert GuardSettings(URL, host=host, key="k").key == "k"
    assert GuardSettings(URL, host=host, open_to_all=True).open_to_all


def test_a_key_and_consent_to_everybody_contradict_each_other() -> None:
    with pytest.raises(ConfigurationError, match="Remove one"):
        GuardSettings(URL, key="k", open_to_all=True)


def test_secrets_are_read_from_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n", encoding="utf-8")
    settings = read_guard_settings({"GROUNDWORK_GUARD_UPSTREAM_KEY_FILE": str(tmp_path / "key")}, upstream=URL)
    assert settings.upstream_key == "s3cret"


def test_a_secret_file_that_is_missing_empty_or_beside_its_value_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for more in (
        {"_FILE": "/nowhere"},
        {"_FILE": str(tmp_path / "empty")},
        {"": "k", "_FILE": str(tmp_path / "empty")},
    ):
        environment = {f"GROUNDWORK_GUARD_KEY{name}": value for name, value in more.items()}
        with pytest.raises(ConfigurationError, match="GROUNDWORK_GUARD_KEY"):
            read_guard_settings(environment, upstream=URL)


@pytest.mark.parametrize("name", ["PORT", "TIMEOUT_SECONDS", "BODY_MB", "CONTEXT_CHARACTERS"])
def test_a_number_that_is_none_is_refused(name: Any) -> None:
    for value in ("x", "-1", "0", "1e99", "nan"):
        with pytest.raises(ConfigurationError, match=name):
            read_guard_settings({f"GROUNDWORK_GUARD_{name}": value}, upstream=URL)
