"""What is to be launched, checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from core.errors import ConfigurationError
from serving.launch.adapters import Adapter
from serving.launch.speculation import Speculation
from serving.plan.slo import Slo

Profile: TypeAlias = Literal["latency", "throughput", "cpu"]
CacheType: TypeAlias = Literal["auto", "fp8"]

CONTEXT = 8192
"""Tokens of the longest request that is served unless told otherwise. The app's longest prompt is of about 5,500: a
question of 8,000 characters, 6,000 of conversation, six passages and the rules."""


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """`prompt_tokens` and `answer_tokens` are those of a usual request, `context` those of the longest.

    None: for `profile`, the one for the hardware; for `context`, CONTEXT or what the model reads; for `speculation`,
    what the profile takes; for `name`, the folder's.
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

    def __post_init__(self) -> None:
        least = {"prompt_tokens": 1, "answer_tokens": 2, "port": 1}
        for field, bound in least.items():
            if getattr(self, field) < bound:
                raise ConfigurationError(
                    f"--{field.replace('_', '-')} is {getattr(self, field)}; it must be {bound} or more."
                )
        if self.port > 65535:
            raise ConfigurationError(f"--port is {self.port}; it must be a number from 1 to 65535.")
        if self.context is not None and self.context < self.prompt_tokens + self.answer_tokens:
            raise ConfigurationError(
                f"--context is {self.context}; a usual request has {self.prompt_tokens} + {self.answer_tokens} tokens. "
                "Raise it, or shorten them with --prompt-tokens and --answer-tokens."
            )
        for adapter in self.adapters:
            if adapter.name == self.served_name:
                raise ConfigurationError(
                    f"--lora: the name '{adapter.name}' is the model's own. Rename the adapter, or "
                    "the model with --name."
                )

    @property
    def served_name(self) -> str:
        """What a request gives as `model`."""
        return self.name or self.folder.resolve().name
