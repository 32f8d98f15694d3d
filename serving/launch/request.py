"""What is asked for, validated."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from core.errors import ConfigurationError
from serving.launch.adapters import Adapter
from serving.launch.speculation import Speculation
from serving.performance.slo import Slo
from serving.vllm import LOOPBACK

Profile: TypeAlias = Literal["latency", "throughput", "cpu"]
CacheType: TypeAlias = Literal["auto", "fp8"]

CONTEXT = 8192
"""Tokens of the longest request that is served by default. The app's longest prompt has about 5,500: a question of
8,000 characters, 6,000 of conversation, six passages and the rules."""


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """What to serve, and for which requests.

    profile         None: the one for the hardware
    prompt_tokens   of a usual request, like `answer_tokens`
    context         tokens of the longest request; None: CONTEXT, or what the model reads if that is less
    speculation     None: n-grams; none for throughput, nor on a processor for a model that has states or
                    an unknown cache
    name            of the model in requests; None: the folder's
    host            the IP address that it listens on
    """

    folder: Path
    slo: Slo
    profile: Profile | None = None
    prompt_tokens: int = 1500
    answer_tokens: int = 300
    context: int | None = None
    cache_type: CacheType = "auto"
    speculation: Speculation | None = None
    adapters: tuple[Adapter, ...] = ()
    name: str | None = None
    port: int = 8001
    host: str = LOOPBACK

    def __post_init__(self) -> None:
        least = {"prompt_tokens": 1, "answer_tokens": 2, "port": 1}
        for field, bound in least.items():
            if getattr(self, field) < bound:
                raise ConfigurationError(
                    f"--{field.replace('_', '-')} is {getattr(self, field)}; it must be {bound} or more."
                )
        if self.port > 65535:
            raise ConfigurationError(f"--port is {self.port}; it must be a number from 1 to 65535.")
        self._check_host()
        if self.context is not None and self.context < self.prompt_tokens + self.answer_tokens:
            raise ConfigurationError(
                f"--context is {self.context}; a usual request has {self.prompt_tokens} + {self.answer_tokens} tokens. "
                "Raise it, or lower --prompt-tokens and --answer-tokens."
            )
        for adapter in self.adapters:
            if adapter.name == self.served_name:
                raise ConfigurationError(
                    f"--lora: the name '{adapter.name}' is the model's own. Rename the adapter, or "
                    "the model with --name."
                )

    def _check_host(self) -> None:
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            raise ConfigurationError(
                f"--host is {self.host}; it must be an IP address: {LOOPBACK}, or 0.0.0.0 in a container."
            ) from None

    @property
    def is_exposed(self) -> bool:
        """Whether programs on other machines, or in other containers, may reach it."""
        return not ipaddress.ip_address(self.host).is_loopback

    @property
    def served_name(self) -> str:
        """The model's name in a request."""
        return self.name or self.folder.resolve().name
