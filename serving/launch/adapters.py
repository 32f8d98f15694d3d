"""LoRA adapters, served beside the model under names of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigurationError, ServingError

RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
"""The values that vLLM 0.32 accepts for --max-lora-rank."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """One adapter: the name that a request gives as `model`, its folder and its rank."""

    name: str
    folder: Path
    rank: int


def parse_adapters(arguments: Sequence[str]) -> tuple[Adapter, ...]:
    """Read arguments `name=DIR`. Raises ConfigurationError, or ServingError for a folder without an adapter."""
    adapters = tuple(_parse(argument) for argument in arguments)
    names = [adapter.name for adapter in adapters]
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"--lora: the name '{name}' is given twice. Rename one of the adapters.")
    return adapters


def rank_limit(adapters: Sequence[Adapter]) -> int:
    """Return the smallest of vLLM's ranks that is enough for all adapters."""
    return next(rank for rank in RANKS if rank >= max(adapter.rank for adapter in adapters))


def _parse(argument: str) -> Adapter:
    name, equals, path = argument.partition("=")
    if not equals or not name or not path:
        raise ConfigurationError(f"--lora is '{argument}'; write name=DIR.")
    file = Path(path) / "adapter_config.json"
    try:
        rank = json.loads(file.read_text(encoding="utf-8"))["r"]
    except OSError:
        raise ServingError(f"--lora: there is no {file}. Give the folder that PEFT's save_pretrained wrote.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ServingError(
            f"--lora: {file} states no rank 'r' ({type(error).__name__}). Save the adapter again."
        ) from error
    if isinstance(rank, bool) or not isinstance(rank, int) or not 1 <= rank <= RANKS[-1]:
        raise ServingError(f"--lora: {file} states the rank {rank!r}; vLLM serves 1 to {RANKS[-1]}.")
    return Adapter(name, Path(path).resolve(), rank)
