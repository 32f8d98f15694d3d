"""The service that a client on another machine uses: its address, and the API key that says who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.errors import ConfigurationError
from core.settings import read_secret_file
from core.urls import is_http_url

_KEY = "GROUNDWORK_API_KEY"


@dataclass(frozen=True, slots=True)
class Remote:
    """A service somewhere. `key` is None where it is open."""

    url: str
    key: str | None


def read_remote(environment: Mapping[str, str]) -> Remote | None:
    """Read GROUNDWORK_URL and GROUNDWORK_API_KEY; None without an address, where the service is on this machine.

    The key may be in a file: GROUNDWORK_API_KEY_FILE. Raises ConfigurationError for an address that is none, for a key
    that no header can hold or a file of one that cannot be read, and for a key without an address: on this machine
    everything is read, whatever the key.
    """
    present = {name: value.strip() for name, value in environment.items() if value.strip()}
    url = present.get("GROUNDWORK_URL", "")
    key = read_secret_file(present, _KEY) if f"{_KEY}_FILE" in present else present.get(_KEY, "")
    if not url:
        if key:
            raise ConfigurationError(
                "GROUNDWORK_API_KEY is set without GROUNDWORK_URL. Set GROUNDWORK_URL to the address of the service "
                "that the key is for; the command line on the machine of the index reads every document without a key."
            )
        return None
    if not _is_address(url):
        raise ConfigurationError(
            f"GROUNDWORK_URL is '{url}', which is no address of a service. Example: https://groundwork.example.com"
        )
    if not (key.isascii() and key.isprintable()):
        raise ConfigurationError("GROUNDWORK_API_KEY has characters that no key has. Copy the key once more.")
    return Remote(url.rstrip("/"), key or None)


def _is_address(url: str) -> bool:
    """Return whether a URL is one of http(s) with a host, and without a user, query or fragment."""
    if not is_http_url(url):
        return False
    parts = urlsplit(url)
    return "@" not in parts.netloc and not parts.query and not parts.fragment
