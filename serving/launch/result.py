"""The LaunchPlan: the flags of vLLM, each with the reason for it.

It is a value: it is printed, started by the supervisor, and can be written into a compose file.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from serving.checkpoint.lineage import Step, read_lineage
from serving.launch.request import LaunchRequest, Profile
from serving.vllm import LOOPBACK, Hardware


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag of vLLM. `value` is empty for a switch, `more` has the values after the first."""

    name: str
    value: str
    reason: str
    more: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The flag's words on a command line."""
        return tuple(filter(None, (self.name, self.value, *self.more)))


@dataclass(frozen=True, slots=True)
class LaunchPlan:
    """How to serve a checkpoint. `notes` are what its user should know beyond the flags."""

    request: LaunchRequest
    profile: Profile
    flags: tuple[Flag, ...]
    notes: tuple[str, ...]

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments of vLLM's server."""
        return tuple(word for flag in self.flags for word in flag.words)

    @property
    def hardware(self) -> Hardware:
        """Which of vLLM's packages serves it."""
        return "cpu" if self.profile == "cpu" else "cuda"

    @property
    def url(self) -> str:
        """Where vLLM listens, as programs on this machine reach it."""
        address = ipaddress.ip_address(self.request.host)
        if address.is_unspecified:
            address = ipaddress.ip_address(LOOPBACK if address.version == 4 else "::1")
        return f"http://{address if address.version == 4 else f'[{address}]'}:{self.request.port}"


def lineages(request: LaunchRequest) -> dict[str, tuple[Step, ...]]:
    """Return what made the model and each of its adapters, by the name under which it is served.

    Raises ConfigurationError for a folder whose own account of it cannot be read.
    """
    folders = {adapter.name: adapter.folder for adapter in request.adapters}
    return {name: read_lineage(folder) for name, folder in {request.served_name: request.folder, **folders}.items()}


def to_dict(plan: LaunchPlan, command: Sequence[str]) -> dict[str, Any]:
    """Return the object for `--json`: the command, the flags with their reasons, the notes, and what the app needs."""
    return {
        "profile": plan.profile,
        "command": [*command, *plan.arguments],
        "flags": [{"flag": flag.name, "values": list(flag.words[1:]), "reason": flag.reason} for flag in plan.flags],
        "notes": list(plan.notes),
        "lineage": {name: list(steps) for name, steps in lineages(plan.request).items()},
        "environment": {"LLM_BASE_URL": f"{plan.url}/v1", "LLM_MODEL": plan.request.served_name},
    }
