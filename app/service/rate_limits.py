"""How often something may happen in a minute, behind one protocol: counted in memory, or in Redis.

In memory: the generic cell rate algorithm (ITU-T I.371), which is a token bucket that keeps one number for each key,
the time at which the bucket is full again. A bucket holds the requests of a minute and fills at that rate, so that in
any minute at most twice the limit are admitted, and in the long run the limit.

Counting in Redis: `app/service/redis_limits.py`.

Not covered in memory: several processes, each of which has limits of its own; and a restart, after which every bucket
is full.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

_WINDOW_SECONDS = 60.0
MAX_KEYS = 100_000
"""Kept at once, some 26 MB. When there are more, the key that was used longest ago is forgotten: its bucket is full."""
_PREFIX_V6 = 64
"""Bits of an IPv6 address that name a subscriber; the rest is chosen by the device (RFC 6177, RFC 8981)."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What is counted (`key`), and how often it may happen in a minute."""

    key: tuple[str, ...]
    per_minute: int


class Limiter(Protocol):
    """Counts by key. Used from one event loop."""

    async def admit(self, rates: Sequence[Rate]) -> tuple[Rate, int] | None:
        """Count a request under every rate and return None, if all of them allow it.

        Otherwise nothing is counted; return the rate that makes it wait longest, and the whole seconds until it can be
        admitted, at least 1.
        """
        ...

    async def check(self, rates: Sequence[Rate]) -> tuple[Rate, int] | None:
        """Return what `admit` would return, and count nothing."""
        ...

    async def close(self) -> None:
        """Close the connections, if there are any."""
        ...


class MemoryLimiter:
    """Counts in the memory of this process. `now` is a clock in seconds that never goes back."""

    def __init__(self, now: Callable[[], float] = time.monotonic, max_keys: int = MAX_KEYS) -> None:
        self._now = now
        self._max_keys = max_keys
        self._full_at: OrderedDict[tuple[str, ...], float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    async def admit(self, rates: Sequence[Rate]) -> tuple[Rate, int] | None:
        """Count a request, unless a rate refuses it: see `Limiter`."""
        now = self._now()
        refused = self._refused(rates, now)
        if refused is not None:
            return refused
        for rate in rates:
            self._full_at[rate.key] = self._after(rate, now)
            self._full_at.move_to_end(rate.key)
        while len(self._full_at) > self._max_keys:
            self._full_at.popitem(last=False)
        return None

    async def check(self, rates: Sequence[Rate]) -> tuple[Rate, int] | None:
        """Say whether a request would be refused: see `Limiter`."""
        return self._refused(rates, self._now())

    async def close(self) -> None:
        """Do nothing: there is no connection."""

    def _refused(self, rates: Sequence[Rate], now: float) -> tuple[Rate, int] | None:
        waits = [(self._wait(rate, now), rate) for rate in rates]
        seconds, slowest = max(waits, key=lambda wait: wait[0])
        return (slowest, math.ceil(seconds)) if seconds > 0 else None

    def _after(self, rate: Rate, now: float) -> float:
        """Return the time at which the bucket is full again, after one more request."""
        return max(self._full_at.get(rate.key, now), now) + _WINDOW_SECONDS / rate.per_minute

    def _wait(self, rate: Rate, now: float) -> float:
        """Return the seconds until one more request fits; 0 or less: it fits now."""
        # Rounded, because sums of fractions are not exact.
        return round(self._after(rate, now) - now - _WINDOW_SECONDS, 6)


def address_group(address: str) -> str:
    """Return the address that is counted: an IPv4 address, or the first 64 bits of an IPv6 address.

    What is no IP address (a Unix socket) is returned as it is.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _PREFIX_V6), strict=False))
