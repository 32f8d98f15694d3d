"""The settings of the guard: from its command's options, and from environment variables where an option is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.guard.contexts.forms import Mark, read_mark
from app.guard.policy import POLICIES, Policy
from core.access import is_loopback
from core.errors import ConfigurationError
from core.settings import read_secret_file, without_password
from core.urls import is_http_url

REFUSAL = "The sources do not support an answer to this."
_PREFIX = "GROUNDWORK_GUARD_"


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """The settings of one guard.

    upstream      where requests go: the base URL of an OpenAI-compatible API, without a slash at its end
    upstream_key  is sent to the upstream in place of the caller's `Authorization`; None: the caller's is sent
    key           what callers must show as Bearer token; None: nothing is asked of them
    timeout_s     seconds that the upstream may take for its first byte, and for each further one
    """

    upstream: str
    policy: Policy = "annotate"
    marks: tuple[Mark, ...] = ()
    refusal: str = REFUSAL
    upstream_key: str | None = None
    key: str | None = None
    open_to_all: bool = False
    host: str = "127.0.0.1"
    port: int = 8010
    timeout_s: float = 600.0
    body_mb: int = 32
    context_characters: int = 2_000_000

    def __post_init__(self) -> None:
        """Raise ConfigurationError for a setting that is wrong or unsafe."""
        _check_upstream(self.upstream)
        if not self.refusal.strip():
            raise ConfigurationError("The refusal is empty. Write the text that takes the place of a refused answer.")
        if not is_loopback(self.host) and self.key is None and not self.open_to_all:
            raise ConfigurationError(
                f"The guard is to listen on '{self.host}' and asks callers for no key: everybody who reaches it could "
                f"use {without_password(self.upstream)}. Set {_PREFIX}KEY or {_PREFIX}KEY_FILE, or, where only people "
                "who may use it can reach the port, pass --open-to-all. Or listen on this machine only: "
                "--host 127.0.0.1."
            )
        if self.key is not None and self.open_to_all:
            raise ConfigurationError(f"--open-to-all asks callers for nothing, but {_PREFIX}KEY is set. Remove one.")


def read_guard_settings(
    environment: Mapping[str, str],
    *,
    upstream: str | None = None,
    policy: str | None = None,
    marks: Sequence[str] = (),
    refusal: str | None = None,
    upstream_key: str | None = None,
    open_to_all: bool = False,
    host: str | None = None,
    port: int | None = None,
    timeout_s: float | None = None,
    body_mb: int | None = None,
    context_characters: int | None = None,
) -> GuardSettings:
    """Return the settings; what is given takes the place of its variable. An empty variable counts as absent.

    Raises ConfigurationError where the upstream is missing, and for a value that cannot be.
    """
    present = {name: value.strip() for name, value in environment.items() if value.strip()}
    address = upstream or present.get(f"{_PREFIX}UPSTREAM")
    if address is None:
        raise ConfigurationError(
            f"The guard has no upstream. Pass --upstream URL or set {_PREFIX}UPSTREAM, like http://localhost:8001/v1"
        )
    written = list(marks) or [line for line in present.get(f"{_PREFIX}MARKS", "").split("\n") if line.strip()]
    default = GuardSettings(upstream="http://localhost")
    return GuardSettings(
        upstream=address.rstrip("/"),
        policy=_policy(policy or present.get(f"{_PREFIX}POLICY", default.policy)),
        marks=tuple(map(read_mark, written)),
        refusal=refusal or present.get(f"{_PREFIX}REFUSAL", default.refusal),
        upstream_key=upstream_key or _secret(present, f"{_PREFIX}UPSTREAM_KEY"),
        key=_secret(present, f"{_PREFIX}KEY"),
        open_to_all=open_to_all,
        host=host or present.get(f"{_PREFIX}HOST", default.host),
        port=port or int(_number(present, f"{_PREFIX}PORT", default.port, 65535)),
        timeout_s=timeout_s or _number(present, f"{_PREFIX}TIMEOUT_SECONDS", default.timeout_s, 86_400),
        body_mb=body_mb or int(_number(present, f"{_PREFIX}BODY_MB", default.body_mb, 10_000)),
        context_characters=context_characters
        or int(_number(present, f"{_PREFIX}CONTEXT_CHARACTERS", default.context_characters, 1_000_000_000)),
    )


def _check_upstream(value: str) -> None:
    parts = urlsplit(value) if is_http_url(value) else None
    if parts is None or parts.query or parts.fragment or parts.username is not None:
        raise ConfigurationError(
            f"The upstream is '{without_password(value)}', which is no http(s) URL of an API. Example: "
            f"http://localhost:8001/v1. A key belongs into {_PREFIX}UPSTREAM_KEY."
        )


def _policy(value: str) -> Policy:
    for policy in POLICIES:
        if policy == value:
            return policy
    instead = " A second answer is not the guard's to ask for." if value == "retry" else ""
    raise ConfigurationError(f"The policy is '{value}'. Choose from: {', '.join(POLICIES)}.{instead}")


def _number(present: Mapping[str, str], name: str, default: float, most: float) -> float:
    value = present.get(name)
    if value is None:
        return default
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number <= most:
        raise ConfigurationError(f"{name} is '{value}'; it must be a number above 0 and up to {most:g}.")
    return number


def _secret(present: Mapping[str, str], name: str) -> str | None:
    return read_secret_file(present, name) if f"{name}_FILE" in present else present.get(name)
